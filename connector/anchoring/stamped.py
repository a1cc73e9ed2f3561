"""What time stamps prove, and why there is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping


class NotStamped(Exception):
    """A seal got no time stamp, or has one that is none; the words say why."""


@dataclass(frozen=True, kw_only=True)
class Stamped:
    """What time stamps prove."""

    #: seals with a stamp that verifies
    count: int = 0
    #: the number of the newest of them, and when it was stamped
    newest: tuple[int, dt.datetime] | None = None
    #: by number, what is wrong with the others' stamps
    amiss: Mapping[int, str] = field(default_factory=dict)
