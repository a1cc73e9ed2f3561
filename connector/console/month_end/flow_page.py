"""``/reconciliation/<integration>/<flow>``: one flow of a period, and the lists of its documents."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

from connector.console.month_end.addresses import ONE, flow, period, period_typed, place
from connector.console.month_end.overview_page import FIGURES
from connector.console.serving.answers import Answer, Page, Said
from connector.domain.errors import UnknownName
from connector.domain.reconciliation import Kind
from connector.operations.setup import flows
from connector.operations.work import month_end, month_end_flow, reconciling

if TYPE_CHECKING:
    from connector.console.serving.desk import Asked, Desk

_BAD = frozenset({Kind.TWICE, Kind.MISSING, Kind.DIFFERS, Kind.UNCALLED, Kind.DEAD, Kind.DOUBT})


def add(desk: Desk) -> None:
    """Add these pages."""
    desk.page(ONE)(_show)
    desk.page(f"{ONE}/documents")(_list)


def _show(asked: Asked) -> Answer:
    (about, mistake), name = period_typed(asked), flow(asked)
    found = month_end_flow.look(asked.operator, name, about)
    before, after = month_end.beside(about)
    return Page(
        template="month_end_flow.html",
        title=f"{found.standing.title} · {month_end.called(about)}",
        status=HTTPStatus.BAD_REQUEST if mistake else HTTPStatus.OK,
        shows={
            "mistake": mistake,
            "typed": asked.query("period") if mistake else "",
            "it": found,
            "standing": found.standing,
            "figures": FIGURES,
            "bad": _BAD,
            "most": month_end_flow.SHOWN,
            "period": month_end.spelled(about),
            "called": month_end.called(about),
            "above": place(about),
            "before": (month_end.called(before), place(before, name)),
            "after": (month_end.called(after), place(after, name)),
            "place": partial(place, about, name),
        },
    )


def _list(asked: Asked) -> Answer:
    about, name = period(asked), flow(asked)
    figure, reason, after = asked.query("figure"), asked.query("reason"), asked.query("after")
    currency = asked.query("currency") if "currency" in asked.request.query_params else None
    row = flows.get(asked.operator, name)
    try:
        wanted = (reconciling.figure_of(figure) or "") if figure else ""
        shown, onward = month_end_flow.listed(
            asked.operator, name, about, figure=wanted, currency=currency, reason=reason, after=after
        )
    except UnknownName:
        raise Said("There is no such list: its address was changed.", HTTPStatus.NOT_FOUND) from None
    called = next((words for one, words in FIGURES.items() if one.value == wanted), "All documents")
    chosen = {"figure": figure, "reason": reason, "currency": currency or ""}
    more = place(about, name, "/documents", **chosen, after=onward) if onward else ""
    return Page(
        template="month_end_documents.html",
        title=f"{called} · {month_end.called(about)}",
        shows={
            "flow": row,
            "heading": called,
            "reason": reason,
            "currency": currency,
            "documents": shown,
            "called": month_end.called(about),
            "above": place(about, name),
            "first": place(about, name, "/documents", **chosen) if after else "",
            "more": more,
        },
    )
