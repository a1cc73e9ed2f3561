"""A record whose write lost its answer, and what the simulator says about it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from connector import registry
from connector.domain.exchange import Safety
from tests.journey.works import WRITES, Written

if TYPE_CHECKING:
    from connector.ports import Target
    from tests.journey.stock import Case, Stock

#: sent again although they arrived, because the target does not show enough of them to compare; it overwrites or says
#: that it knows, so that there is one all the same
NOT_COMPARED = {("jaggaer", "orders"), ("jaggaer", "payment_status"), ("concur", "payment_confirmations")}


class Doubted:
    """A record in front of its first write."""

    def __init__(self, stock: Stock, case: Case) -> None:
        self.works, self.flow = stock.works, registry.flow(case.flow)
        self.record_id = stock.next_to_load(case)
        self.sandbox = self.works.target_of(case.flow)
        self.target: Target = self.works.target(self.flow.target.system)
        self.document = self.works.outgoing(self.record_id)
        self._before = len(self.works.written(self.sandbox))

    @property
    def written(self) -> list[Written]:
        """What reached the simulator since."""
        return self.works.written(self.sandbox)[self._before :]

    @property
    def created(self) -> Counter[str]:
        return Counter(one.key for one in self.written if one.outcome == "created")

    @property
    def can_be_asked(self) -> bool:
        """Whether the target shows what it was told; where it does not, telling it again changes nothing."""
        return self.target.find(self.document) is not None

    @property
    def answers(self) -> list[str | None]:
        found = self.works.rows("SELECT answer FROM attempts WHERE record_id = :id ORDER BY number", id=self.record_id)
        return [row.answer for row in found]

    def is_in_doubt(self) -> None:
        record = self.works.record(self.record_id)
        assert (record.state, record.hold) == ("mapped", "retry"), record.why
        assert self.answers[-1] == "unknown"

    def lose_the_answer(self) -> None:
        with self.works.weather(self.sandbox, "reset-after", *WRITES):
            self.works.step(self.record_id)
        self.is_in_doubt()
        assert len(self.written) == 1, "it arrived, and nothing was sent after it"
        assert self.written[0].outcome == "created"

    def is_there_once(self) -> None:
        """One effect in the target, known by the id it has there."""
        assert set(self.created.values()) == {1}, self.written
        assert {one.entity.replace("_", "") for one in self.written} == {self.flow.target.entity.replace("_", "")}
        record = self.works.record(self.record_id)
        assert record.state == ("loaded" if self.flow.confirms else "done"), record.why
        found = self.target.find(self.document)
        assert record.target_id in {found.target_id if found else None, self.document.key}

    def was_adopted(self) -> None:
        if (self.flow.target.system, self.flow.target.entity) in NOT_COMPARED:
            assert self.target.safety(self.document.entity) in {Safety.NATIVE_KEY, Safety.UNASKED, Safety.RESENT}
            assert {one.outcome for one in self.written[1:]} <= {"updated", "duplicate"}
        elif self.flow.target.entity == "receipts" and len(self.created) > 1:
            assert {one.outcome for one in self.written} == {"created"}, "the positions that had not been sent yet"
        else:
            assert self.answers == ["adopted"]
            assert len(self.written) == 1
