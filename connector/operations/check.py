"""One line of ``doctor``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Health(StrEnum):
    """How something is."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that was looked at."""

    what: str
    health: Health
    found: str
    #: what to do; empty when nothing is to be done
    advice: str = ""


def ok(what: str, found: str) -> Check:
    """All is well."""
    return Check(what=what, health=Health.OK, found=found)


def warning(what: str, found: str, advice: str) -> Check:
    """It works, but not as well or not for long."""
    return Check(what=what, health=Health.WARNING, found=found, advice=advice)


def wrong(what: str, found: str, advice: str) -> Check:
    """Something does not work until a person acts."""
    return Check(what=what, health=Health.WRONG, found=found, advice=advice)
