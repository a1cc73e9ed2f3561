"""How the older invoice services answer a write: Status SUCCESS or FAILURE, always inside HTTP 200 (documented)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.domain.errors import Unanswered
from connector.reading import values
from connector.systems.concur import answers

if TYPE_CHECKING:
    from connector.systems.concur.client import Reply
    from connector.systems.concur.names import Names

_LABELS = (("ErrorCode", "code"), ("FieldCode", "field"), ("LineItemExternalID", "line"))


def taken(reply: Reply, *, names: Names, what: str) -> None:
    """Nothing when Concur took it; raises Refused or AlreadyThere with its words, Unanswered when it does not say."""
    status = values.text(values.at(reply.body, "Status")).upper()
    if status == "SUCCESS":
        return
    if status != "FAILURE":
        raise Unanswered(
            f"{reply.where} did not say whether it took {what} (correlation id {reply.correlation}).",
            correlation=reply.correlation,
        )
    said = values.line(values.at(reply.body, "ErrorMessage")) or values.line(values.at(reply.body, "Message"))
    details = [f"{label} {values.line(values.at(reply.body, name))}" for name, label in _LABELS]
    known = [detail for detail in details if not detail.endswith(" ")]
    where = ", ".join([*known, f"correlation id {reply.correlation}"])
    raise answers.refusal(
        f"{said.rstrip('.') or 'no reason given'} ({where})", names=names, correlation=reply.correlation
    )
