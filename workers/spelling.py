"""How values are spelled for a person, wherever they are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt


def local(moment: dt.datetime | None) -> str:
    """A moment in the local zone with its offset from UTC: ``2026-11-20 14:05:09+01:00``."""
    return "" if moment is None else moment.astimezone().isoformat(sep=" ", timespec="seconds")


def short(moment: dt.datetime | None) -> str:
    """The same for a list, where each is of the same zone: ``2026-11-20 14:05:09``."""
    return local(moment)[:19]
