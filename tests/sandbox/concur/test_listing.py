from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.sandbox.concur.client import TYPES, exact
from tests.waiting import HANG_SECONDS

if TYPE_CHECKING:
    from tests.sandbox.concur.client import Client, Json

EXPENSES = f"{TYPES}/expense/transactions"


def test_documents_come_in_pages_with_links_and_a_page_object(strict_busy: Client) -> None:
    first = strict_busy.documents(limit=4)
    assert first["page"] == {"size": 4, "totalElements": 6, "totalPages": 2, "number": 0}
    links = {one["rel"]: one["href"] for one in first["links"]}
    assert set(links) == {"first", "self", "next", "last"}
    assert links["next"] == f"{strict_busy.home}{EXPENSES}?limit=4&page=1&size=4"
    second = exact(strict_busy.session.get(links["next"], timeout=HANG_SECONDS).text)
    assert {one["rel"] for one in second["links"]} == {"first", "prev", "self", "last"}
    ids = [one["id"] for page in (first, second) for one in page["content"]]
    assert len(set(ids)) == 6


def test_a_document_says_what_it_is_and_waits(strict_busy: Client) -> None:
    one = strict_busy.documents(limit=1)["content"][0]
    assert set(one) == {
        *("id", "docType", "companyId", "entityId", "companyUuid", "erpSystemId", "document", "docStatus", "links"),
    }
    assert (one["docType"], one["docStatus"], len(one["id"])) == ("expense", "READY", 32)
    assert one["companyUuid"] == "11111111-2222-4333-8444-555555555555"


@pytest.mark.parametrize("kind", ["expense", "invoice", "cashadvance"])
def test_the_same_document_comes_as_an_object_or_as_text(strict_busy: Client, kind: str) -> None:
    as_object = strict_busy.documents(kind, form="JSON")["content"][0]["document"]
    as_text = strict_busy.documents(kind, form="text")["content"][0]["document"]
    assert isinstance(as_text, str)
    assert exact(as_text) == as_object


def test_the_form_can_be_forced_whatever_is_asked_for(busy: Client) -> None:
    busy.server.set_options(document_as="text", null_fields=True)
    one = busy.documents(form="JSON")["content"][0]
    assert isinstance(one["document"], str)
    assert one["erpSystemId"] is None


def test_a_page_has_25_documents_unless_asked_and_never_more_than_the_most(client: Client) -> None:
    client.do(generate={"expenses": 30})
    assert len(client.ids()) == 25
    client.server.set_options(most_per_page=10)
    asked = client.documents(limit=500)
    assert (len(asked["content"]), asked["page"]["size"], asked["page"]["totalPages"]) == (10, 10, 3)


def test_a_page_behind_the_last_is_empty(strict_busy: Client) -> None:
    assert strict_busy.documents(page=7)["content"] == []


def test_the_number_of_elements_may_lie(busy: Client) -> None:
    busy.server.set_options(extra_elements=50)
    assert busy.documents()["page"]["totalElements"] == 56


def test_other_types_of_documents_are_served_and_empty(strict_busy: Client) -> None:
    for kind in ("payroll", "requestobligation", "reportobligation"):
        assert strict_busy.documents(kind)["content"] == []
    strict_busy.send("GET", f"{TYPES}/parking/transactions", status=400)


@pytest.mark.parametrize("params", [{"page": "-1"}, {"limit": "many"}, {"page": "1.5"}])
def test_pages_are_whole_numbers(strict_busy: Client, params: dict[str, str]) -> None:
    strict_busy.send("GET", EXPENSES, status=400, params=params)


def test_acknowledged_documents_leave_the_list_and_the_rest_move_up(busy: Client) -> None:
    before = busy.ids()
    busy.acknowledge(*before[:3])
    assert busy.ids() == before[3:]
    assert busy.ids(limit=3, page=1) == []


def only(busy: Client, kind: str = "expense", **params: Json) -> list[str]:
    return [one["docStatus"] for one in busy.documents(kind, **params)["content"]]


def test_one_document_can_be_asked_for_by_id_whatever_became_of_it(busy: Client) -> None:
    doc_id = busy.ids()[0]
    assert only(busy, docId=doc_id) == ["READY"]
    busy.acknowledge(doc_id)
    assert only(busy, docId=doc_id) == []
    assert only(busy, docId=doc_id, ignoreDocumentStatus="yes") == ["ACKNOWLEDGED"]
    assert only(busy, "invoice", docId=doc_id, ignoreDocumentStatus="yes") == []
    assert only(busy, docId="nothing", ignoreDocumentStatus="yes") == []


def test_ignoring_the_status_counts_only_together_with_an_id(busy: Client) -> None:
    busy.acknowledge(busy.ids()[0])
    assert only(busy, ignoreDocumentStatus="yes") == ["READY"] * 5


def test_documents_meant_for_another_system_are_left_out_when_asked_by_system(busy: Client) -> None:
    ours, theirs = busy.ids()[:2]
    busy.do(assign={"systemId": "OTHER", "documents": [theirs]})
    assert theirs in busy.ids()
    assert theirs not in busy.ids(systemId="MINE")
    assert ours in busy.ids(systemId="MINE")
    assert busy.documents(systemId="OTHER", docId=theirs)["content"][0]["erpSystemId"] == "OTHER"
    assert busy.ids(systemId="MINE", docId=theirs) == []


def test_amounts_keep_the_spelling_of_their_document_kind(client: Client) -> None:
    client.do(generate={"invoices": 1, "expenses": 1})
    invoice = client.send("GET", f"{TYPES}/invoice/transactions").text
    assert '"amountShippingTotal":0E-8' in invoice
    assert '.00000000,"poNumber"' not in client.send("GET", EXPENSES).text
    assert json.loads(invoice)


def test_reading_is_counted_and_changes_nothing(busy: Client) -> None:
    ids = busy.ids()
    assert busy.ids() == ids
    assert busy.held(ids[0])["fetched"] == 2
    assert busy.held(ids[0])["status"] == "READY"
