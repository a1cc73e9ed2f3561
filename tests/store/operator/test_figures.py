"""What is scraped every few seconds looks at what is under way, however much has been."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from prometheus_client.parser import text_string_to_metric_families

from connector.metering import names
from connector.metering.exposition import text_of
from connector.operations.health import figures
from connector.store import operator as ledger
from tests.store.history import WAITING, costly

if TYPE_CHECKING:
    from connector.metering.names import Metric
    from tests.store.scene import Scene

SILENT = dt.timedelta(seconds=120)


def measured(scene: Scene) -> dict[tuple[str, tuple[str, ...]], float]:
    with ledger.transaction.transaction(scene.ledger, actor="metrics") as tx:
        return {(metric.name, labels): value for metric, labels, value in figures.measured(tx, SILENT)}


def of(scene: Scene, metric: Metric, *labels: str) -> float | None:
    return measured(scene).get((metric.name, labels))


def test_a_scrape_looks_at_what_is_under_way_and_at_nothing_that_has_been(worn: Scene) -> None:
    assert costly(worn, measured, most=4 * WAITING) == {}
    assert (of(worn, names.UNDER_WAY, "acme", "invoices", "extracted") or 0) >= WAITING


def test_a_scrape_says_where_the_work_stands(scene: Scene) -> None:
    one, two, three = (scene.read((key, "one"))[0] for key in ("INV-1", "INV-2", "INV-3"))
    scene.change("UPDATE flows SET enabled = true WHERE name = 'invoices'")
    scene.change(
        "UPDATE records SET hold = 'park', waits_for = ARRAY['crosswalk:tax:A', 'crosswalk:tax:B'] WHERE id = :a", a=one
    )
    scene.change("UPDATE records SET state = 'mapped', hold = 'retry' WHERE id = :a", a=two)
    scene.change("UPDATE records SET due_at = now() - interval '1 hour' WHERE id = :a", a=three)
    scene.change(
        "INSERT INTO attempts (id, record_id, document_id, number, key, fingerprint, sent_at, actor) "
        "SELECT gen_random_uuid(), id, document_id, 1, 'k', 'x', now(), 'w' FROM records WHERE id = :a",
        a=two,
    )
    scene.change("UPDATE connections SET pace = 0.5, failures = 3 WHERE name = 'jaggaer'")
    found = measured(scene)
    flow = ("acme", "invoices")
    assert found[names.UNDER_WAY.name, (*flow, "extracted")] == 2
    assert found[names.UNDER_WAY.name, (*flow, "mapped")] == 1
    assert found[names.HELD.name, (*flow, "park")] == 1
    assert found[names.MISSING.name, flow] == 2
    assert found[names.IN_DOUBT.name, flow] == 1
    assert found[names.OLDEST_DUE.name, flow] >= 3600
    assert found[names.ENABLED.name, flow] == 1
    assert found[names.ENABLED.name, ("acme", "suppliers")] == 0
    assert found[names.PACE.name, ("jaggaer", "jaggaer")] == 0.5
    assert (names.PACE.name, ("qad", "qad")) not in found
    assert found[names.FAILURES.name, ("jaggaer", "jaggaer")] == 3
    assert found[names.PROCESSES.name, ("worker",)] == 1
    assert found[names.UNSEALED.name, ()] >= 0
    assert found[names.DATABASE_SIZE.name, ()] > 1_000_000
    assert 0 < found[names.DATABASE_CONNECTIONS.name, ()] < found[names.DATABASE_MOST.name, ()]


def test_a_document_is_named_nowhere_in_a_scrape(scene: Scene) -> None:
    scene.read(("INV-CANARY", "one"))
    with ledger.transaction.transaction(scene.ledger, actor="metrics") as tx:
        text = text_of(figures.measured(tx, SILENT)).decode()
    assert "CANARY" not in text
    assert {family.name for family in text_string_to_metric_families(text)} <= {one.name for one in names.METRICS}
