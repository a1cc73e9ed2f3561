"""What the page of Quick Connect is told, and by whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from connector.domain.errors import ConnectorError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping


class Said(ConnectorError):
    """A sentence that may be read by whoever sits at the browser."""


@dataclass(frozen=True, kw_only=True)
class Landed:
    """A company that has been connected, as it stands now."""

    connection: str
    company: str
    #: nobody here has accepted it yet
    offered: bool
    #: it had been connected before
    again: bool
    #: what its system says about it, and why when it says nothing
    profile: Mapping[str, str]
    lapses_at: dt.datetime | None


class Companies(Protocol):
    """What becomes of companies that connect themselves."""

    def hand_over(self, company: str, request_token: str) -> str:
        """Exchange the token and keep the company; returns a word by which the result is shown for a while."""
        ...

    def landed(self, word: str) -> Landed | None:
        """What that word stands for; None when it is no word of ours, or too old."""
        ...
