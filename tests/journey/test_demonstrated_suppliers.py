"""What the demonstration does with a supplier network, day by day: all of it arrives, once and right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connector import registry
from tests.journey.carrying import unreconciled
from tests.journey.suppliers import Suppliers, open_suppliers
from tests.journey.test_supplier_network import differences, everything
from workers.demo import scenario

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

(SCENARIO,) = (one for one in scenario.scenarios() if one.sends_to)


@pytest.fixture
def suppliers(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suppliers]:
    with open_suppliers(database_url, tmp_path_factory.mktemp("days"), simulated=True, documents=12) as works:
        yield works


def _day(suppliers: Suppliers, requests: Iterable[tuple[str, Any]]) -> None:
    """Ask this of the simulators, and bring everything to its end."""
    for system, body in requests:
        assert all(body.values()), body
        suppliers.sandboxes[system].add_documents(body)
    everything(suppliers)
    everything(suppliers)
    assert differences(suppliers) == []


def _states(suppliers: Suppliers) -> dict[str, Any]:
    return {name: one.state() for name, one in suppliers.sandboxes.items()}


def test_what_suppliers_and_qad_do_is_right_on_both_sides(suppliers: Suppliers) -> None:
    _day(suppliers, ())
    _day(suppliers, SCENARIO.second_day(_states(suppliers)))
    orders = suppliers.sandboxes["cxml"].state("holds")["holds"]["orders"].values()
    assert sorted(one["deleted"] for one in orders if one["updates"]) == [False, True], "one was changed, one cancelled"
    _day(suppliers, SCENARIO.third_day(_states(suppliers)))
    invoices = suppliers.sandboxes["cxml"].state("holds")["holds"]["invoices"].values()
    assert {said["type"] for one in invoices for said in one["told"]} == {"processing", "rejected", "paying", "paid"}
    letters = {row.source_key for row in suppliers.rows("SELECT r.source_key FROM records r WHERE r.state = 'dead'")}
    found = unreconciled(suppliers, registry.flows("qad-cxml"))
    assert {(kind, key) for _, kind, key, _ in found} == {("dead letter", key) for key in letters}
