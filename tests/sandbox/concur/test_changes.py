from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from sandbox.simulator import SandboxMistakeError
from tests.sandbox.concur.client import exact, failed, posted

if TYPE_CHECKING:
    from tests.sandbox.concur.client import Client, Json

REPORT = {"employee": {"employeeId": "E9"}, "report": {"reportId": "R1", "isTest": "N"}, "expenseEntry": []}


def only(client: Client, kind: str = "expense") -> Json:
    (one,) = client.documents(kind)["content"]
    return one


def test_what_failed_comes_again_corrected_with_a_new_id_and_a_higher_revision(busy: Client) -> None:
    ids = busy.ids()
    busy.acknowledge(*ids)
    busy.confirm(failed(ids[0]))
    before = busy.held(ids[0])
    (again,) = busy.do(resubmit=[{"document": ids[0], "replace": {"6200": "6300"}}])["resubmit"]
    now = only(busy)
    assert now["id"] == again != ids[0]
    report = now["document"]["report"]
    assert (report["reportId"], report["revisionNumber"]) == (before["source_key"], "2")
    assert "6300" in json.dumps(now["document"], default=str)
    assert "6200" not in json.dumps(now["document"], default=str)
    assert busy.held(ids[0])["superseded"]
    assert not busy.held(again)["superseded"]


def test_the_truth_is_corrected_together_with_the_document(busy: Client) -> None:
    one = busy.ids()[0]
    key = busy.held(one)["source_key"]
    before = busy.state("expected")["expenses"][key]
    busy.acknowledge(one)
    busy.confirm(failed(one))
    assert key not in busy.state("expected")["expenses"]
    (again,) = busy.do(resubmit=[{"document": key, "replace": {"6200": "6300"}}])["resubmit"]
    now = busy.state("expected")["expenses"][key]
    assert now["doc_id"] == again
    assert now["totals"]["account|6300"] == before["totals"]["account|6200"]
    assert next(iter(now["cost_objects"])).startswith("6300|")


def test_a_document_can_be_revised_again_and_again(busy: Client) -> None:
    one = busy.ids("invoice")[0]
    for revision in ("2", "3"):
        busy.acknowledge(one, kind="invoice")
        busy.confirm(failed(one), kind="invoice")
        (one,) = busy.do(resubmit=[one])["resubmit"]
        shown = busy.documents("invoice", docId=one)["content"][0]
        assert shown["document"]["requestHeader"]["revisionNumber"] == revision


def test_only_the_newest_revision_that_failed_or_was_recalled_comes_again(busy: Client) -> None:
    one, two = busy.ids()[:2]
    with pytest.raises(SandboxMistakeError, match="is READY"):
        busy.do(resubmit=[one])
    busy.do(recall=[one])
    busy.do(resubmit=[one])
    with pytest.raises(SandboxMistakeError, match="only what failed"):
        busy.do(resubmit=[one])
    busy.acknowledge(two)
    busy.confirm(posted(two))
    with pytest.raises(SandboxMistakeError, match="POSTING_CONFIRMED_SUCCESS"):
        busy.do(resubmit=[two])


def test_what_comes_back_of_an_advance_is_a_document_beside_it(busy: Client) -> None:
    advance = busy.ids("cashadvance")[0]
    key, before = busy.held(advance, "cash_advances")["source_key"], busy.state("expected")["cash_advances"]
    part, whole = busy.do(give_back=[{"document": key, "amount": "10"}, key])["give_back"]
    assert len({advance, part, whole}) == 3
    assert not busy.held(advance, "cash_advances")["superseded"]
    rows = {
        one: busy.documents("cashadvance", docId=one)["content"][0]["document"]["journalData"][0]
        for one in (advance, part, whole)
    }
    assert (rows[part]["amount"], rows[part]["debitOrCredit"], rows[part]["payee"]) == (-10, "CR", "COMP")
    assert rows[whole]["amount"] == -rows[advance]["amount"]
    now = busy.state("expected")["cash_advances"]
    assert now[key] == before[key]
    assert set(now[f"{key}/{part}"]["totals"].values()) == {"10", "-10"}


@pytest.mark.parametrize("given", ["CA", ["nothing"], [{"document": "REPORT"}], [{"document": "CA", "amount": "-1"}]])
def test_what_cannot_come_back_is_refused(busy: Client, given: object) -> None:
    names = {"CA": busy.ids("cashadvance")[0], "REPORT": busy.ids()[0]}
    asked = (
        [{**one, "document": names[one["document"]]} if isinstance(one, dict) else one for one in given]
        if isinstance(given, list)
        else given
    )
    with pytest.raises(SandboxMistakeError):
        busy.do(give_back=asked)


def test_an_administrator_recalls_what_is_not_in_the_ledger_yet(busy: Client) -> None:
    one, two, three = busy.ids()[:3]
    busy.acknowledge(two, three)
    busy.confirm(posted(three))
    assert busy.do(recall=[one, two])["recall"] == [one, two]
    assert one not in busy.ids()
    assert busy.documents(docId=two, ignoreDocumentStatus="yes")["content"][0]["docStatus"] == "RECALLED"
    with pytest.raises(SandboxMistakeError, match="nobody can recall"):
        busy.do(recall=[three])


def test_a_document_can_be_named_by_what_it_is_about(busy: Client) -> None:
    one = busy.ids("cashadvance")[0]
    key = busy.held(one, "cash_advances")["source_key"]
    assert busy.do(recall=[key])["recall"] == [one]


@pytest.mark.parametrize(
    "document",
    [
        REPORT,
        {"document": REPORT},
        {"document": json.dumps(REPORT)},
        {"id": "x", "docType": "expense", "document": REPORT, "docStatus": "READY"},
        {"fIDocuments": [{"document": REPORT}]},
        {"content": [{"document": json.dumps(REPORT)}]},
        {"document": json.dumps({"fIDocuments": [{"document": REPORT}]})},
    ],
)
def test_documents_are_entered_however_they_are_wrapped(client: Client, document: Json) -> None:
    (doc_id,) = client.do(entity="expenses", documents=[document])["documents"]
    one = only(client)
    assert (one["id"], one["document"]) == (doc_id, REPORT)


def test_an_entered_document_keeps_its_amounts_digit_by_digit_when_it_comes_as_text(client: Client) -> None:
    text = '{"cashAdvanceData": {"cashAdvanceId": "A1", "requestAmount": 50.00000000, "exchangeRate": 0E-8}}'
    client.do(entity="cash_advances", documents=[{"document": text}])
    assert exact(client.documents("cashadvance", form="text")["content"][0]["document"]) == exact(text)
    assert "50.00000000" in client.documents("cashadvance", form="text")["content"][0]["document"]


def test_an_entered_document_may_say_what_is_expected_of_it(client: Client) -> None:
    truth = {"totals": {"account|6200": "1.00", "payee|EMPL": "-1.00"}}
    client.do(entity="expenses", documents=[{"document": REPORT, "expected": truth}])
    assert client.state("expected")["expenses"]["R1"]["totals"] == truth["totals"]


def test_a_report_that_is_entered_again_is_a_new_revision(client: Client) -> None:
    first = client.do(entity="expenses", documents=[REPORT])["documents"]
    second = client.do(entity="expenses", documents=[REPORT])["documents"]
    assert first != second
    assert client.held(first[0])["superseded"]


def test_a_revision_nobody_told_the_truth_of_is_expected_no_more_than_the_one_before_it(client: Client) -> None:
    client.do(entity="expenses", documents=[{"document": REPORT, "expected": {"totals": {}}}])
    assert list(client.state("expected")["expenses"]) == ["R1"]
    client.do(entity="expenses", documents=[REPORT])
    assert client.state("expected")["expenses"] == {}


def test_an_invoice_of_another_vendor_is_expected_under_that_vendors_key(client: Client) -> None:
    client.do(generate={"invoices": 1})
    (before,) = client.state("expected")["invoices"].values()
    one = client.ids("invoice")[0]
    client.do(recall=[one])
    client.do(resubmit=[{"document": one, "replace": {before["supplier"]: "S77777"}}])
    (now,) = client.state("expected")["invoices"].values()
    assert (now["supplier"], now["key"]) == ("S77777", before["key"].replace(before["supplier"], "S77777"))


def test_tests_are_told_apart_and_not_expected_in_the_ledger(client: Client) -> None:
    (doc_id,) = client.do(generate={"expenses": 1, "set": {"isTest": "Y"}})["generate"]["expenses"]
    assert only(client)["document"]["report"]["isTest"] == "Y"
    assert client.held(doc_id)["test"]
    assert client.state("expected")["expenses"] == {}


def test_documents_are_generated_with_codes_nobody_knows(client: Client) -> None:
    client.do(generate={"expenses": 1, "scenario": "cash", "replace": {"6200": "474230"}})
    document = only(client)["document"]
    assert document["expenseEntry"][0]["allocation"][0]["journal"][0]["journalAccountCode"] == "474230"
    (expected,) = client.state("expected")["expenses"].values()
    assert "account|474230" in expected["totals"]


def test_what_another_system_took_is_not_expected_of_us(busy: Client) -> None:
    one = busy.ids()[0]
    key = busy.held(one)["source_key"]
    busy.do(take={"systemId": "OTHER", "documents": [one]})
    assert key not in busy.state("expected")["expenses"]
    assert len(busy.state("expected")["expenses"]) == 5


def test_statuses_and_documents_are_counted(busy: Client) -> None:
    one, two = busy.ids()[:2]
    busy.acknowledge(one, two)
    busy.confirm(posted(one))
    assert busy.state("documents")["expenses"] == 6
    assert busy.state("statuses")["expenses"] == {"READY": 4, "ACKNOWLEDGED": 1, "POSTING_CONFIRMED_SUCCESS": 1}
    expected = busy.state("expected")["expenses"]
    assert expected[busy.held(one)["source_key"]]["posted"] is True
    assert expected[busy.held(two)["source_key"]]["posted"] is False


@pytest.mark.parametrize(
    ("deed", "why"),
    [
        ({"explode": 1}, "cannot 'explode'"),
        ({"generate": {"parties": 1}}, "generate takes numbers of expenses"),
        ({"generate": {"expenses": -1}}, "whole numbers"),
        ({"generate": {"expenses": 1, "scenario": "flight to the moon"}}, "no scenario 'flight to the moon'"),
        ({"generate": {"expenses": 1, "replace": []}}, "replace takes"),
        ({"entity": "parties", "documents": []}, "takes documents of expenses"),
        ({"entity": "expenses", "documents": {}}, "documents takes a list"),
        ({"entity": "expenses", "documents": [{"document": "{"}]}, "document must be an object"),
        ({"entity": "expenses", "documents": [{"report": {}}]}, "needs report.reportId"),
        ({"recall": ["nothing"]}, "no document, report, request or cash advance 'nothing'"),
        ({"recall": "x"}, "recall takes a list"),
        ({"resubmit": "x"}, "resubmit takes a list"),
        ({"take": {"documents": []}}, "take takes a systemId"),
        ({"restate": {"status": "HAPPY", "documents": []}}, "restate takes a status"),
        ({"answer": [{"service": "acknowledgements", "code": 5}]}, "answer knows these services and codes"),
        ({"answer": [{"service": "acknowledgements", "code": 101, "count": "x"}]}, "whole number"),
        ({"answer": {}}, "answer takes a list"),
        ({"events": {}}, "events takes burst"),
        ({"events": {"burst": 0}}, "counted from 1"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(strict: Client, deed: Json, why: str) -> None:
    with pytest.raises(SandboxMistakeError, match=why):
        strict.do(**deed)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"colour": "red"}, "no option colour"),
        ({"expires_in": "3600"}, "takes a int"),
        ({"most_per_page": 0}, "cannot be 0"),
        ({"scopes": "FISVC"}, "takes a list of strings"),
        ({"document_as": "xml"}, "is one of"),
        ({"token_error": 7}, "is one of"),
        ({"webhook_headers": {"X Y": "z"}}, "HTTP headers"),
        ({"webhook_headers": []}, "HTTP headers"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused_in_words(strict: Client, options: Json, why: str) -> None:
    with pytest.raises(SandboxMistakeError, match=why):
        strict.server.set_options(**options)


def test_options_are_answered_as_they_stand(client: Client) -> None:
    client.server.set_options(most_per_page=7, scopes=["FISVC"], webhook_headers={"X-Client": "me"})
    assert client.state("options") == client.server.set_options()
    assert client.state("options")["scopes"] == ["FISVC"]
