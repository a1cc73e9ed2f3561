"""Confirm: tell the source how its document ended. It is retried for ever, and never posts anything again."""

from __future__ import annotations

import datetime as dt
import logging
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, TypeAlias, cast

from connector.domain.errors import ConnectorError, NotYet, Recalled, Refused, StoreUnavailable, Transient, Unanswered
from connector.domain.exchange import Result
from connector.domain.journey import Step
from connector.domain.outcome import Advance, Bury, Cancel, Outcome, Pause, Retry
from connector.domain.record import State
from connector.pipeline.connections import Call, record_connection_results
from connector.pipeline.crew import Crew
from connector.pipeline.deciding import outcome_of
from connector.pipeline.step import Working, end_together, write_down
from connector.pipeline.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from connector.domain.journey import Change
    from connector.pipeline.world import World
    from connector.ports import Confirming, UnitOfWork

#: a record, how its step ended, and the error that was the reason, if one was
_Told: TypeAlias = "tuple[_Telling, Outcome, Exception | None]"

_log = logging.getLogger(__name__)


class _Telling(Working):
    """One confirmation of one record."""

    #: which version of the source's connection is told: a later one has nothing to do with how that ends
    opened: dt.datetime | None = None


def confirm_records(world: World, record_ids: Sequence[UUID]) -> Tally:
    """Run the confirm step on those of the records that are due for it."""
    claims = world.store.transact(lambda unit: unit.claims.claim(record_ids, Step.CONFIRM, world.worker))
    tally = Tally()
    if not claims:
        return tally
    write = partial(_write, world, set[str]())
    with Crew[_Told](min(len(claims), world.writes_at_once(claims[0].source_connection))) as crew:
        for claim in claims:
            crew.start(partial(_told, _Telling(world, claim)))
        while crew.busy:
            tally.add(end_together(world, crew.come_back(), write, of=itemgetter(0)).values())
            world.getting_on()
    return tally


def _told(working: _Telling) -> _Told:
    outcome, error = _tell_source(working)
    return working, outcome, error


def _write(world: World, troubled: set[str], unit: UnitOfWork, told: Sequence[_Told]) -> dict[UUID, Change]:
    changes = write_down(world, unit, [(working, outcome) for working, outcome, _ in told])
    calls = [
        Call(
            connection=working.claim.works_on,
            error=error,
            worked=isinstance(outcome, Advance) or isinstance(error, NotYet | Refused | Recalled),
            news=working.claim.in_trouble,
            opened=working.opened,
        )
        for working, outcome, error in told
    ]
    record_connection_results(unit, calls, troubled)
    return changes


def _tell_source(working: _Telling) -> tuple[Outcome, Exception | None]:  # noqa: PLR0911 - one for each way it ends
    claim = working.claim
    if claim.paused_for is not None:
        return Pause(why=claim.paused_why, due=claim.paused_for), None
    result = Result(
        refused=str(claim.result.get("refused", "")),
        target_id=claim.target_id or "",
        facts=claim.result.get("facts", {}),
    )
    try:
        working.world.whole(claim)
        flow = working.world.flow(claim.flow)
        source = cast("Confirming", working.world.source(claim.source_connection))
        working.opened = working.world.opened(claim.source_connection)
        words = source.confirm(flow.source.entity, working.source_payload(), result)
    except StoreUnavailable:
        raise
    except Recalled as error:
        return _recalled(result, error), error
    except (Transient, Unanswered) as error:
        return Retry(why=error.message, at_least=dt.timedelta(seconds=_least(error)), for_ever=True), error
    except Refused as error:
        return _refused(error), error
    except ConnectorError as error:
        return outcome_of(error), error
    except Exception as error:
        _log.exception("confirm.failed", extra={"record": str(claim.record_id)})
        why = f"The connector itself failed while confirming ({type(error).__name__}); look into the worker's log."
        return Retry(why=why, for_ever=True), error
    return _confirmed(result, words or "the source has been told"), None


def _confirmed(result: Result, words: str) -> Advance:
    if result.refused:
        return Advance(to=State.REJECTED, why=f"{result.refused} ({words.rstrip('.')})")
    return Advance(to=State.DONE, why=words)


def _least(error: Transient | Unanswered) -> float:
    return (error.retry_after or 0.0) if isinstance(error, Transient) else 0.0


def _recalled(result: Result, error: Recalled) -> Outcome:
    if result.refused:
        return Cancel(reason=error.message)
    return Bury(
        code="recalled_after_posting",
        reason=f"{error.message} By then it had been posted as {result.target_id}.",
        suggestion=f"Reverse {result.target_id} in the target by hand, then discard this dead letter.",
    )


def _refused(error: Refused) -> Bury:
    return Bury(
        code="confirmation_refused",
        reason=error.message,
        suggestion="Set the document's status in the source by hand, then discard this dead letter.",
    )
