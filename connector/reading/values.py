"""Values in a system's answers, read without believing any of them.

Numbers come as text, codes as numbers, flags as Y, "true" or true, single things where a list is documented and the
reverse, and what is absent may be null or left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

_LONGEST = 500
_LONGEST_CODE = 40
_FLAGS = frozenset({"y", "n", "yes", "no", "true", "false"})


def at(document: object, path: str) -> Any:  # noqa: ANN401 - JSON is anything
    """Follow a dotted path; None as soon as something on it is absent."""
    for step in path.split("."):
        if not isinstance(document, Mapping):
            return None
        document = document.get(step)
    return document


def present(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a body without what is absent at this level."""
    return {name: value for name, value in body.items() if value not in (None, "", {}, [])}


def rows(value: object) -> list[Mapping[str, Any]]:
    """Return the objects of a list; a bare object is one row, anything else none."""
    found = value if isinstance(value, list) else [value]
    return [row for row in found if isinstance(row, Mapping)]


def text(value: object) -> str:
    """Return a code or number as text, without the white space around it; empty when it is absent."""
    match value:
        case str():
            return value.strip()
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case Decimal() if value.is_finite():
            return format(value, "f")
        case _:
            return ""


def number(value: object) -> Decimal | None:
    """Return a number written as number or as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, str, Decimal)):
        return None
    try:
        found = Decimal(value.strip() if isinstance(value, str) else value)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def whole(value: object) -> int | None:
    """Return a whole number written as number or as text; None for anything else."""
    found = number(value)
    return int(found) if found is not None and found == found.to_integral_value() else None


def short_code(value: object) -> str:
    """Return a code such as OAuth's for a refusal; empty for anything longer, which may repeat what was sent."""
    return value if isinstance(value, str) and value.isidentifier() and len(value) <= _LONGEST_CODE else ""


def flag(value: object) -> bool:
    """Y, yes, true and 1 are yes; anything else is no."""
    return text(value).lower() in {"y", "yes", "true", "1"}


def line(value: object) -> str:
    """Return somebody else's words on one line, shortened."""
    said = text(value)
    plain = "".join(sign if sign.isprintable() else " " for sign in said)
    return " ".join(plain.split())[:_LONGEST]


def same(ours: object, theirs: object) -> bool:
    """Whether two values mean the same: flags in any spelling, numbers by value when ours is one, else as text."""
    left, right = text(ours), text(theirs)
    if left == right:
        return True
    if isinstance(ours, (int, Decimal)) and not isinstance(ours, bool):
        return number(ours) == number(theirs)
    return left.lower() in _FLAGS and right.lower() in _FLAGS and flag(left) == flag(right)


def same_word(left: object, right: object) -> bool:
    """Whether two status words are the same: "In Process" is "InProcess"."""
    return _folded(left) == _folded(right)


def _folded(value: object) -> str:
    return "".join(text(value).split()).casefold()
