"""What ``drift`` says of master data that people change on one side only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.domain.exchange import Outgoing
from connector.operations.health import causes
from connector.operations.setup import alert_rules as rules
from connector.operations.work import drifting
from connector.store.audit.verifying import unheard
from connector.systems.jaggaer import documents
from tests.journey.carrying import carry
from tests.journey.works import open_works

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.journey.works import Works

_MASTER = (
    "qad_suppliers_to_jaggaer",
    "qad_accounts_to_jaggaer",
    "qad_suppliers_to_concur",
    "qad_cost_objects_to_concur",
)


@pytest.fixture
def works(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Works]:
    with open_works(database_url, tmp_path_factory.mktemp("drift"), documents=4) as opened:
        for flow in (*_MASTER, "qad_orders_to_jaggaer"):
            carry(opened, flow)
        yield opened


def _drift(works: Works, named: str | None = None) -> dict[str, drifting.Compared]:
    found = drifting.compare(works.operator, named, days=3660, report=unheard)
    return {line.flow.partition("/")[2]: line for line in found}


def _kinds(line: drifting.Compared) -> dict[str, str]:
    return {one.key or one.name: one.drift.value for one in line.differences}


def _alerts(works: Works) -> list[str]:
    with works.operator.transaction() as tx:
        return [one.about for one in causes.all_(tx, rules.as_set(tx)) if one.name == rules.DRIFTED]


def test_what_people_enter_or_shut_down_on_one_side_is_found_and_what_hangs_on_it(works: Works) -> None:
    qad, jaggaer = works.sandbox("qad"), works.sandbox("jaggaer")
    before = _drift(works)
    assert set(before) == set(_MASTER)
    inactive = {key for key, one in qad.state("holds")["holds"]["suppliers"].items() if not one["active"]}
    #: without the option send_status QAD does not say in JAGGAER who may be used
    kept = dict.fromkeys(inactive, "inactive")
    assert {flow: _kinds(line) for flow, line in before.items() if line.differences} == {
        "qad_suppliers_to_jaggaer": kept
    }
    assert all(line.theirs for line in before.values())
    assert len(_alerts(works)) == 1

    order = works.rows(
        "SELECT r.source_key, r.id FROM records r JOIN flows f ON f.id = r.flow_id "
        "WHERE f.name = 'qad_orders_to_jaggaer' AND r.state = 'done' ORDER BY r.id LIMIT 1"
    )[0]
    supplier = qad.state("holds")["holds"]["orders"][order.source_key]["supplier"]
    jaggaer.add_documents({"entity": "companies", "documents": [{"extCode": "BY-HAND", "companyName": "Bought by"}]})
    jaggaer.add_documents({"entity": "account_values", "documents": [{"value": "9999", "description": "By hand"}]})
    target = works.target("jaggaer")
    target.write(_company(supplier, "INACTIVE"))
    concur = works.target("concur")
    concur.write(_item("BY-HAND"))

    found = _drift(works)

    assert _kinds(found["qad_suppliers_to_jaggaer"]) == {**kept, "BY-HAND": "unknown", supplier: "closed"}
    assert _kinds(found["qad_accounts_to_jaggaer"]) == {"9999": "unknown"}
    assert _kinds(found["qad_cost_objects_to_concur"]) == {"cost_centres|BY-HAND": "unknown"}
    closed = next(one for one in found["qad_suppliers_to_jaggaer"].differences if one.key == supplier)
    assert order.source_key in {use.source_key for use in closed.used_by}
    assert closed.uses == len({use.record_id for use in closed.used_by})
    assert len(_alerts(works)) == 3

    target.write(_company(supplier, "ACTIVE"))
    again = _drift(works, works.integration_of("qad_suppliers_to_jaggaer"))
    assert set(again) == {"qad_suppliers_to_jaggaer", "qad_accounts_to_jaggaer"}
    assert _kinds(again["qad_suppliers_to_jaggaer"]) == {**kept, "BY-HAND": "unknown"}


def _company(code: str, status: str) -> Outgoing:
    body = documents.company({"extCode": code, "companyName": "Changed by hand", "status": status})
    return Outgoing(entity="companies", key=code, body=body, correlation_id="by-hand")


def _item(code: str) -> Outgoing:
    body = {"list": "cost_centres", "short_code": code, "value": "By hand", "deleted": False}
    return Outgoing(entity="list_items", key=f"cost_centres|{code}", body=body, correlation_id="by-hand")
