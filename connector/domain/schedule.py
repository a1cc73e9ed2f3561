"""When a flow runs: ``every 5m``, or a cron line of five fields in the flow's own time zone.

What is printed can be typed: ``every 5 minutes``, ``every hour``, ``cron 0 6 * * *``; so can cron's ``@daily``.

Intervals are counted from midnight UTC of 1 January 1970, not from the last run, so that every scheduler computes the
same moments. A cron line follows Debian's cron over daylight saving: a time that does not exist fires when the clock
has jumped, a time that exists twice fires once.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from cronsim import CronSim, CronSimError

from connector.domain.errors import ConfigurationError, UnknownName

_INTERVAL = re.compile(
    r"every (?:(?P<count>\d{1,6}) ?(?P<unit>s|m|h|d)|((?P<many>\d{1,6}) )?(?P<word>second|minute|hour|day)s?)",
    re.IGNORECASE | re.ASCII,
)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_WORDS = {"s": "second", "m": "minute", "h": "hour", "d": "day"}
_CRON = "cron "
#: as Debian's crontab(5) has them
_NICKNAMES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
#: day of month, month and day of week, as people call them
_DAYS = {
    ("*", "*", "*"): "daily",
    ("*", "*", "MON-FRI"): "weekdays",
    ("*", "*", "1-5"): "weekdays",
    **{("*", "*", name[:3].upper()): f"on {name}s" for name in ("Monday", "Tuesday", "Wednesday", "Thursday")},
    **{("*", "*", name[:3].upper()): f"on {name}s" for name in ("Friday", "Saturday", "Sunday")},
}
_LONGEST = dt.timedelta(days=366)
_CRON_FIELDS = 5
_FIELDS = ("minute", "hour", "day of month", "month", "day of week")
#: how many values each field has; a step that is wider meets the first one only
_WIDTHS = (60, 24, 31, 12, 7)
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
#: some day to try a cron line on; any will do, because a line that never fires is searched for fifty years
_ANY_DAY = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
_EXPECTED = "Expected `every 5m` (s, m, h or d) or a cron line of five fields such as `0 6 * * MON-FRI`."


@dataclass(frozen=True, kw_only=True)
class Every:
    """A fixed interval."""

    count: int
    unit: str

    @property
    def length(self) -> dt.timedelta:
        """The interval."""
        return dt.timedelta(seconds=self.count * _SECONDS[self.unit])

    def __str__(self) -> str:
        return f"every {self.count}{self.unit}"


@dataclass(frozen=True, kw_only=True)
class Cron:
    """A cron line: minute, hour, day of month, month, day of week."""

    line: str

    def __str__(self) -> str:
        return self.line


def parse(text: str) -> Every | Cron:
    """Read a schedule; raises ConfigurationError, also for one that is well-formed but never fires."""
    spelled = " ".join(text.split())
    if not spelled:
        raise ConfigurationError(f"The schedule is empty. {_EXPECTED}")
    if spelled.lower().startswith("every"):
        return _interval(spelled)
    if spelled.startswith("@"):
        if spelled.lower() not in _NICKNAMES:
            raise UnknownName.among("schedule", spelled, _NICKNAMES)
        spelled = _NICKNAMES[spelled.lower()]
    return _cron(spelled.removeprefix(_CRON))


def typed(text: str, shortest: dt.timedelta = dt.timedelta(0)) -> Every | Cron:
    """Read a schedule that a person types; raises ConfigurationError also where it means less than it says.

    And for an interval that is shorter than ``shortest``, the deployment's bound. Cron knows no less than a minute.
    """
    parsed = parse(text)
    if isinstance(parsed, Every) and parsed.length < shortest:
        raise ConfigurationError(
            f"The schedule {text!r} is too often: each run asks the system, and flows of this deployment run every "
            f"{shortest.total_seconds():.0f} seconds at most. Take a longer one (every 5m is usual), or raise "
            "that with ML_CONNECTOR_SHORTEST_SCHEDULE_SECONDS where its owner agrees."
        )
    if isinstance(parsed, Cron):
        for (name, field, _), width in zip(_each(parsed.line.split()), _WIDTHS, strict=True):
            wide = next((step for step in re.findall(r"/(\d+)", field) if int(step) > width), None)
            if wide is not None:
                raise ConfigurationError(
                    f"The schedule {text!r} has a step of {wide} in the {name} field, which has {width} values: "
                    f"it would meet the first one only. {_EXPECTED}"
                )
    return parsed


def _interval(text: str) -> Every:
    match = _INTERVAL.fullmatch(text)
    if match is None:
        raise ConfigurationError(f"The schedule {text!r} is not an interval. {_EXPECTED}")
    every = Every(count=int(match["count"] or match["many"] or 1), unit=(match["unit"] or match["word"][0]).lower())
    if every.count == 0:
        raise ConfigurationError(f"The schedule {text!r} never advances; the shortest interval is `every 1s`.")
    if every.length > _LONGEST:
        raise ConfigurationError(f"The schedule {text!r} is longer than a year; use a cron line for rare runs.")
    return every


def _cron(text: str) -> Cron:
    fields = text.split()
    if len(fields) != _CRON_FIELDS:
        raise ConfigurationError(f"The schedule {text!r} has {len(fields)} fields. {_EXPECTED}")
    try:
        next(CronSim(text, _ANY_DAY))
    except StopIteration:
        raise _never(text) from None
    except (CronSimError, AssertionError, ValueError, OverflowError) as error:
        if _reads(" ".join([*fields[:3], "*", fields[4]])) and _reads(" ".join([*fields[:2], "*", *fields[3:]])):
            # Each field is right on its own; together they name a day that no month has.
            raise _never(text) from None
        wrong = [name for name, field, place in _each(fields) if not _reads(_only(field, place))]
        where = f" in the {' and the '.join(wrong)} field" if wrong else f" ({error})"
        raise ConfigurationError(f"The schedule {text!r} cannot be read{where}. {_EXPECTED}") from None
    return Cron(line=text)


def _never(text: str) -> ConfigurationError:
    return ConfigurationError(
        f"The schedule {text!r} never fires: no month it names has such a day. "
        "Choose a day that exists, or `L` for the last day of the month."
    )


def _each(fields: list[str]) -> list[tuple[str, str, int]]:
    return [(name, field, place) for place, (name, field) in enumerate(zip(_FIELDS, fields, strict=True))]


def _only(field: str, place: int) -> str:
    return " ".join(field if index == place else "*" for index in range(_CRON_FIELDS))


def _reads(line: str) -> bool:
    try:
        CronSim(line, _ANY_DAY)
    except (CronSimError, AssertionError, ValueError, OverflowError):
        return False
    return True


def zone(name: str) -> ZoneInfo:
    """Read a time zone's name; raises UnknownName with the nearest one that exists."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = UnknownName.among("time zone", name, available_timezones()).message.split(" Known: ")[0]
        raise UnknownName(f"{near} Use an IANA name such as Europe/Berlin or UTC.", name=name) from None


def next_fire(schedule: str, timezone: str, after: dt.datetime) -> dt.datetime:
    """The first moment strictly later than ``after`` (aware), in UTC."""
    parsed = parse(schedule)
    moment = after.astimezone(dt.UTC)
    if isinstance(parsed, Every):
        return _EPOCH + ((moment - _EPOCH) // parsed.length + 1) * parsed.length
    fires = CronSim(parsed.line, moment.astimezone(zone(timezone)))
    while True:
        # In the hour that comes twice in autumn the line is counted on its first pass, which may lie before `after`.
        fire = next(fires).astimezone(dt.UTC)
        if fire > moment:
            return fire


def next_fires(schedule: str, timezone: str, after: dt.datetime, times: int) -> list[dt.datetime]:
    """The first moments strictly later than ``after``, in UTC."""
    moments = [next_fire(schedule, timezone, after)]
    while len(moments) < times:
        moments.append(next_fire(schedule, timezone, moments[-1]))
    return moments


def describe(schedule: str, timezone: str) -> str:
    """Say a schedule in words: ``every 5 minutes``, ``cron 0 6 * * MON-FRI (Europe/Berlin)``."""
    parsed = parse(schedule)
    if isinstance(parsed, Every):
        plural = "" if parsed.count == 1 else "s"
        number = "" if parsed.count == 1 else f"{parsed.count} "
        return f"every {number}{_WORDS[parsed.unit]}{plural}"
    return f"cron {parsed.line} ({timezone})"


def words(schedule: str, timezone: str) -> str:
    """Say a schedule as a person would, where it is one that people have: ``weekdays at 06:00 (Europe/Berlin)``."""
    parsed = parse(schedule)
    if isinstance(parsed, Every):
        return describe(schedule, timezone)
    minute, hour, day, month, weekday = parsed.line.split()
    when = _DAYS.get((day, month, weekday.upper()))
    if when is None and month == "*" and weekday == "*" and (day.isdecimal() or day == "L"):
        when = "on the last day of the month" if day == "L" else f"on day {day} of the month"
    if when is None or not minute.isdecimal() or not (hour.isdecimal() or (hour == "*" and when == "daily")):
        return describe(schedule, timezone)
    if hour == "*":
        return f"every hour at minute {int(minute)}"
    return f"{when} at {int(hour):02}:{int(minute):02} ({timezone})"
