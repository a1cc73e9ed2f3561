"""Asking a target what it has, when to ask it again, what becomes of what is there, and what a try is booked as."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.domain.doubt import next_question
from connector.domain.errors import IN_PART, SAID_NO, ConnectorError, Refused, Unanswered, Unavailable
from connector.domain.exchange import Safety
from connector.domain.identity import CORRELATION
from connector.domain.outcome import Adopted, Advance, Bury, GiveWay, Outcome, Retry
from connector.domain.record import AttemptAnswer
from connector.pipeline.deciding import outcome_of
from connector.ports import AskedAboutMany

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.domain.exchange import Found
    from connector.pipeline.loading import Loading

REQUEUE_WHEN_RIGHT = "Requeue when it is right or missing there: nothing is sent twice."
ANSWER_THE_DOUBT = (
    "Then say what you found: `dead settle ID --there NUMBER`, or `dead settle ID --not-there`, which sends it once "
    "more."
)


def ask(loading: Loading) -> Found | None:
    """What the target has. One that refuses the question has not answered it: nothing is known of the document."""
    try:
        return loading.target.find(loading.document)
    except Refused as refusal:
        raise _not_asked(loading, refusal) from None


def ask_together(loadings: Sequence[Loading]) -> Sequence[Found | Exception | None]:
    """What their target has of each of them, or what went wrong with its question."""
    target = loadings[0].target
    assert isinstance(target, AskedAboutMany)  # noqa: S101 - who puts them together looked
    answers: Sequence[Found | Exception | None]
    try:
        answers = target.find_many([loading.document for loading in loadings])
    except Exception as error:  # noqa: BLE001 - each of them says what it means for its record, where it is logged
        answers = [error] * len(loadings)
    return [
        _not_asked(loading, answer) if isinstance(answer, Refused) else answer
        for loading, answer in zip(loadings, answers, strict=True)
    ]


def _not_asked(loading: Loading, refusal: Refused) -> Unavailable:
    sentence = f"Whether {loading.document.key} is there could not be asked: {refusal.message}"
    return Unavailable(sentence, **refusal.evidence)


def asked_again(loading: Loading) -> Retry | None:
    """The target may show it later: when to ask again; None when nothing is in doubt, or it was asked often enough."""
    claim = loading.claim
    if claim.doubtful is None or claim.asked_at is None:
        return None
    asking = next_question(loading.waits, asked=claim.asked, last=claim.asked_at, now=loading.now)
    if asking is None:
        return None
    asked = asking.asked
    if asked > claim.asked:
        loading.world.store.transact(lambda unit: unit.attempts.asked(claim, asked=asked, at=loading.now))
    why = (
        f"In doubt: the target does not show {loading.document.key} (asked {asked} of {len(loading.waits)} times); it "
        "may show it later, so it is asked again before anything is sent"
    )
    return Retry(why=why, at_least=asking.due_in, counts=False)


def adopt(loading: Loading, found: Found) -> Outcome | None:
    """What the target already has becomes ours; None when it has an older state that a write brings up to date."""
    if (found.correlation or found.unseen) and (stranger := _not_ours(loading, found)) is not None:
        return stranger
    if not found.difference:
        if loading.attempt is None and loading.claim.in_doubt:
            if (doubted := _sent_otherwise(loading, found)) is not None:
                return doubted
            loading.attempt = loading.claim.doubtful
        elif loading.attempt is None and (refused := loading.write_down()) is not None:
            return refused
        warned = f", with warnings: {loading.warning}" if loading.warning else ""
        return loading.loaded(f"adopted: the target already has it{warned}", found.target_id, found.facts, Adopted)
    if loading.safety is Safety.NATIVE_KEY and not found.kept:
        return None
    return Bury(
        code="differs_in_target",
        reason=f"The target already has {loading.document.key}, but different: {found.difference}",
        suggestion=f"{loading.target.where_to_look(loading.document)} {REQUEUE_WHEN_RIGHT}",
    )


def _sent_otherwise(loading: Loading, found: Found) -> Bury | None:
    """Why what was found is no answer to the doubt: the document was sent under another key, and may be there twice."""
    claim, key = loading.claim, loading.document.key
    sent = loading.world.store.transact(lambda unit: unit.attempts.sent_otherwise(claim, key))
    if not sent:
        return None
    return Bury(
        code="in_doubt",
        reason=f"The answer to the last write was lost. It was sent as {sent}; by what its number and codes are now it "
        f"would be {key}, which the target has as {found.target_id}: nobody can tell whether that is this one.",
        suggestion=f"Look in the target for {sent}, and for {key} ({found.target_id}). {ANSWER_THE_DOUBT}",
    )


def _not_ours(loading: Loading, found: Found) -> Bury | None:
    """Why what was found is not taken for this document: another one posted it, or it was posted from other figures.

    What the target does not show is believed of what was sent from here: the ledger knows what that was.
    """
    claim = loading.claim
    evidence = loading.world.store.transact(lambda unit: unit.attempts.evidence(claim, found.correlation))
    look, there = loading.target.where_to_look(loading.document), f"{loading.document.key} as {found.target_id}"
    if found.correlation.startswith(CORRELATION) and not evidence.ours:
        return Bury(
            code="posted_by_another",
            reason=f"The target already has {there}, but another document posted it: it carries {found.correlation}, "
            f"this one {claim.correlation_id}.",
            suggestion=f"{look} Decide which of the two is right, and correct the other in its source.",
        )
    if found.difference or not found.unseen:
        return None
    if evidence.sent is not None and evidence.sent != loading.fingerprint:
        return Bury(
            code="differs_in_target",
            reason=f"The target already has {there}, but it was sent from other figures than this document has now: "
            "the document, or how its codes are mapped, was changed since.",
            suggestion=f"{look} Correct it there, or reverse it there and requeue: nothing is sent twice.",
        )
    if not evidence.ours and evidence.sent is None:
        return Bury(
            code="differs_in_target",
            reason=f"The target already has {there}. This document did not post it, and the target does not show "
            f"{found.unseen}, so nobody can tell whether it is the same.",
            suggestion=f"{look} If it is the same, tell the source by hand and discard this; else reverse it there and "
            "requeue.",
        )
    return None


def unheard_of(loading: Loading) -> Outcome:
    """What was loaded before does not show now: the try that is open asks whether it is there, and nothing is sent."""
    key = loading.document.key
    if not loading.safety.is_asked:
        return Bury(
            code="in_doubt",
            reason=f"{key} was loaded before as {loading.claim.target_id or key}, it would be sent otherwise now, and "
            "this target cannot be asked whether that still stands.",
            suggestion=f"{loading.target.where_to_look(loading.document)} {ANSWER_THE_DOUBT}",
        )
    doubt = Unanswered(f"{key} was loaded before, and nothing is heard of it now.")
    return outcome_of(doubt, ask_after=loading.waits[0])


def for_a_person(loading: Loading, why: str) -> Bury:
    """Only somebody who looks into the target can tell."""
    return Bury(
        code="in_doubt",
        reason=f"The answer to the last write was lost and {why}.",
        suggestion=f"{loading.target.where_to_look(loading.document)} {ANSWER_THE_DOUBT}",
    )


def answer_of(outcome: Outcome, error: Exception | None, *, refused: bool) -> AttemptAnswer:
    """How the try ended; ``refused``: the target said no, and what followed was about something else."""
    if isinstance(outcome, Advance):
        return AttemptAnswer.ADOPTED if isinstance(outcome, Adopted) else AttemptAnswer.ACCEPTED
    if isinstance(outcome, GiveWay):
        return AttemptAnswer.NOT_THERE
    if isinstance(error, Unanswered) or (isinstance(error, ConnectorError) and error.evidence.get(IN_PART)):
        return AttemptAnswer.UNKNOWN
    if refused or isinstance(error, Refused) or (isinstance(error, ConnectorError) and error.evidence.get(SAID_NO)):
        return AttemptAnswer.REFUSED
    if error is None or isinstance(error, ConnectorError):
        return AttemptAnswer.NOT_SENT
    return AttemptAnswer.UNKNOWN
