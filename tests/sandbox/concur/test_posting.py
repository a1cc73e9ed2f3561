from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sandbox.concur.client import TYPES, failed, posted

if TYPE_CHECKING:
    from tests.sandbox.concur.client import Client, Json

PATH = f"{TYPES}/expense/transactions/postingconfirmations"


@pytest.fixture
def taken(busy: Client) -> Client:
    """A client that has acknowledged all expense reports."""
    busy.acknowledge(*busy.ids())
    return busy


@pytest.fixture(scope="module")
def strict_taken(strict_busy: Client) -> Client:
    """Likewise, one client for all the confirmations that are refused."""
    strict_busy.acknowledge(*strict_busy.ids())
    return strict_busy


def first(client: Client) -> str:
    return next(iter(client.state("holds")["expenses"]))


def test_a_success_and_its_repetition_are_told_apart(taken: Client) -> None:
    one = first(taken)
    answers = [taken.confirm(posted(one))[0], taken.confirm(posted(one))[0]]
    assert [(item["code"], item["postingConfirmationResult"]) for item in answers] == [(0, "SUCCESS"), (113, "FAILURE")]
    held = taken.held(one)
    assert held["status"] == "POSTING_CONFIRMED_SUCCESS"
    assert held["postings"][0]["postingDocs"][0]["documentNumber"] == "JE-1"
    assert taken.state("counts")["postingconfirmations"] == {one: 2}


def test_an_error_keeps_the_words_of_the_ledger_and_puts_the_document_back(taken: Client) -> None:
    one = first(taken)
    assert taken.confirm(failed(one, "Period closed"))[0]["code"] == 0
    held = taken.held(one)
    assert held["status"] == "POSTING_CONFIRMED_FAILURE"
    assert held["postings"][0]["systemMessages"][0]["messageLongText"] == "Period closed"
    assert one not in taken.ids()


def test_each_confirmation_of_a_request_has_its_own_result(busy: Client) -> None:
    one, two, three = busy.ids()[:3]
    bill = busy.ids("invoice")[0]
    busy.acknowledge(one, three)
    busy.do(recall=[three])
    answers = busy.confirm(*map(posted, (one, two, three, bill, "unknown")))
    assert [(item["code"], item["postingConfirmationResult"]) for item in answers] == [
        (0, "SUCCESS"),
        (111, "NOT_YET_ACKNOWLEDGED"),
        (112, "WAS_RECALLED"),
        (115, "FAILURE"),
        (116, "DOCUMENT_NOT_FOUND"),
    ]


def test_only_the_system_that_took_a_document_can_confirm_it(taken: Client) -> None:
    one = first(taken)
    assert taken.confirm(posted(one), system="OTHER")[0]["code"] == 99
    assert taken.confirm(posted(one))[0]["code"] == 0


def test_a_document_in_a_state_nobody_knows_cannot_be_confirmed(taken: Client) -> None:
    one = first(taken)
    taken.do(restate={"status": "VOID", "documents": [one]})
    assert taken.confirm(posted(one))[0]["code"] == 114


@pytest.mark.parametrize(
    "changed",
    [
        {"overallPostingStatusCode": "SUCCESS"},
        {"postingDocs": []},
        {"postingDocs": [{"documentNumber": "", "fiscalYear": "2026", "postingDate": "2026-11-16"}]},
        {"postingDocs": [{"documentNumber": "x" * 81, "fiscalYear": "2026", "postingDate": "2026-11-16"}]},
        {"postingDocs": [{"documentNumber": "1", "fiscalYear": "26", "postingDate": "2026-11-16"}]},
        {"postingDocs": [{"documentNumber": "1", "fiscalYear": "2026", "postingDate": "11/16/2026"}]},
        {"postingDocs": [{"documentNumber": "1", "fiscalYear": "2026", "postingDate": "2026-02-30"}]},
        {"systemMessages": [{"messageLongText": "x" * 1301}]},
        {"systemMessages": [{"messageShortText": "x" * 1301}]},
    ],
)
def test_a_confirmation_against_the_published_form_is_never_to_be_sent_again(
    strict_taken: Client, changed: Json
) -> None:
    one = first(strict_taken)
    answer = strict_taken.confirm(posted(one, **changed))[0]
    assert (answer["code"], answer["postingConfirmationResult"]) == (198, "FAILURE")
    assert answer["detailMessage"]
    assert strict_taken.held(one)["status"] == "ACKNOWLEDGED"


def test_the_longest_number_and_message_are_taken(taken: Client) -> None:
    one, two = list(taken.state("holds")["expenses"])[:2]
    posting = {"documentNumber": "x" * 80, "fiscalYear": "2026", "postingDate": "2026-11-16"}
    answers = taken.confirm(posted(one, postingDocs=[posting]), failed(two, "x" * 1300))
    assert [item["code"] for item in answers] == [0, 0]


@pytest.mark.parametrize("body", [{}, {"postingConfirmations": []}, {"postingConfirmations": {}, "systemId": ""}])
def test_a_request_without_its_parts_is_refused_as_a_whole(strict_taken: Client, body: Json) -> None:
    strict_taken.call("POST", PATH, body, status=400)


@pytest.mark.parametrize(
    ("code", "result"),
    [(198, "FAILURE"), (199, "SYSTEM_ERROR_OCCURRED"), (112, "WAS_RECALLED"), (99, "FAILURE"), (114, "FAILURE")],
)
def test_codes_can_be_provoked_and_then_change_nothing(taken: Client, code: int, result: str) -> None:
    one = first(taken)
    taken.do(answer=[{"service": "postingconfirmations", "code": code, "count": 2}])
    answers = [taken.confirm(posted(one))[0] for _ in range(3)]
    assert [item["code"] for item in answers] == [code, code, 0]
    assert answers[0]["postingConfirmationResult"] == result
    assert [item["code"] for item in taken.held(one)["postings"]] == [code, code, 0]
