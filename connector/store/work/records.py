"""The pipeline's door to records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.store.work import (
    attempts,
    beside,
    claiming,
    discarded,
    extraction,
    links,
    reopening,
    rereading,
    settling,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from connector.domain.gate import Known, Needs
    from connector.domain.journey import Change, Step
    from connector.domain.record import (
        AttemptAnswer,
        Claim,
        Ended,
        Evidence,
        Extracted,
        Filed,
        KeyOwner,
        Opened,
        Seen,
        Stored,
    )
    from connector.domain.run import RunClaim
    from connector.store.binding.steering import Steering
    from connector.store.postgres.transaction import Transaction


class LedgerRecords:
    """Implements ports.Records in one transaction."""

    def __init__(self, tx: Transaction, steering: Steering | None = None) -> None:
        self._tx = tx
        self._steering = steering

    def claim(self, record_id: UUID, step: Step, worker: UUID) -> Claim | None:
        """Claim a due record for a step."""
        return claiming.claim(self._tx, record_id, step, worker)

    def beside(self, claim: Claim, most: int) -> Sequence[UUID]:
        """Records that may be loaded together with this one."""
        return beside.beside(self._tx, claim, most)

    def settle(self, claim: Claim, change: Change, *, actor: str, at: dt.datetime, target: bytes | None) -> bool:
        """Write a change, its audit event, and what it sets free."""
        return settling.settle(self._tx, claim, change, actor=actor, at=at, target=target)

    def open_attempt(self, claim: Claim, *, key: str, fingerprint: str, actor: str, at: dt.datetime) -> Opened | None:
        """Write down a try before it leaves."""
        return attempts.open_attempt(self._tx, claim, key=key, fingerprint=fingerprint, actor=actor, at=at)

    def answer_attempt(
        self, attempt_id: UUID, *, answer: AttemptAnswer, target_id: str | None, loaded: str | None, at: dt.datetime
    ) -> None:
        """Write down how a try ended."""
        attempts.answer_attempt(self._tx, attempt_id, answer=answer, target_id=target_id, loaded=loaded, at=at)

    def asked(self, attempt_id: UUID, *, asked: int, at: dt.datetime) -> None:
        """Write down that the target does not show it yet."""
        attempts.asked(self._tx, attempt_id, asked=asked, at=at)

    def owns(self, claim: Claim) -> bool:
        """Whether this claim is still the newest one on its record."""
        return attempts.owns(self._tx, claim)

    def seen(self, run: RunClaim, prints: Sequence[tuple[str, str]]) -> Mapping[str, Seen]:
        """What is new or changed of what a run lists."""
        return extraction.seen(self._tx, run, prints)

    def filed(self, flow_id: UUID, keys: Sequence[str]) -> Mapping[str, Filed]:
        """The documents the ledger has under these keys."""
        return extraction.filed(self._tx, flow_id, keys)

    def insert(self, run: RunClaim, rows: Sequence[Extracted], *, actor: str, told: bool = True) -> Stored:
        """Insert new versions."""
        return extraction.insert(self._tx, run, rows, actor=actor, told=told)

    def acknowledged(
        self, flow_id: UUID, keys: Sequence[str], reasons: Mapping[str, str], *, actor: str
    ) -> Sequence[UUID]:
        """The source was told of these documents."""
        return extraction.acknowledged(self._tx, flow_id, keys, reasons, actor=actor)

    def ended(self, flow_id: UUID, keys: Sequence[str]) -> Mapping[str, Ended]:
        """Those of these documents that have ended."""
        return reopening.ended(self._tx, flow_id, keys)

    def reopen(self, payloads: Mapping[UUID, bytes], *, actor: str) -> None:
        """Their source waits for an answer about them once more."""
        reopening.reopen(self._tx, payloads, actor=actor)

    def ask_again(self, payloads: Mapping[UUID, bytes], *, source: str, actor: str) -> None:
        """Ask a person once more about records whose dead letter was discarded and which the source lists again."""
        discarded.ask_again(self._tx, payloads, source=source, actor=actor)

    def due_again(self, flow_id: UUID, most: int) -> Sequence[str]:
        """Documents that are due to be read again."""
        return rereading.due(self._tx, flow_id, most)

    def read_again(self, flow_id: UUID, keys: Sequence[str]) -> Sequence[UUID]:
        """They were read again."""
        return rereading.done(self._tx, flow_id, keys)

    def known(self, integration_id: UUID, needs: Needs) -> Known:
        """Answer what a document asks of the ledger."""
        return links.known(self._tx, integration_id, needs, self._steering)

    def evidence(self, claim: Claim, correlation: str) -> Evidence:
        """Whether this document was sent with this correlation id, and what it was last sent with."""
        return attempts.evidence(self._tx, claim, correlation)

    def owner_of(self, flow_id: UUID, key: str) -> KeyOwner | None:
        """Who owns a target key of the flow."""
        return attempts.owner_of(self._tx, flow_id, key)
