"""From what Concur lists to a payload: in whatever shape a document comes, it is the same document."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from connector.systems.concur import payloads
from connector.systems.concur.names import Names

if TYPE_CHECKING:
    from collections.abc import Callable


def listed(**document: Any) -> dict[str, Any]:
    return {"id": "d1", "docStatus": "READY", "document": document, "companyId": "c", "erpSystemId": None}


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda document: document,
        lambda document: {"fIDocuments": [{"document": document}]},
        lambda document: [document],
        lambda document: [{"fIDocuments": [{"document": document}]}],
        lambda document: json.dumps([document]),
        lambda document: [json.dumps({"fIDocuments": [document]})],
    ],
)
def test_a_document_may_come_in_a_list_of_one(wrapped: Callable[[object], object]) -> None:
    document: dict[str, Any] = {"report": {"reportId": "R1", "isTest": "N", "revisionNumber": "2"}}
    inner = wrapped(document)

    payload = payloads.payload({**listed(), "document": inner}, entity="expenses", names=Names({}))

    assert payload == {
        "doc_id": "d1",
        "doc_type": "expense",
        "source_key": "R1",
        "revision": "2",
        "company_id": "c",
        "entity_id": "",
        "erp_system_id": "",
        "is_test": False,
        "document": document,
    }


@pytest.mark.parametrize(
    ("entity", "document", "key"),
    [
        ("expenses", {"report": {"reportId": None, "reportKey": 356}}, "356"),
        ("invoices", {"requestHeader": {"requestId": "I1", "reqKey": 9}}, "I1"),
        ("invoices", {"requestHeader": {"reqKey": 9}}, "9"),
        ("cash_advances", {"cashAdvanceData": {"cashAdvanceId": "C1"}}, "C1"),
        ("cash_advances", {}, ""),
    ],
)
def test_a_document_is_known_by_what_it_is_about(entity: str, document: dict[str, Any], key: str) -> None:
    assert payloads.payload(listed(**document), entity=entity, names=Names({}))["source_key"] == key


@pytest.mark.parametrize("value", ["Y", "y", True, "true", 1])
def test_a_test_document_says_so_in_many_ways(value: object) -> None:
    assert payloads.payload(listed(report={"isTest": value}), entity="expenses", names=Names({}))["is_test"] is True


def test_numbers_are_read_to_the_last_digit() -> None:
    text = '{"report": {"reportId": "R"}, "a": 0.1000000000000000055, "b": 0E-8, "c": 50.00000000}'
    payload = payloads.payload({**listed(), "document": text}, entity="expenses", names=Names({}))

    assert payload["document"]["a"] == Decimal("0.1000000000000000055")
    assert isinstance(payload["document"]["b"], Decimal)


@pytest.mark.parametrize("document", [[], [1, 2], [{"report": {}}, {"report": {}}], {"fIDocuments": [{}, {}]}])
def test_a_list_that_is_not_one_document_is_kept_as_it_came(document: object) -> None:
    payload = payloads.payload({**listed(), "document": document}, entity="expenses", names=Names({}))

    assert (payload["document"], payload["source_key"]) == (document, "")


@pytest.mark.parametrize("text", ["not JSON", '{"a": NaN}', "[" * 100_000])
def test_a_document_that_cannot_be_read_is_kept_as_it_came(text: str) -> None:
    payload = payloads.payload({**listed(), "document": text}, entity="expenses", names=Names({}))

    assert (payload["document"], payload["source_key"]) == (text, "")
