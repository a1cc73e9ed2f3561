"""Answers a test asks for, whatever is true: refusals, failures before and after the effect, and what is no cXML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sandbox.cxml.wire import answer, responded
from sandbox.simulator import SandboxMistakeError

if TYPE_CHECKING:
    from starlette.responses import Response

_SHAPES: Final = ("cxml", "html", "half", "empty")
_FIELDS: Final = ("to", "effect", "http", "status", "text", "as", "count")
_HTML: Final = b"<html><head><title>Gateway</title></head><body><h1>Something went wrong</h1></body></html>"


@dataclass(kw_only=True)
class Wanted:
    """How the next ``count`` requests of one kind are answered; ``effect``: whether they are taken all the same."""

    to: str = ""
    effect: bool = False
    http: int = 200
    status: int = 500
    text: str = ""
    shape: str = "cxml"
    count: int = 1

    def response(self) -> Response:
        """Answer so."""
        body = responded(self.status, self.text)
        if self.shape == "html":
            return answer(_HTML, http=self.http, media_type="text/html")
        return answer({"half": body[: len(body) // 2], "empty": b""}.get(self.shape, body), http=self.http)


@dataclass(kw_only=True)
class Answers:
    """Those that are still to be given."""

    waiting: list[Wanted] = field(default_factory=list)

    def next(self, kind: str) -> Wanted | None:
        """Return the one that this request is answered with, or None."""
        found = next((one for one in self.waiting if one.count and one.to in {"", kind}), None)
        if found is not None:
            found.count -= 1
        return found

    def replace(self, given: object) -> int:
        """Ask for others; answer how many."""
        if not isinstance(given, list):
            raise SandboxMistakeError("answer takes a list of objects.")
        self.waiting = [_wanted(one) for one in given]
        return len(self.waiting)


def _wanted(given: object) -> Wanted:
    if not isinstance(given, Mapping) or not set(given) <= set(_FIELDS):
        raise SandboxMistakeError(f"Each of answer takes {', '.join(_FIELDS)}; not {given!r}.")
    fields: dict[str, Any] = {"shape" if name == "as" else name: value for name, value in given.items()}
    wanted = Wanted(**fields)
    for name in ("http", "status", "count"):
        value = getattr(wanted, name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise SandboxMistakeError(f"{name} of an answer must be a whole number from 1, not {value!r}.")
    if given.get("effect", False) not in {True, False} or wanted.shape not in _SHAPES:
        raise SandboxMistakeError(f"effect is true or false, and as one of {', '.join(_SHAPES)}.")
    return wanted
