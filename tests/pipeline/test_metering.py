from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from connector.domain.errors import Unavailable
from connector.domain.journey import STEP_OF, Step
from connector.domain.record import AttemptAnswer
from tests.pipeline.parts import PART

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from connector.domain.journey import Change
    from connector.domain.record import Claim, Extracted
    from connector.domain.run import RunClaim
    from tests.pipeline.conftest import Bench


@dataclass
class Heard:
    """Implements ports.Meter."""

    keys: list[str] = field(default_factory=list)
    settlements: list[tuple[str, Step, str]] = field(default_factory=list)
    attempts: list[tuple[str, AttemptAnswer]] = field(default_factory=list)

    def read(self, run: RunClaim, documents: Sequence[Extracted]) -> None:
        assert run.flow == PART
        self.keys += [one.source_key for one in documents]

    def settled(self, claim: Claim, change: Change, elapsed: dt.timedelta) -> None:
        assert elapsed.total_seconds() >= 0
        self.settlements.append((claim.flow, STEP_OF[claim.state], change.event))

    def attempted(self, flow: str, answer: AttemptAnswer) -> None:
        self.attempts.append((flow, answer))


def test_what_a_worker_did_is_counted_once_it_is_written_down(bench: Bench) -> None:
    heard = Heard()
    bench.world = replace(bench.world, meter=heard)
    bench.target.before = [Unavailable("The target is away.")]
    bench.read({"part": "p1"})
    bench.work()
    bench.due()
    bench.work()
    assert heard.keys == ["p1"]
    assert heard.settlements == [
        (PART, Step.MAP, "record.mapped"),
        (PART, Step.LOAD, "record.retry"),
        (PART, Step.LOAD, "record.done"),
    ]
    assert heard.attempts == [(PART, AttemptAnswer.NOT_SENT), (PART, AttemptAnswer.ACCEPTED)]
