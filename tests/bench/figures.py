"""A figure beside what it must reach, and the table of all of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_HUNDRED = 100


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line of the table."""

    what: str
    #: None where it could not be measured here
    value: float | None
    unit: str = ""
    #: what it must reach, and what it would be splendid to reach
    must: float | None = None
    moonshot: float | None = None
    #: whether a higher value is the better one
    more_is_better: bool = False
    #: what it is made of
    detail: Mapping[str, Any] = field(default_factory=dict)

    def reached(self, wanted: float | None) -> bool | None:
        """Whether it has come so far; None where nothing says how far."""
        if self.value is None or wanted is None:
            return None
        return self.value >= wanted if self.more_is_better else self.value <= wanted

    def as_json(self) -> dict[str, Any]:
        """Return all of it."""
        return {
            "what": self.what,
            "value": self.value,
            "unit": self.unit,
            "must": self.must,
            "reached": self.reached(self.must),
            "moonshot": self.moonshot,
            "detail": dict(self.detail),
        }


def table(figures: Iterable[Figure]) -> Iterator[str]:
    """Yield the lines of a page of the documentation."""
    yield "| what | measured | must reach | | moonshot |"
    yield "|---|---:|---:|---|---:|"
    for one in figures:
        reached = {True: "reached", False: "**missed**", None: ""}[one.reached(one.must)]
        cells = (one.what, _spelled(one.value, one.unit), _spelled(one.must), reached, _spelled(one.moonshot))
        yield f"| {' | '.join(cells)} |"


def _spelled(value: float | None, unit: str = "") -> str:
    if value is None:
        return "" if not unit else "-"
    digits = 0 if abs(value) >= _HUNDRED else 3 if abs(value) < 1 else 1
    return f"{value:,.{digits}f} {unit}".strip()
