"""``/documents/{document}/correct``: one field of a document that is stuck; what it does is shown before it is done."""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING

from connector.console.pages.document import ONE, PLACE, called, number
from connector.console.serving.answers import Answer, Onward, Page
from connector.domain import canonical
from connector.domain.errors import ConfigurationError, ConnectorError
from connector.domain.role import Role
from connector.operations.giving_reasons import reason
from connector.operations.setup import crosswalks
from connector.operations.work import contents, correcting, document

if TYPE_CHECKING:
    from connector.console.serving.desk import Asked, Desk
    from connector.operations.work.correcting import CodeInstead, Proposal

_log = logging.getLogger(__name__)


def add(desk: Desk) -> None:
    """Add these pages."""
    desk.page(f"{ONE}/correct", role=Role.OPERATOR)(_ask)
    desk.change(f"{ONE}/correct/try", role=Role.OPERATOR, back=ONE)(_try)
    desk.change(f"{ONE}/correct", role=Role.OPERATOR)(_correct)


def _ask(asked: Asked) -> Answer:
    """Which field, and what it should say; as it is read now, whoever looks is in the trail."""
    return _form(asked, field=asked.query("field"))


def _form(asked: Asked, *, field: str, value: str | None = None, wrong: str = "") -> Page:
    found = contents.open_(asked.operator, number(asked))
    looked = document.look(asked.operator, number(asked))
    fields = {path: said for path, said in (found.source or {}).items() if path not in found.fixed}
    return Page(
        template="document_correct.html",
        title=f"Correct {called(looked)}",
        shows={
            "looked": looked,
            "record": found.record,
            "called": called(looked),
            "fields": fields,
            "field": field,
            "value": fields.get(field) if value is None else value,
            "wrong": wrong,
            "proposal": None,
        },
    )


def _try(asked: Asked) -> Answer:
    field, value = asked.field("field").strip(), asked.field("value")
    try:
        proposal = correcting.propose(asked.operator, number(asked), field, value)
    except ConfigurationError as error:
        return _form(asked, field=field, value=value, wrong=error.message)
    return _shown(asked, proposal)


def _shown(asked: Asked, proposal: Proposal, *, wrong: str = "") -> Page:
    looked = document.look(asked.operator, number(asked))
    return Page(
        template="document_correct.html",
        title=f"Correct {called(looked)}",
        shows={
            "looked": looked,
            "record": proposal.record,
            "called": called(looked),
            "proposal": proposal,
            "value": asked.field("value"),
            "print": _print(proposal),
            "wrong": wrong,
        },
    )


def _correct(asked: Asked) -> Answer:
    field, value = asked.field("field"), asked.field("value")
    why = reason(asked.field("why"))
    proposal = correcting.propose(asked.operator, number(asked), field, value)
    if asked.field("print") != _print(proposal):
        return _shown(asked, proposal, wrong="It would do something else by now than was shown: look again.")
    corrected = correcting.correct(asked.operator, proposal, why)
    for_good = [one for one in proposal.instead if f"{one.table}:{one.source}" in asked.fields("code")]
    said = (
        f"Version {corrected.version} goes on in its place; what was read stays in version {proposal.record.version}."
    )
    if not for_good:
        return Onward(place=f"{PLACE}/{corrected.id}", said=said)
    wrong = _set(asked, proposal, for_good, why)
    if wrong:
        said += f" Only that was done: {_rows(for_good)} was not set, so the next document is stuck again. {wrong}"
    else:
        said += f" {_rows(for_good)} for every document from now on."
    return Onward(place=f"{PLACE}/{corrected.id}", said=said, failed=bool(wrong))


def _set(asked: Asked, proposal: Proposal, rows: list[CodeInstead], why: str) -> str:
    """Why they were not set, whatever went wrong: the document is corrected already; empty where they were."""
    codes = [crosswalks.Code(table=one.table, source=one.source, target=one.target) for one in rows]
    try:
        crosswalks.fill(asked.operator, proposal.record.flow.partition("/")[0], codes, why)
    except ConnectorError as error:
        return error.message
    except Exception:  # noqa: BLE001 - what was done stands, and has to be said
        _log.exception("console.codes_not_set")
        return "Something went wrong here; its log says what."
    return ""


def _rows(rows: list[CodeInstead]) -> str:
    return ", ".join(f"{one.table} {one.source} is {one.target}" for one in rows)


def _print(proposal: Proposal) -> str:
    """Tells whether what is done is what was shown."""
    shown = {
        "after": proposal.after,
        "becomes": proposal.becomes,
        "target": [[one.path, one.before, one.after] for one in proposal.target],
        "instead": [[one.table, one.source, one.target, one.now] for one in proposal.instead],
    }
    return hashlib.sha256(canonical.dumps(shown)).hexdigest()
