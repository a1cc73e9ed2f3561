"""Whatever order messages, deaths, sleeps, new versions and operators come in: nothing is posted twice, none lost.

A property test over the real ledger. `pytest --hypothesis-profile=thorough tests/model` looks for hours instead of
seconds.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from connector.domain.journey import STEP_OF
from connector.domain.record import State
from connector.operations.operator import Operator
from connector.operations.work import dead_letters, records
from connector.pipeline.poll import poll
from connector.store.operator.dead_letters import Filter
from tests.model.emptying import emptied
from tests.model.things import FATES, Books, Drawer
from tests.model.workers import Worker
from tests.pipeline.conftest import WORK

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from connector.pipeline.world import World
    from tests.pipeline.conftest import Bench

DOCUMENTS = (("parts", "k1"), ("claims", "k1"))
#: few, so that a document often becomes again what it was
AMOUNTS = st.sampled_from(["1", "2", "3"])
#: where a worker stops in a step, if it does
PLACES = st.none() | st.integers(1, 3)
OFTEN = st.sampled_from([True, True, True, False])
SELDOM = st.sampled_from([False, False, False, True])
MOST_ASLEEP = 3
QUIET_ROUNDS = 60
DEAD_AFTER = dt.timedelta(minutes=20)


class Interleavings(RuleBasedStateMachine):
    """Workers, a source, a target and an operator, one move at a time."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        emptied(bench)
        self.bench = bench
        self.books, self.drawer = Books(), Drawer()
        self.bench.target, self.bench.source = self.books, self.drawer  # type: ignore[assignment]  # likewise made up
        self.asleep: list[Worker] = []
        self.lost: list[UUID] = []
        self.fences: dict[UUID, int] = {}
        ledger = self.bench.ledger
        application: Any = SimpleNamespace(store=ledger, database=ledger, vault=self.bench.vault)  # all that these use
        self.operator = Operator(application=application, actor="operator:test")

    @initialize()
    def some_documents_are_read(self) -> None:
        for flow, key in DOCUMENTS:
            self.drawer.put(flow, key, amount="1", number=f"{flow}-{key}")
            self._read(flow, None, None)

    # One rule, not many: each example must be free to do everything.
    @rule(data=st.data())
    def something_happens(self, data: st.DataObject) -> None:
        moves: dict[Callable[[st.DataObject], None], int] = {
            self._a_message_arrives: 14 * bool(self._messages()),
            self._a_document_changes: 2,
            self._a_worker_wakes_or_dies: 5 * bool(self.asleep),
            self._the_silent_are_given_up: 5 * bool(self.asleep or self.lost),
            self._beat_sends_what_is_due: 1,
            self._a_connection_rests_or_goes_on: 1,
            self._an_operator_sends_something_again: 2 * bool(self._replayable()),
        }
        weighted = [move.__name__ for move, weight in moves.items() for _ in range(weight)]
        getattr(self, data.draw(st.sampled_from(weighted), "move"))(data)

    def _a_document_changes(self, data: st.DataObject) -> None:
        """And is read, with all the others or alone."""
        flow, key = data.draw(st.sampled_from(DOCUMENTS))
        order = {"order": "o1"} if flow == "parts" and data.draw(SELDOM, "waits") else {}
        self.drawer.put(flow, key, amount=data.draw(AMOUNTS), number=f"{flow}-{key}", **order)
        only = key if data.draw(SELDOM, "alone") else None
        self._read(flow, only, data.draw(PLACES, "stops at"))

    def _a_connection_rests_or_goes_on(self, data: st.DataObject) -> None:
        self.bench.execute(
            "UPDATE connections SET paused_until = CASE WHEN paused_until IS NULL THEN now() + interval '1 hour' END, "
            "paused_why = 'rest', failures = 0 WHERE name = :name",
            name=data.draw(st.sampled_from(["a", "b"])),
        )

    def _a_message_arrives(self, data: st.DataObject) -> None:
        """In any order, any number of times; a stray one is about another step, or about a record that ended."""
        if data.draw(OFTEN, "due"):
            self.bench.due()
        self.books.fates, self.books.deaf = [data.draw(st.sampled_from(FATES))], int(data.draw(SELDOM, "deaf"))
        stray = data.draw(SELDOM, "stray")
        record_id, state = data.draw(st.sampled_from(self._messages(ended=stray)))
        step = data.draw(st.sampled_from(list(WORK))) if stray else STEP_OF[state]
        self._work(partial(WORK[step], record_ids=[record_id]), data.draw(PLACES, "stops at"))

    def _beat_sends_what_is_due(self, data: st.DataObject) -> None:
        self.books.fates = [data.draw(st.sampled_from(FATES))]
        self._send_what_is_due(data.draw(PLACES, "stops at"))

    def _a_worker_wakes_or_dies(self, data: st.DataObject) -> None:
        self._wake(data.draw(st.integers(0, len(self.asleep) - 1)), kill=data.draw(SELDOM, "dies"))

    def _the_silent_are_given_up(self, data: st.DataObject) -> None:
        self._give_up_the_silent()

    def _an_operator_sends_something_again(self, data: st.DataObject) -> None:
        if data.draw(st.booleans(), "requeues"):
            fixed, _ = dead_letters.select(self.operator, Filter())
            list(dead_letters.requeue(self.operator, fixed))
        else:
            records.replay(self.operator, data.draw(st.sampled_from(self._replayable())))

    # what must hold at every moment

    @invariant()
    def nothing_is_posted_twice(self) -> None:
        """No version, and where the target keeps both no document."""
        versions = Counter(row.correlation_id for row in self._rows())
        times = Counter(effect.correlation_id for effect in self.books.effects)
        assert not [one for one, count in times.items() if count > versions[one]], self.books.effects
        claims = Counter(effect.key for effect in self.books.effects if effect.entity == "claims")
        assert not [one for one, count in claims.items() if count > 1], self.books.effects

    @invariant()
    def the_ledger_is_in_order(self) -> None:
        rows = self._rows()
        self._versions_were_loaded_in_order(rows)
        held = {worker.identity for worker in self.asleep} | set(self.lost)
        under_way = {(row.document_id, row.version) for row in rows if State(row.state) in STEP_OF}
        for row in rows:
            assert row.fence >= self.fences.get(row.id, 0), "fences never go back"
            self.fences[row.id] = row.fence
            assert row.lease_owner is None or row.lease_owner in held, row
            if State(row.state) in STEP_OF and row.lease_owner is None:
                older = any(one == row.document_id and version < row.version for one, version in under_way)
                assert row.due_at is not None or (row.hold == "version" and older), f"no way forward: {row}"
                assert row.hold != "gate" or row.waits_for, row
            assert row.state != "dead" or row.letters, f"dead without a letter: {row}"

    def _versions_were_loaded_in_order(self, rows: list[Any]) -> None:
        """A document that becomes again what it was is called in the target as it was then."""
        called: dict[str, list[int]] = defaultdict(list)
        for row in rows:
            called[row.correlation_id].append(row.version)
        newest: dict[tuple[str, str], int] = defaultdict(int)
        for effect in self.books.effects:
            later = [one for one in called[effect.correlation_id] if one > newest[effect.entity, effect.key]]
            assert later, self.books.effects
            newest[effect.entity, effect.key] = min(later)

    # the end: everything that was begun goes on, and everything that is due is sent

    def teardown(self) -> None:
        try:
            self._come_to_rest()
        finally:
            for worker in self.asleep:
                worker.wake(kill=True)

    def _come_to_rest(self) -> None:
        while self.asleep:
            self._wake(0, kill=False)
        self.drawer.put("orders", "o1", amount="9", number="o1")
        for flow in self.drawer.documents:
            self._all_go_on()
            self._read(flow, None, None)
        for _ in range(QUIET_ROUNDS):
            self._all_go_on()
            self._send_what_is_due(None)
            if not self._under_way():
                break
        assert self._under_way() == []
        self._all_is_where_it_belongs()
        assert self.bench.ledger.verify() == [], "nothing mends an audit trail that was broken on the way"

    def _all_go_on(self) -> None:
        self.books.fates, self.books.deaf = [], 0
        self.bench.execute("UPDATE connections SET paused_until = NULL, failures = 0")
        self._give_up_the_silent()

    def _all_is_where_it_belongs(self) -> None:
        newest = {(row.flow, row.source_key): row for row in self._rows()}
        for flow, documents in self.drawer.documents.items():
            for key, document in documents.items():
                row = newest[flow, key]
                if row.state == "done":
                    assert self.books.holds[flow, document["number"]] == {"amount": document["amount"]}, row
                else:
                    assert row.state in {"dead", "rejected"}, row

    # how

    def _work(self, step: Callable[[World], object], stops_at: int | None) -> None:
        worker = Worker(self.bench.another_world(), stops_at=stops_at if len(self.asleep) < MOST_ASLEEP else None)
        if worker.start(step):
            self.asleep.append(worker)

    def _read(self, flow: str, only: str | None, stops_at: int | None) -> None:
        """Like beat and demand: a run of the same kind that has not ended is not queued twice."""
        waiting = self.bench.rows(
            "SELECT r.id FROM runs r JOIN flows f ON f.id = r.flow_id WHERE f.name = :flow "
            "AND r.status IN ('queued', 'running') AND r.only_key IS NOT DISTINCT FROM CAST(:only AS text)",
            flow=flow,
            only=only,
        )
        run_id = waiting[0].id if waiting else self.bench.run(flow, only_key=only)
        self._work(partial(poll, run_id=run_id), stops_at)

    def _send_what_is_due(self, stops_at: int | None) -> None:
        self.bench.due()
        self.bench.execute("UPDATE runs SET due_at = now() WHERE status = 'queued'")
        for due in self.bench.ledger.recovery.due_records(3):
            self._work(partial(WORK[STEP_OF[due.state]], record_ids=[due.record_id]), stops_at)
        for run_id in self.bench.ledger.recovery.due_runs(3):
            self._work(partial(poll, run_id=run_id), None)

    def _wake(self, place: int, *, kill: bool) -> None:
        worker = self.asleep.pop(place)
        worker.wake(kill=kill)
        if kill:
            self.lost.append(worker.identity)

    def _give_up_the_silent(self) -> None:
        silent = [*self.lost, *(worker.identity for worker in self.asleep)]
        self.bench.execute(
            "UPDATE workers SET heartbeat_at = now() - interval '1 hour' WHERE id = ANY(:silent)", silent=silent
        )
        recovery = self.bench.ledger.recovery
        recovery.rescue(DEAD_AFTER)
        recovery.free_versions()
        recovery.release_missed()

    def _rows(self) -> list[Any]:
        return self.bench.rows(
            "SELECT r.*, f.name AS flow, (SELECT count(*) FROM dead_letters d WHERE d.record_id = r.id "
            "AND d.resolved_at IS NULL) AS letters FROM records r JOIN flows f ON f.id = r.flow_id "
            "ORDER BY f.name, r.source_key, r.version"
        )

    def _messages(self, *, ended: bool = False) -> list[tuple[UUID, State]]:
        return [(row.id, State(row.state)) for row in self._rows() if ended or State(row.state) in STEP_OF]

    def _under_way(self) -> list[Any]:
        return [row for row in self._rows() if State(row.state) in STEP_OF]

    def _replayable(self) -> list[UUID]:
        newest = {row.document_id: row for row in self._rows()}
        return [row.id for row in newest.values() if State(row.state) not in STEP_OF]


def test_a_document_that_becomes_again_what_it_was_is_in_order(bench: Bench) -> None:
    state = Interleavings(bench)
    state.some_documents_are_read()
    state._come_to_rest()
    for amount in ("2", "1"):
        state.drawer.put("parts", "k1", amount=amount, number="parts-k1")
        state._read("parts", None, None)
        state.nothing_is_posted_twice()
        state.the_ledger_is_in_order()
        state._come_to_rest()
    assert [effect.body["amount"] for effect in state.books.effects if effect.entity == "parts"] == ["1", "2", "1"]
    state.nothing_is_posted_twice()
    state.the_ledger_is_in_order()


def test_whatever_the_order_nothing_is_posted_twice_and_nothing_is_lost(bench: Bench) -> None:
    thorough = settings.get_current_profile_name() == "thorough"
    few = settings(max_examples=12, stateful_step_count=50, derandomize=True, database=None, phases=[Phase.generate])
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        partial(Interleavings, bench), settings=settings() if thorough else few
    )
