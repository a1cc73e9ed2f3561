"""What goes out and what comes back, without a word about how."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from connector.domain.errors import Unanswered, Unavailable

#: Python reads whole numbers up to a little more than this
_MOST_DIGITS = 4000
#: one escape of JSON after the other: a pair that is one character, or half of one, as a column leaves that cuts it
_ESCAPED = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request. Its repr shows method and address only: parameters, headers and bodies may hold secrets."""

    method: str
    #: absolute, or a path below the connection's base URL; a leading slash does not drop the context root
    url: str
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    #: numbers as Decimal or int, never float
    json: object | None = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    #: any other body, as it is; its type stands in the headers
    content: bytes | None = field(default=None, repr=False)
    basic: tuple[str, str] | None = field(default=None, repr=False)
    #: statuses that are answers to the caller, which otherwise say that the request failed over there
    answered_by: frozenset[int] = frozenset()
    #: what else of it no sentence may repeat: secrets inside a body
    secrets: tuple[str, ...] = field(default=(), repr=False)
    #: whether its very path is a secret, which no log shows
    hides_path: bool = False
    #: True when an unanswered request may have changed something
    writes: bool = False


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the other side said. Its repr does not show the body."""

    status: int
    #: looked up without regard to case
    headers: Mapping[str, str] = field(repr=False)
    text: str = field(repr=False)
    #: who answered, for error sentences: "acme-qad (erp.acme.example)"
    where: str = "The server"
    writes: bool = False
    #: as it came, where a body went out as ``content``: its own declaration may say how it is to be read
    content: bytes = field(default=b"", repr=False)
    #: the system's own words where it did not answer as asked: an error, or something that is not JSON
    said: str = field(default="", repr=False)

    @property
    def ok(self) -> bool:
        """True for 2xx."""
        return 200 <= self.status < 300  # noqa: PLR2004 - the HTTP standard's own numbers

    def json(self) -> Any:  # noqa: ANN401 - JSON is anything
        """Read the body, fractional numbers as Decimal.

        Raises Unavailable when it is not JSON (an error page of a proxy, a cut answer), Unanswered after a write.
        """
        try:
            return _read(self.text)
        except (ValueError, RecursionError):
            kind = Unanswered if self.writes else Unavailable
            raise kind(
                f"{self.where} answered {self.status} with something that is not JSON{quoted(self.said)}; "
                "if this stays, check that the address leads to the API and not to a login page or proxy.",
                status=self.status,
            ) from None

    def object(self) -> Mapping[str, Any]:
        """Read the body if it is a JSON object; empty for anything else. For error answers, which may be anything."""
        try:
            value = _read(self.text)
        except (ValueError, RecursionError):
            return {}
        return value if isinstance(value, Mapping) else {}


def quoted(said: str) -> str:
    """The system's own words as a sentence has them behind what happened; nothing when there are none."""
    return f' ("{said}")' if said else ""


def _read(text: str) -> Any:  # noqa: ANN401 - JSON is anything
    if "\\ud" in text or "\\uD" in text:
        text = _ESCAPED.sub(lambda found: "\\ufffd" if found["half"] else found[0], text)
    return json.loads(text, parse_float=Decimal, parse_int=_whole, parse_constant=_refuse)


def _whole(digits: str) -> int | Decimal:
    """A whole number of any length is JSON, and Python refuses to read one of thousands of digits as an int."""
    return int(digits) if len(digits) <= _MOST_DIGITS else Decimal(digits)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
