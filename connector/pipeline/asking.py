"""Asking a target what it has, when to ask it again, and what a try is booked as in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.domain.doubt import next_question
from connector.domain.errors import SAID_NO, ConnectorError, Refused, Unanswered, Unavailable
from connector.domain.outcome import Adopted, Advance, Outcome, Retry
from connector.domain.record import AttemptAnswer

if TYPE_CHECKING:
    from connector.domain.exchange import Found
    from connector.pipeline.loading import Loading


def ask(loading: Loading) -> Found | None:
    """What the target has. One that refuses the question has not answered it: nothing is known of the document."""
    try:
        return loading.target.find(loading.document)
    except Refused as refusal:
        sentence = f"Whether {loading.document.key} is there could not be asked: {refusal.message}"
        raise Unavailable(sentence, **refusal.evidence) from None


def asked_again(loading: Loading) -> Retry | None:
    """The target may show it later: when to ask again; None when nothing is in doubt, or it was asked often enough."""
    claim = loading.claim
    if claim.doubtful is None or claim.asked_at is None:
        return None
    asking = next_question(loading.waits, asked=claim.asked, last=claim.asked_at, now=loading.now)
    if asking is None:
        return None
    doubtful, asked = claim.doubtful, asking.asked
    if asked > claim.asked:
        loading.world.store.transact(lambda unit: unit.attempts.asked(doubtful, asked=asked, at=loading.now))
    why = (
        f"In doubt: the target does not show {loading.document.key} (asked {asked} of {len(loading.waits)} times); it "
        "may show it later, so it is asked again before anything is sent"
    )
    return Retry(why=why, at_least=asking.due_in, counts=False)


def answer_of(outcome: Outcome, error: Exception | None, *, refused: bool) -> AttemptAnswer:
    """How the try ended; ``refused``: the target said no, and what followed was about something else."""
    if isinstance(outcome, Advance):
        return AttemptAnswer.ADOPTED if isinstance(outcome, Adopted) else AttemptAnswer.ACCEPTED
    if isinstance(error, Unanswered):
        return AttemptAnswer.UNKNOWN
    if refused or isinstance(error, Refused) or (isinstance(error, ConnectorError) and error.evidence.get(SAID_NO)):
        return AttemptAnswer.REFUSED
    if error is None or isinstance(error, ConnectorError):
        return AttemptAnswer.NOT_SENT
    return AttemptAnswer.UNKNOWN
