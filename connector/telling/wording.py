"""What a message says: what, how many, how much money, since when, what to do, and where to look."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from connector.domain.harmless import harmless
from connector.domain.money import spelled
from connector.domain.schedule import zone
from connector.redaction import redact

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from connector.domain.alert import Line

#: so many are spelt out: Teams takes 28 kB
SHOWN = 15
_LONGEST = 500
_EVENTS = {"begun": "", "over": "Over: ", "passed": "Began, and is over: "}


@dataclass(frozen=True, kw_only=True)
class Part:
    """One alert of a message, for people."""

    title: str
    #: sentences below it
    facts: Sequence[str]
    #: the page that shows it; nothing where nobody said where the console is
    link: str


@dataclass(frozen=True, kw_only=True)
class Message:
    """What goes to one channel, in words and as data."""

    #: stays when it is sent again
    id: UUID
    subject: str
    parts: Sequence[Part]
    #: what cannot be spelt out any more, or that there is nothing
    rest: str
    data: dict[str, Any]

    @property
    def heading(self) -> str:
        """The subject, where it says more than what stands below it."""
        return "" if [part.title for part in self.parts] == [self.subject] else self.subject

    @property
    def text(self) -> str:
        """All of it as lines."""
        paragraphs = [
            "\n".join([part.title, *(f"  {fact}" for fact in (*part.facts, *filter(None, [part.link])))])
            for part in self.parts
        ]
        return "\n\n".join([*paragraphs, *filter(None, [self.rest])]) + "\n"


def message(batch: UUID, lines: Sequence[Line], *, channel: str, timezone: str, console: str = "") -> Message:
    """Word a message; ``console`` is where people open the console, ``timezone`` the one of its times."""
    told = [one for line in lines for one in (line.standing if line.kind == "digest" else (line,))]
    digest = any(line.kind == "digest" for line in lines)
    parts = [_part(line, timezone, console) for line in told if line.kind != "test"]
    subject = _digest(parts) if digest else _subject(told, parts)
    beyond = len(parts) - SHOWN
    rest = f"And {beyond} more: `ml-connector alert list`." if beyond > 0 else ""
    if not parts:
        rest = f"Nothing needs you. The next digest of {channel} comes tomorrow."
    if any(line.kind == "test" for line in lines):
        subject, rest = f"Test of the channel {channel}", "Alerts reach you here. Nobody has to do anything."
    return Message(
        id=batch,
        subject=subject,
        parts=parts[:SHOWN],
        rest=rest,
        data={
            "id": str(batch),
            "channel": channel,
            "kind": "digest" if digest else "alerts",
            "summary": subject,
            "alerts": [_data(line, console) for line in told],
        },
    )


def _subject(lines: Sequence[Line], parts: Sequence[Part]) -> str:
    if len(parts) == 1:
        return parts[0].title
    counts = Counter("begun" if line.kind == "begun" else "over" for line in lines)
    return ", ".join(f"{number} {_alerts(number)} {what}" for what, number in sorted(counts.items()))


def _digest(parts: Sequence[Part]) -> str:
    return (
        f"Digest: {len(parts)} {_alerts(len(parts))} stand{'' if len(parts) > 1 else 's'}" if parts else "All is well"
    )


def _alerts(number: int) -> str:
    return "alert" if number == 1 else "alerts"


def _part(line: Line, timezone: str, console: str) -> Part:
    title = tidy(f"{_EVENTS.get(line.kind, '')}{line.about}")
    over = line.kind != "begun"
    return Part(
        title=title,
        facts=[tidy(fact) for fact in (_over(line, timezone) if over else _stands(line, timezone))],
        link=f"{console.rstrip('/')}{line.facts.page}" if console else "",
    )


def _stands(line: Line, timezone: str) -> Iterator[str]:
    facts = line.facts
    if facts.found:
        yield facts.found
    if facts.number is not None:
        yield f"How many: {facts.number}"
    if facts.money:
        money = (spelled(Decimal(amount), currency) for currency, amount in sorted(facts.money.items()))
        yield f"How much: {', '.join(money)}"
    since = dt.datetime.fromisoformat(facts.since) if facts.since else line.began
    yield f"Since: {_moment(since, timezone)}"
    yield f"To do: {facts.advice}"


def _over(line: Line, timezone: str) -> Iterator[str]:
    ended = line.ended or line.began
    yield f"It stood from {_moment(line.began, timezone)} until {_moment(ended, timezone)}."


def _data(line: Line, console: str) -> dict[str, Any]:
    facts = line.facts
    return {
        "event": line.kind,
        "alert": line.name,
        "about": tidy(line.about),
        "found": tidy(facts.found),
        "number": facts.number,
        "money": dict(facts.money),
        "since": facts.since or line.began.isoformat(),
        "began_at": line.began.isoformat(),
        "ended_at": line.ended.isoformat() if line.ended else None,
        "to_do": tidy(facts.advice),
        "scope": facts.scope,
        "urgent": facts.urgent,
        "link": f"{console.rstrip('/')}{facts.page}" if console else None,
        "runbook": f"{console.rstrip('/')}/settings/alerts/rules/{line.name}" if console and line.name else None,
    }


def tidy(text: str) -> str:
    """On one line, without a secret's shape, and without signs that a reader would obey or not see."""
    plain = harmless(redact(" ".join(text.split())), keep="")
    return plain if len(plain) <= _LONGEST else f"{plain[:_LONGEST]}..."


def _moment(at: dt.datetime, timezone: str) -> str:
    return f"{at.astimezone(zone(timezone)):%Y-%m-%d %H:%M} ({timezone})"
