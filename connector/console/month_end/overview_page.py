"""``/reconciliation``: does what left the source stand in the target, flow by flow."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from itertools import groupby
from typing import TYPE_CHECKING

from connector.console.month_end.addresses import PLACE, period_typed, place
from connector.console.serving.answers import Answer, Page
from connector.domain.reconciliation import Figure
from connector.domain.sentence import many
from connector.operations.setup import flows
from connector.operations.work import month_end

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.console.serving.desk import Asked, Desk
    from connector.operations.work.month_end import Standing

#: as people call where documents are counted, in the order of the journey
FIGURES = {
    Figure.IN_TARGET: "In target",
    Figure.BETWEEN: "Waiting",
    Figure.DEAD: "Dead letters",
    Figure.REJECTED: "Rejected",
    Figure.LEFT_OUT: "Left out",
}


def add(desk: Desk) -> None:
    """Add this page."""
    desk.page(PLACE)(_overview)


def _overview(asked: Asked) -> Answer:
    about, mistake = period_typed(asked)
    found = month_end.overview(asked.operator, about)
    before, after = month_end.beside(about)
    return Page(
        template="month_end.html",
        status=HTTPStatus.BAD_REQUEST if mistake else HTTPStatus.OK,
        title=f"Month end · {month_end.called(about)}",
        shows={
            "integrations": [
                (name, list(some))
                for name, some in groupby(
                    sorted(found, key=lambda one: one.flow.integration), key=lambda one: one.flow.integration
                )
            ],
            "sentence": sentence_of(found),
            # all of them were counted at once
            "sample": found[0] if found else None,
            "flows": bool(found) or bool(flows.list_(asked.operator)),
            "mistake": mistake,
            "typed": asked.query("period") if mistake else "",
            "figures": FIGURES,
            "period": month_end.spelled(about),
            "called": month_end.called(about),
            "before": (month_end.called(before), place(before)),
            "after": (month_end.called(after), place(after)),
            "place": partial(place, about),
        },
    )


def sentence_of(found: Sequence[Standing]) -> tuple[str, str]:
    """All of it in one sentence, and how it looks."""
    if any(one.uncounted for one in found):
        return "waiting", "This period is not counted yet."
    with_documents = [one for one in found if one.documents or one.sign_off]
    if not with_documents:
        return "quiet", "Nothing was read of this period."
    broken = [one for one in found if one.state == "not genuine"]
    changed = [one for one in found if one.state == "changed since sign-off"]
    differences = sum(one.differences for one in found)
    waiting = sum(one.count(Figure.BETWEEN) for one in found)
    signed = sum(one.state == "signed off" for one in with_documents)
    parts = [
        f"{many(len(broken), 'sign-off is', 'sign-offs are')} not genuine" if broken else "",
        f"{many(len(changed), 'flow has', 'flows have')} changed since sign-off" if changed else "",
        many(differences, "difference is open", "differences are open") if differences else "",
        many(waiting, "document waits", "documents wait") if waiting else "",
    ]
    said = ", ".join(filter(None, parts))
    if said:
        return "bad" if broken or changed or differences else "waiting", f"{said[0].upper()}{said[1:]}."
    if signed == len(with_documents):
        return "good", "Everything arrived, and is signed off."
    return "good", f"Everything arrived; {signed} of {many(len(with_documents), 'flow', 'flows')} signed off."
