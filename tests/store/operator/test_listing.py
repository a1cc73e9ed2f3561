"""What operators list in a ledger that has worked for long: they see the newest, and nothing else is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.domain.record import Hold, State
from connector.store import operator as ledger
from connector.store.operator.records import Filter
from tests.scale.filling import OFTEN_CHANGED
from tests.store.history import WAITING, costly

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from tests.store.scene import Scene

MOST = 3
FLOWS = ("acme/invoices", "acme/suppliers", None)


def listed(scene: Scene, wanted: Filter) -> Sequence[UUID]:
    with ledger.transaction.transaction(scene.ledger, actor="operator:a") as tx:
        return [record.id for record in ledger.listing.list_(tx, wanted)]


def read_through(scene: Scene, wanted: Filter) -> Sequence[UUID]:
    """The same, by looking at everything."""
    rows = scene.ask(
        """
        SELECT r.id FROM records r JOIN flows f ON f.id = r.flow_id
        WHERE (CAST(:flow AS text) IS NULL OR 'acme/' || f.name = :flow)
          AND (CAST(:state AS text) IS NULL OR r.state = :state) AND (CAST(:hold AS text) IS NULL OR r.hold = :hold)
          AND (CAST(:key AS text) IS NULL OR r.source_key = :key)
        ORDER BY r.id DESC LIMIT :most
        """,
        **vars(wanted),
    )
    return [row.id for row in rows]


@pytest.mark.parametrize("flow", FLOWS)
@pytest.mark.parametrize(
    "wanted",
    [
        {},
        *({"state": state.value} for state in State),
        *({"hold": hold.value} for hold in Hold),
        {"hold": "gate", "state": "extracted"},
        {"hold": "gate", "state": "mapped"},
        {"key": "OLD-7"},
        {"key": OFTEN_CHANGED},
        {"key": OFTEN_CHANGED, "state": "superseded"},
        {"key": "WAITS-7", "hold": "gate"},
        {"key": "WAITS-7", "hold": "park"},
    ],
)
def test_the_newest_are_listed_and_nothing_else_is_looked_at(
    worn: Scene, flow: str | None, wanted: dict[str, str]
) -> None:
    chosen = Filter(flow=flow, most=MOST, **wanted)
    assert listed(worn, chosen) == read_through(worn, chosen)
    assert costly(worn, lambda scene: listed(scene, chosen)) == {}


@pytest.mark.parametrize("on_demand", [True, False])
def test_the_newest_runs_are_listed_and_no_others_are_looked_at(worn: Scene, *, on_demand: bool) -> None:
    def listed_runs(scene: Scene) -> list[ledger.runs.Run]:
        with ledger.transaction.transaction(scene.ledger, actor="operator:a") as tx:
            return ledger.runs.list_(tx, ledger.runs.Filter(on_demand=on_demand), most=MOST)

    newest = worn.ask(
        "SELECT created_at FROM runs WHERE :on_demand OR only_key IS NULL ORDER BY created_at DESC LIMIT :most",
        on_demand=on_demand,
        most=MOST,
    )
    assert [run.created_at for run in listed_runs(worn)] == [row.created_at for row in newest]
    assert costly(worn, listed_runs) == {}


def test_counting_what_waits_for_a_person_does_not_count_what_waits_for_documents(worn: Scene) -> None:
    worn.change("UPDATE records SET hold = 'park' WHERE source_key = 'WAITS-7'")

    dead = worn.ask("SELECT count(*) AS dead FROM records WHERE state = 'dead'")[0].dead

    def counts(scene: Scene) -> None:
        with ledger.transaction.transaction(scene.ledger, actor="operator:a") as tx:
            assert ledger.server.waiting(tx) == ledger.server.Waiting(dead=dead, parked=1)

    assert costly(worn, counts, most=WAITING // 2) == {}


@pytest.mark.parametrize("resolved", [True, False])
def test_the_newest_dead_letters_are_listed_and_no_others_are_looked_at(worn: Scene, *, resolved: bool) -> None:
    worn.change(
        "INSERT INTO dead_letters (id, record_id, flow_id, code, reason, suggestion, created_at) "
        "SELECT uuidv7(), id, flow_id, 'refused', '', '', now() - interval '9 days' FROM records "
        "WHERE source_key LIKE 'OLD-1___' ON CONFLICT DO NOTHING"
    )

    def listed_letters(scene: Scene) -> list[UUID]:
        with ledger.transaction.transaction(scene.ledger, actor="operator:a") as tx:
            return [
                letter.id
                for letter in ledger.dead_letters.list_(tx, ledger.dead_letters.Filter(), most=MOST, resolved=resolved)
            ]

    newest = worn.ask(
        "SELECT id FROM dead_letters WHERE :resolved OR resolved_at IS NULL "
        "ORDER BY created_at DESC, id DESC LIMIT :most",
        resolved=resolved,
        most=MOST,
    )
    assert listed_letters(worn) == [row.id for row in newest]
    assert costly(worn, listed_letters) == {}
