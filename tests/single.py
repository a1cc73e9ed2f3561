"""What the ledger does for many records at once, done for one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.domain.together import Answered, Settlement, Try

if TYPE_CHECKING:
    import datetime as dt
    from uuid import UUID

    from connector.domain.journey import Change, Step
    from connector.domain.record import AttemptAnswer, Claim, OpenedAttempt
    from connector.ports import UnitOfWork


def claim(unit: UnitOfWork, record_id: UUID, step: Step, worker: UUID) -> Claim | None:
    return next(iter(unit.claims.claim([record_id], step, worker)), None)


def settle(
    unit: UnitOfWork, held: Claim, change: Change, *, actor: str, at: dt.datetime, target: bytes | None = None
) -> bool:
    settled = unit.outcomes.settle([Settlement(claim=held, change=change, at=at, target=target)], actor=actor)
    return settled == {held.record_id}


def open_try(
    unit: UnitOfWork, held: Claim, *, key: str, fingerprint: str, actor: str, at: dt.datetime
) -> OpenedAttempt | None:
    opened = unit.attempts.open([Try(claim=held, key=key, fingerprint=fingerprint, at=at)], actor=actor)
    return opened.get(held.record_id)


def answer(unit: UnitOfWork, attempt_id: UUID, answer: AttemptAnswer, *, at: dt.datetime, **facts: Any) -> None:
    unit.attempts.answer([Answered(attempt_id=attempt_id, answer=answer, at=at, **facts)])
