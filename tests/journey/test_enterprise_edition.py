"""Every flow of both integrations, unchanged, with QAD Enterprise Edition in the place of QAD Adaptive."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from connector import registry
from connector.domain.journey import Step
from connector.domain.record import State
from connector.operations.work import records
from connector.points import COMMIT
from connector.store.operator.records import Filter
from tests.fire.mortals import mortals
from tests.journey.carrying import unreconciled
from tests.journey.deaths import Deaths, Victims
from tests.journey.works import open_works

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.embedded.redis import EmbeddedRedis
    from tests.journey.works import Works

FLOWS = [name for kind in ("qad-jaggaer", "qad-concur") for name in registry.flows(kind)]


@pytest.fixture(scope="module")
def works(
    module_database_url: str, redis_server: EmbeddedRedis, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Works]:
    folder, instead = tmp_path_factory.mktemp("enterprise"), {"qad": "qad-ee"}
    with open_works(module_database_url, folder, documents=8, broker_url=redis_server.url(), instead=instead) as opened:
        yield opened


def test_every_flow_brings_its_documents_over(works: Works) -> None:
    for _ in range(2):  # what waited for others goes on in the second round
        for flow in FLOWS:
            works.read(flow)
            for state in (State.EXTRACTED, State.MAPPED, State.LOADED):
                for record_id in works.under_way(flow, state):
                    works.finish(record_id)
        reports = works.rows(
            "SELECT d.source_key FROM documents d JOIN flows f ON f.id = d.flow_id "
            "WHERE f.name = 'concur_expenses_to_qad' AND d.target_id IS NOT NULL"
        )
        works.sandboxes["qad-ee"].add_documents({"reimburse": [row.source_key for row in reports]})
    done = {flow: len(works.under_way(flow, State.DONE)) for flow in FLOWS}
    assert [record.why for record in records.list_(works.operator, Filter(state="dead"))] == []
    assert [flow for flow, number in done.items() if not number] == []
    posted = works.sandboxes["qad-ee"].state("counts")["counts"]
    assert set(posted["supplier_invoices"].values()) | set(posted["journal_entries"].values()) == {1}
    assert works.sandboxes["qad"].state("writes")["writes"] == []
    unread = {"changed at the source"}  # what was paid last, nobody has read yet
    assert {kind for _, kind, _, _ in unreconciled(works, FLOWS)} == unread


def test_whoever_dies_with_a_posting_in_their_hands_leaves_it_posted_once(works: Works) -> None:
    flow, deaths = "concur_invoices_to_qad", Deaths(works)
    victims = Victims(works, flow)
    with mortals(works.application.settings) as mortal:
        fresh = partial(victims.before, State.MAPPED, "reset-after")
        deaths.of("load", fresh, partial(mortal.step, Step.LOAD), COMMIT, "POST ")
    for record_id in (*works.under_way(flow, State.MAPPED), *works.under_way(flow, State.LOADED)):
        works.finish(record_id)

    posted = works.sandboxes["qad-ee"].state("counts")["counts"]
    assert set(posted["supplier_invoices"].values()) == {1}
    assert works.rows("SELECT reason FROM dead_letters") == []
    assert works.under_way(flow, State.MAPPED) == works.under_way(flow, State.LOADED) == []
