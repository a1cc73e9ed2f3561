"""Lists in pages: where the next one begins is a text that nobody has to understand."""

from __future__ import annotations

import base64
import hashlib
import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import urlencode

from pydantic import Field

from connector.api.models.model import Asking, Model
from connector.api.serving.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

T = TypeVar("T")
R = TypeVar("R")
_LONGEST = 2000


class Page(Model, Generic[T]):
    """The next of a list."""

    items: list[T] = Field(description="What was asked for, in the order of the list.")
    next: str | None = Field(default=None, description="The `cursor` of the next page; null where this is the last.")


class Paged(Asking):
    """How much of a list, and from where on."""

    limit: int = Field(default=50, ge=1, le=500, description="How many at most.")
    cursor: str = Field(default="", max_length=_LONGEST, description="`next` of the page before, as it was given.")


class Cursor:
    """Where a page begins, good for the very same question only."""

    def __init__(self, asked: Paged, request: Request, response: Response) -> None:
        about = json.dumps(
            [request.url.path, asked.model_dump(mode="json", exclude={"limit", "cursor"})], sort_keys=True
        )
        self._about = hashlib.sha256(about.encode()).hexdigest()[:16]
        self._asked, self._request, self._response = asked, request, response

    def place(self, read: Callable[[list[Any]], T]) -> T | None:
        """Behind what it begins; None at the first page. Raises Problem for a cursor that is none of this list."""
        if not self._asked.cursor:
            return None
        try:
            about, place = json.loads(base64.urlsafe_b64decode(self._asked.cursor.encode()))
            found = read(place)
        except (ValueError, TypeError, KeyError, IndexError, OverflowError):
            raise _no_cursor() from None
        if about != self._about:
            raise _no_cursor()
        return found

    def after(self, place: Sequence[object]) -> str:
        """The cursor of what comes behind this place."""
        text = json.dumps([self._about, list(place)], default=str, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode()

    def page(self, found: Sequence[R], told: Callable[[R], T], place: Callable[[R], Sequence[object]]) -> Page[T]:
        """The page of these rows, of which one more was looked for than it holds; ``place`` says where each stands."""
        shown = found[: self._asked.limit]
        return self.ending([told(one) for one in shown], place(shown[-1]) if len(found) > len(shown) else None)

    def ending(self, items: Sequence[T], place: Sequence[object] | None) -> Page[T]:
        """A page behind which the list goes on from this place; None: it does not. A header says so, too."""
        following = None if place is None else self.after(place)
        if following:
            kept = [(name, value) for name, value in self._request.query_params.multi_items() if name != "cursor"]
            query = urlencode([*kept, ("cursor", following)])
            self._response.headers["Link"] = f'<{self._request.url.path}?{query}>; rel="next"'
        return Page(items=list(items), next=following)


def number(place: list[Any]) -> int:
    """A place in a list that goes by a number; raises ValueError for what is none."""
    found = int(place[0])
    if not 0 <= found < 2**63:
        raise ValueError
    return found


def _no_cursor() -> Problem:
    return Problem(
        HTTPStatus.NOT_FOUND,
        "This cursor belongs to no page of this list: take `next` as it was given, and ask for the same.",
        kind="invalid-cursor",
    )
