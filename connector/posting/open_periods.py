"""From which day on posting is open: an option of whatever is posted into QAD."""

from __future__ import annotations

from typing import Final

from connector.domain.flow import Option

FIRST_OPEN_DAY: Final = Option(
    default="",
    help="The first day of the oldest posting period that is open in QAD; not set: QAD itself accepts or refuses.",
    is_day=True,
)
