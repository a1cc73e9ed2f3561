"""What needs a person, over the API; the day begins there, and what is long is said there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.operations.work import needs
from connector.operations.work.needs import Need
from workers.cli.reaching.revived import all_revived

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from workers.cli.reaching.http import Server


def _list(server: Server, **_: object) -> list[Need]:
    return all_revived(Need, server.get("/needs")["items"])


CALLS: Mapping[Callable[..., object], Callable[..., object]] = {needs.list_: _list}
