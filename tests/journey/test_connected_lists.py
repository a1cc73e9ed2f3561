"""Company, cost centre and project of QAD become items below one another in one list of Concur, and move there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connector.operations.setup import crosswalks
from connector.store.operator.crosswalks import Code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.journey.stock import Stock
    from tests.journey.works import Works

FLOW = "qad_cost_objects_to_concur"
OBJECTS = {"companies": "ZZCO", "cost_centres": "Z120", "projects": "ZP1"}
KEYS = ("project|ZP1", "cost_centre|Z120", "company|ZZCO")


@pytest.fixture
def connected(stock: Stock) -> Iterator[Works]:
    stock.works.option(FLOW, {"levels": ["company", "cost_centre", "project"]})
    yield stock.works
    stock.works.option(FLOW, {"levels": []})


def place(works: Works, **rows: str) -> None:
    codes = [Code(table="places", source=code.replace("__", "|"), target=target) for code, target in rows.items()]
    crosswalks.fill(works.desk, works.integration_of(FLOW), codes)


def write_down(works: Works, **changes: Any) -> None:
    for entity, code in OBJECTS.items():
        works.sandboxes["qad"].add_documents({"entity": entity, "documents": [{"code": code, **changes}]})
    works.read(FLOW)


def work(works: Works) -> dict[str, str]:
    """Go through them, the lowest first; what each waits for, or how it ended."""
    said = {}
    for key in KEYS:
        record = works.rows(
            "SELECT id FROM records WHERE source_key = upper(:key) OR source_key = :key ORDER BY version DESC LIMIT 1",
            key=key,
        )[0]
        works.finish(record.id)
        now = works.record(record.id)
        said[key] = now.gate or now.state
    return said


def shown(works: Works) -> set[str]:
    held = works.sandboxes["concur"].state("holds")["holds"]["list_items"]
    return {key.partition("|")[2] for key, one in held.items() if key.startswith("connected") and not one["deleted"]}


def test_each_waits_for_what_it_stands_below_and_goes_with_it(connected: Works) -> None:
    place(connected, cost_centre__Z120="zzco", project__ZP1="ZZCO/Z120")
    write_down(connected, description="First")

    assert work(connected) == {
        "project|ZP1": "company ZZCO, cost centre Z120 in Concur",
        "cost_centre|Z120": "company zzco in Concur",
        "company|ZZCO": "done",
    }
    assert set(work(connected).values()) == {"cost centre Z120 in Concur", "done"}
    assert set(work(connected).values()) == {"done"}
    assert shown(connected) == {"ZZCO", "ZZCO-Z120", "ZZCO-Z120-ZP1"}

    connected.sandboxes["qad"].add_documents({"entity": "cost_centres", "documents": [{"code": "Z130"}]})
    place(connected, cost_centre__Z130="ZZCO", project__ZP1="ZZCO/Z130")
    write_down(connected, description="Second")
    (other,) = connected.rows("SELECT id FROM records WHERE source_key = 'cost_centre|Z130'")
    connected.finish(other.id)
    assert set(work(connected).values()) == {"done"}
    assert shown(connected) == {"ZZCO", "ZZCO-Z120", "ZZCO-Z130", "ZZCO-Z130-ZP1"}

    write_down(connected, active=False)
    assert set(work(connected).values()) == {"done"}
    assert shown(connected) == {"ZZCO-Z130"}
