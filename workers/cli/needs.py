"""``ml-connector needs``."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from connector.config import load_settings
from connector.domain.money import spelled
from connector.operations.work.needs import list_
from workers.cli.elsewhere import server
from workers.cli.reaching.doing import do
from workers.output import Json, emit, table
from workers.spelling import short

if TYPE_CHECKING:
    from connector.operations.work.needs import Need


def needs(as_json: Json = False) -> None:
    """List what needs a person, one row for each cause: what happened, what to do, how much waits, since when."""
    now = dt.datetime.now().astimezone()
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    long = dt.timedelta(hours=0 if server() else load_settings().longest_unfinished_hours)
    found = do(list_, today=today, long_ago=now - long)
    if as_json:
        emit(found)
        return
    table(((_what(need), _how_much(need)) for need in found), "what needs you | how much, since", nothing=_NOTHING)


_NOTHING = "Nothing needs you: what waits goes on by itself."


def _what(need: Need) -> str:
    heading = " ".join(filter(None, (f"{need.cause}:", need.about, need.code)))
    return "\n".join(filter(None, (heading, need.what, need.advice, need.command)))


def _how_much(need: Need) -> str:
    number = f"{need.number:,}{' or more' if need.or_more else ''}"
    money = (spelled(amount, currency) for currency, amount in sorted(need.money.items()))
    return "\n".join((number, *money, short(need.since)))
