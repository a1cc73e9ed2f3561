"""Master data compared in both directions, over the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.operations.work import drifting
from connector.operations.work.drifting import Compared
from workers.cli.reaching.revived import all_revived

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connector.store.audit.recomputing import Report
    from workers.cli.reaching.http import Server


def _compare(server: Server, named: str | None, *, days: int, report: Report) -> list[Compared]:
    came = server.work("/master-data/comparisons", {"of": named, "days": days}, report=report)
    return all_revived(Compared, came["flows"])


CALLS: Mapping[Callable[..., object], Callable[..., object]] = {drifting.compare: _compare}
