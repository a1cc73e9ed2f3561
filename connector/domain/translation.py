"""Codes of a source that a target must have: translated where the crosswalk has a row, unchanged where it has none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.domain.gate import LinkState
from connector.domain.outcome import Park

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connector.domain.gate import CodeNeed, Known, LinkNeed


@dataclass(frozen=True, kw_only=True)
class Check:
    """A source code, and the document that shows that the target has what it stands for."""

    need: CodeNeed
    #: None when the code stands for nothing until the crosswalk has a row
    link: LinkNeed | None


def unknown(checks: Iterable[Check], known: Known) -> Park | None:
    """Park for every code that stands for nothing the target has, all of them at once; None when there is none.

    Being read is enough: whether the document goes anywhere else is its own flow's business.
    """
    open_ones = [
        check
        for check in checks
        if check.link is None or known.link(check.link.flow, check.link.key).state is LinkState.ABSENT
    ]
    if not open_ones:
        return None
    return Park(
        missing=tuple(dict.fromkeys(check.need for check in open_ones)),
        links=tuple(dict.fromkeys(check.link for check in open_ones if check.link)),
    )
