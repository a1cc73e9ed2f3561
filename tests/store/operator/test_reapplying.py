"""What loaded a document is known, and asking for it reads no history."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from connector.store import operator as ledger
from connector.store.operator.flows import MOST_COUNTED
from connector.store.operator.reapplying import Chosen
from tests.store.history import HISTORY, costly
from tests.store.scene import MAPPED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from tests.store.scene import Scene


def older(scene: Scene, version: int) -> Mapping[UUID, int]:
    with ledger.transaction.transaction(scene.ledger, actor="operator:a") as tx:
        return ledger.flows.older(tx, {scene.invoices: version, scene.suppliers: version})


def load(scene: Scene, record_id: UUID, mapping: int) -> int:
    """Map by this version and load; returns the version that the document is known to be loaded by."""
    assert scene.settle(scene.held(record_id), replace(MAPPED, mapping=mapping), target=b"sealed")
    scene.load(record_id)
    (document,) = scene.ask("SELECT mapping_version FROM documents")
    number: int = document.mapping_version
    return number


def test_a_document_is_known_by_the_mapping_that_made_what_was_loaded(scene: Scene) -> None:
    assert load(scene, scene.read_one("INV-1", "one"), 3) == 3
    assert load(scene, scene.read_one("INV-1", "two"), 2) == 2, "a worker of the release before was there"
    assert (older(scene, 2), older(scene, 3)) == ({}, {scene.invoices: 1})
    scene.read_one("INV-1", "three")
    assert older(scene, 3) == {}, "what is read anew is mapped anew"


def test_a_version_that_is_late_says_nothing_of_what_the_target_has(scene: Scene) -> None:
    record_id = scene.read_one("INV-1")
    scene.change("UPDATE documents SET loaded_version = 2, mapping_version = 5")
    assert load(scene, record_id, 4) == 5


def test_documents_of_before_versions_were_kept_are_of_the_first(scene: Scene) -> None:
    scene.finish(scene.read_one("INV-1"))
    assert (older(scene, 1), older(scene, 2)) == ({}, {scene.invoices: 1})


def test_asking_for_older_mappings_reads_none_where_there_are_none(worn: Scene) -> None:
    assert costly(worn, lambda scene: older(scene, 1)) == {}


def test_older_mappings_are_counted_so_far_and_no_further(worn: Scene) -> None:
    assert HISTORY > MOST_COUNTED
    assert costly(worn, lambda scene: older(scene, 2), most=3 * MOST_COUNTED) == {}
    assert older(worn, 2)[worn.invoices] == MOST_COUNTED + 1


@pytest.mark.parametrize("far", [0, 9_000])
def test_a_page_of_what_was_loaded_costs_what_is_on_it(worn: Scene, far: int) -> None:
    chosen = Chosen(flow_id=worn.invoices, since=None, until=dt.datetime.now(dt.UTC))
    (after,) = worn.ask(
        "SELECT id FROM records WHERE flow_id = :flow AND state = 'done' ORDER BY id OFFSET :far LIMIT 1",
        flow=worn.invoices,
        far=far,
    )

    def page(scene: Scene) -> int:
        with ledger.transaction.transaction(scene.ledger, actor="operator:a") as tx:
            return len(ledger.reapplying.page(tx, chosen, after=after.id, most=200)[0])

    assert page(worn) == 200
    assert costly(worn, page, most=1000) == {}
