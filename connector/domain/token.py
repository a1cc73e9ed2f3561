"""An access token of a connection, with what renews it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping


#: in what comes with a token: the address of every later call, where the other side names one
ADDRESS = "geolocation"


@dataclass(frozen=True, kw_only=True)
class Token:
    """Secrets do not show in its repr."""

    access: str = field(repr=False)
    refresh: str | None = field(default=None, repr=False)
    #: when the other side stops accepting it; None when it did not say
    expires_at: dt.datetime | None = None
    #: what the other side gave along with it, such as the address for every later call
    extra: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def address(self) -> str:
        """The address of every later call, where the other side names one."""
        return self.extra.get(ADDRESS, "")

    def fresh(self, now: dt.datetime, skew: dt.timedelta) -> bool:
        """True while it may be used: not within ``skew`` of its end."""
        return self.expires_at is None or now + skew < self.expires_at
