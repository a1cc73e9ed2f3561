"""``/work``: what needs a person, one row for each cause, and what is done about it there."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from connector.console.pages.messages import unread_place
from connector.console.serving.answers import Answer, Onward, Page
from connector.console.serving.cookies import zone
from connector.domain.errors import ConfigurationError
from connector.domain.gate import CodeNeed
from connector.domain.role import Role
from connector.domain.sentence import many
from connector.operations.setup import code_tables, crosswalks, suggesting, target_codes
from connector.operations.setup.crosswalks import Code
from connector.operations.work import needs
from connector.operations.work.needs import Cause, Need

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.console.serving.desk import Asked, Desk
    from connector.operations.setup.suggesting import Suggestion
    from connector.operations.setup.target_codes import Choices

PLACE = "/work"
_CODES = f"{PLACE}/missing-codes/{{integration}}/{{table}}"
#: so many missing codes have their suggestions on the page itself
_SUGGESTED = 12


@dataclass(frozen=True, kw_only=True)
class Row:
    """A cause as it is shown."""

    need: Need
    #: its own page; empty where another one is about it
    place: str
    #: the list of exactly its documents
    documents: str
    #: of a missing code
    table: str = ""
    source: str = ""
    suggestions: Sequence[Suggestion] = field(default_factory=tuple)
    #: whether its connection goes on when somebody says so, or when a ping finds nothing wrong
    by_hand: bool = False


def add(desk: Desk, long_wait: dt.timedelta) -> None:
    """Add these pages; what waits for longer than that is said to."""

    def work(asked: Asked) -> Answer:
        now = dt.datetime.now(zone(asked.request))
        today, long_ago = now.replace(hour=0, minute=0, second=0, microsecond=0), now - long_wait
        found = needs.list_(asked.operator, today=today, long_ago=long_ago)
        rows = [_row(need, today, long_ago) for need in found]
        return Page(template="work.html", title="Work", shows={"rows": list(_suggested(asked, rows))}, live=True)

    desk.page(PLACE)(work)
    desk.page(f"{_CODES}/{{code:path}}")(_code)
    desk.change(_CODES, role=Role.OPERATOR, back=PLACE)(_set)


def _row(need: Need, today: dt.datetime, long_ago: dt.datetime) -> Row:
    chosen: dict[str, str] = {"flow": need.about}
    place = table = source = ""
    match need.cause:
        case Cause.DOUBT | Cause.DEAD:
            place = f"{PLACE}/dead-letters/{need.about}/{quote(need.code, safe='')}"
            chosen |= {"state": "dead-letters", "code": need.code}
        case Cause.CODE:
            table, _, source = need.code.partition(":")
            place = code_place(need.about, table, source)
            chosen |= {"state": "park", "waits-for": CodeNeed(table=table, code=source).subject}
        case Cause.STOPPED:
            place = f"/connections/{need.about}"
            chosen = {"connection": need.about, "state": "connection"}
        case Cause.REJECTED:
            chosen |= {"state": "rejected", "ended-since": today.isoformat(timespec="minutes")}
        case Cause.GATE:
            chosen |= {"state": "gate", "begun-before": long_ago.isoformat(timespec="minutes")}
        case Cause.MESSAGE:
            place = unread_place(need.about)
    return Row(
        need=need,
        place=place,
        documents=place if need.cause is Cause.MESSAGE else f"/documents?{urlencode(chosen)}",
        table=table,
        source=source,
        by_hand=need.cause is Cause.STOPPED and " resume " in need.command,
    )


def _suggested(asked: Asked, rows: Sequence[Row]) -> Sequence[Row]:
    """The first of the missing codes with what they may mean; the others have it on their own pages."""
    shown, left = [], _SUGGESTED if asked.who.role.may(Role.OPERATOR) else 0
    known = cache(partial(target_codes.known, asked.operator))
    for row in rows:
        if row.table and left:
            has = known(row.need.about, row.table)
            found = suggesting.suggest(asked.operator, row.need.about, row.table, row.source, has)
            shown.append(replace(row, suggestions=found))
            left -= 1
        else:
            shown.append(row)
    return shown


def code_place(integration: str, table: str, source: str) -> str:
    """The page about a code that is missing."""
    return f"{PLACE}/missing-codes/{quote(integration, safe='')}/{quote(table, safe='')}/{quote(source, safe='')}"


def _code(asked: Asked) -> Answer:
    integration, table, code = asked.path("integration"), asked.path("table"), asked.path("code")
    found, waiting = code_tables.wanted(asked.operator, integration, table, code)
    chosen = {"flow": integration, "state": "park", "waits-for": CodeNeed(table=table, code=code).subject}
    has = target_codes.known(asked.operator, integration, table) if found else None
    return Page(
        template="work_code.html",
        title=f"{table} {code}",
        shows={
            "integration": integration,
            "table": table,
            "code": code,
            "wanted": found,
            "waiting": waiting,
            "becomes": None if found else code_tables.becomes(asked.operator, integration, table, code),
            "choices": has,
            "suggestions": suggesting.suggest(asked.operator, integration, table, code, has) if found else (),
            "documents": f"/documents?{urlencode(chosen)}",
        },
    )


def _set(asked: Asked) -> Answer:
    integration, table, code = asked.path("integration"), asked.path("table"), asked.field("code")
    target, why = asked.field("target").strip(), asked.field("why").strip()
    if not target:
        return Onward(
            place=code_place(integration, table, code), said=f"Say what the target calls {code}.", failed=True
        )
    if by_now := _set_meanwhile(asked, code, target):
        return Onward(place=code_place(integration, table, code), said=by_now, failed=True)
    try:
        row = Code(table=table, source=code, target=target)
        filled = crosswalks.fill(asked.operator, integration, [row], why)
    except ConfigurationError as error:
        return Onward(place=code_place(integration, table, code), said=error.message, failed=True)
    said = f"{table}: {code} is {target} from now on. {_going(filled.released)}"
    said += lacking(target_codes.known(asked.operator, integration, table), target)
    return Onward(place=PLACE, said=said)


def _set_meanwhile(asked: Asked, code: str, target: str) -> str:
    """That somebody else was faster, and said otherwise; empty where it is still to be said."""
    integration, table = asked.path("integration"), asked.path("table")
    there = crosswalks.said(asked.operator, integration, table, code)
    if there in {None, target} or code_tables.wanted(asked.operator, integration, table, code)[0] is not None:
        return ""
    return f"Somebody said meanwhile that {code} is {there}, so it was not set to {target}: change that under Codes."


def lacking(has: Choices, target: str) -> str:
    """That the target said that it has no such code; empty where it has, or nobody can tell."""
    return f" But {has.system} did not list {target} when it was asked: look whether it is right." * has.lacks(target)


def _going(released: int) -> str:
    if not released:
        return "Nothing had waited for it."
    return f"{many(released, 'document goes on', 'documents go on')}."
