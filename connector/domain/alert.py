"""What is told of an alert, to whom and when: pure, so that nights and changes of clocks can be tried in a table."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connector.domain.schedule import next_fire, zone

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: what begins within this goes in one message; what is urgent waits for nobody
GATHER = dt.timedelta(seconds=30)
#: a message that could not be sent for so long is given up
GIVE_UP = dt.timedelta(days=1)
_DAY = dt.timedelta(days=1)
_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d"
_MOMENT, _HOURS = re.compile(_CLOCK), re.compile(f"({_CLOCK})-({_CLOCK})")


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is told of one alert: names, ids and figures; nothing of a document, and no secret."""

    found: str
    advice: str
    #: the flow it is about, or the integration; nothing where it is about neither
    scope: str = ""
    urgent: bool = False
    #: how many documents, connections, ... ; None where nothing is counted
    number: int | None = None
    #: currency -> amount, in digits; empty where none is known
    money: Mapping[str, str] = field(default_factory=dict)
    #: since when, as far as that is known: else since it was found
    since: str = ""
    #: the page of the console that shows it
    page: str = "/"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a message."""

    #: ``begun``, ``over``, ``passed`` (both before it was told), ``digest`` or ``test``
    kind: str
    #: the rule, and what it is about; nothing of a digest
    name: str = ""
    about: str = ""
    facts: Facts = field(default_factory=lambda: Facts(found="", advice=""))
    began: dt.datetime
    ended: dt.datetime | None = None
    #: of a digest: what stands
    standing: Sequence[Line] = ()


@dataclass(frozen=True, kw_only=True)
class Hearing:
    """What a channel hears, and when. Everything is optional: without any of it, it hears all at once."""

    #: names of rules; none is all
    rules: tuple[str, ...] = ()
    #: integrations; none is all. What is about no integration is heard by everybody
    integrations: tuple[str, ...] = ()
    #: when a digest comes each day: ``08:00``
    digest: str = ""
    #: whether nothing comes but the digest, and what is urgent
    digest_only: bool = False
    #: hours in which nothing comes but what is urgent: ``22:00-06:30``
    quiet: str = ""
    #: the time zone of both, and of the times in a message
    timezone: str = "UTC"

    def wants(self, rule: str, scope: str) -> bool:
        """Whether it hears of this rule, and of this flow or integration."""
        integration = scope.partition("/")[0]
        heard = not integration or not self.integrations or integration in self.integrations
        return heard and (not self.rules or rule in self.rules)

    def due(self, now: dt.datetime, *, urgent: bool) -> dt.datetime | None:
        """When something that happens now is told; None where it waits for the digest."""
        if urgent:
            return now
        return None if self.digest_only else max(now + GATHER, self.quiet_until(now + GATHER))

    def quiet_until(self, moment: dt.datetime) -> dt.datetime:
        """The end of the quiet hours this moment lies in; the moment itself where it lies in none."""
        hours = _HOURS.fullmatch(self.quiet)
        if hours is None:
            return moment
        begins, ends = (dt.time.fromisoformat(part) for part in hours.groups())
        here = moment.astimezone(zone(self.timezone))
        clock = here.time().replace(tzinfo=None)
        over_midnight = begins >= ends
        if not (clock >= begins or clock < ends if over_midnight else begins <= clock < ends):
            return moment
        day = here.date() + (_DAY if over_midnight and clock >= begins else dt.timedelta(0))
        return dt.datetime.combine(day, ends, here.tzinfo).astimezone(dt.UTC)

    def next_digest(self, now: dt.datetime) -> dt.datetime | None:
        """The next digest after this moment; None without one."""
        if not self.digest:
            return None
        hour, minute = map(int, self.digest.split(":"))
        return next_fire(f"{minute} {hour} * * *", self.timezone, now)


def clock_time(text: str) -> str:
    """Read a time of day; raises ValueError with the end of a sentence."""
    if text and _MOMENT.fullmatch(text) is None:
        raise ValueError("is no time of day: write it like 08:00")
    return text


def hours(text: str) -> str:
    """Read quiet hours; raises ValueError with the end of a sentence."""
    found = _HOURS.fullmatch(text)
    if text and (found is None or found[1] == found[2]):
        raise ValueError("are no hours: write them like 22:00-06:30")
    return text
