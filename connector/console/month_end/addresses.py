"""Addresses of the pages about the end of a month: the period stands in each of them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from connector.console.serving.cookies import zone
from connector.domain import accounting_period
from connector.domain.errors import ConfigurationError
from connector.operations.work import month_end

if TYPE_CHECKING:
    from connector.console.serving.desk import Asked
    from connector.domain.accounting_period import Period

PLACE = "/reconciliation"
ONE = f"{PLACE}/{{integration}}/{{flow}}"


def period(asked: Asked) -> Period:
    """Which one is meant; the month before this one where none is named. Raises ConfigurationError."""
    said = (asked.query("period") or asked.field("period")).strip()
    return accounting_period.read(said) if said else month_end.last_month(dt.datetime.now(zone(asked.request)))


def period_typed(asked: Asked) -> tuple[Period, str]:
    """The same; where what was typed is no period the month before this one, and what is wrong with it."""
    try:
        return period(asked), ""
    except ConfigurationError as error:
        return month_end.last_month(dt.datetime.now(zone(asked.request))), error.message


def flow(asked: Asked) -> str:
    """The full name of the flow in an address."""
    return f"{asked.path('integration')}/{asked.path('flow')}"


def place(about: Period, name: str = "", beyond: str = "", **chosen: str) -> str:
    """The page of a period; of a flow by its full name; of what is beyond it."""
    path = "".join(filter(None, (PLACE, f"/{name}" if name else "", beyond)))
    said = {"period": month_end.spelled(about), **{word: value for word, value in chosen.items() if value}}
    return f"{path}?{urlencode(said)}"
