"""How much of an answer is read, by what it answers: a token is no page of invoices.

A connection has one limit for all answers, and other ones for paths whose answers are always short, or may be long.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Limit:
    """What one answer may have at most."""

    most_bytes: int
    most_elements: int
    #: what to do about an answer that has more
    advice: str = "ask for smaller pages"

    @property
    def bytes_exceeded(self) -> str:
        """What completes the sentence "acme (host) ..."."""
        return f"answered with more than {self.most_bytes:,} bytes, which is not read; {self.advice}"

    @property
    def elements_exceeded(self) -> str:
        """The same for objects, lists and values."""
        return f"answered with more than {self.most_elements:,} values, which are not read; {self.advice}"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The limit of a connection, and those of single paths."""

    every: Limit
    #: path below the connection's address -> its own; one with a slash at its end stands for all below it
    own: Mapping[str, Limit]

    def of(self, url: str) -> Limit:
        """The limit of what this address answers."""
        path = urlsplit(url).path
        return next((limit for name, limit in self.own.items() if _is(path, name)), self.every)


def _is(path: str, name: str) -> bool:
    """Whether a path ends with a name, or leads on below it; ``{places}`` stand for one part each."""
    parts = "[^/]+".join(re.escape(part) for part in re.split(r"\{\w+\}", name.lstrip("/")))
    return re.search(f"(?:^|/){parts}{'' if name.endswith('/') else '$'}", path) is not None
