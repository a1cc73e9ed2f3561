"""What ``apply`` says of each thing in its file."""

from __future__ import annotations

from dataclasses import dataclass

CREATED, CHANGED, UNCHANGED = "created", "changed", "unchanged"


@dataclass(frozen=True, kw_only=True)
class Applied:
    """What became of one thing in the file."""

    what: str
    name: str
    #: created, changed or unchanged
    verdict: str
    detail: str = ""
