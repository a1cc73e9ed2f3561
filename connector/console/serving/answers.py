"""What a page's function returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page to be drawn."""

    template: str
    #: what it is about, for the title
    title: str
    shows: Mapping[str, Any] = field(default_factory=dict)
    status: int = HTTPStatus.OK
    #: whether parts of it look again by themselves
    live: bool = False
    #: ... and after how many seconds each time
    every: int = 15


@dataclass(frozen=True, kw_only=True)
class Onward:
    """What was asked for was done: go there, and say this."""

    place: str
    said: str = ""
    failed: bool = False


@dataclass(frozen=True, kw_only=True)
class Entered:
    """A browser that keeps something else from now on (nothing: it is signed out), and where it goes on."""

    kept: str
    place: str


@dataclass(frozen=True, kw_only=True)
class Abroad:
    """A browser that goes to another site, and keeps this until it is back."""

    address: str
    kept: str


@dataclass(frozen=True, kw_only=True)
class Download:
    """A file for whoever asks; what comes in parts is sent as it comes."""

    name: str
    media_type: str
    content: Iterable[bytes]


Answer = Page | Onward | Entered | Abroad | Download


class Said(Exception):
    """A request that is not answered as asked, and why."""

    def __init__(self, sentence: str, status: HTTPStatus) -> None:
        super().__init__(sentence)
        self.sentence, self.status = sentence, status
