from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sandbox.concur.client import TYPES, failed, posted
from tests.waiting import HANG_SECONDS

if TYPE_CHECKING:
    from tests.sandbox.concur.client import Client, Json

PATH = f"{TYPES}/expense/transactions/acknowledgements"


def test_successes_and_failures_come_mixed_and_in_order_inside_200(busy: Client) -> None:
    one, two = busy.ids()[:2]
    bill = busy.ids("invoice")[0]
    answers = busy.acknowledge(one, "unknown", bill, two)
    assert [(item["code"], item["acknowledgeResult"]) for item in answers] == [
        (0, "SUCCESS"),
        (104, "FAILURE"),
        (105, "FAILURE"),
        (0, "SUCCESS"),
    ]
    assert [item["docId"] for item in answers] == [one, "unknown", bill, two]
    assert answers[1]["errorMessage"]
    assert busy.ids("invoice")[0] == bill


def test_a_repeated_acknowledgement_says_who_has_the_document(busy: Client) -> None:
    ours, theirs = busy.ids()[:2]
    busy.acknowledge(ours, system="MINE")
    busy.do(take={"systemId": "OTHER", "documents": [theirs]})
    answers = busy.acknowledge(ours, theirs, system="MINE")
    assert [(item["code"], item["systemId"]) for item in answers] == [(101, "MINE"), (101, "OTHER")]


def test_a_recalled_document_cannot_be_acknowledged(busy: Client) -> None:
    one = busy.ids()[0]
    busy.do(recall=[one])
    assert one not in busy.ids()
    assert busy.acknowledge(one)[0]["code"] == 102


def test_a_document_that_is_not_ready_cannot_be_acknowledged(busy: Client) -> None:
    one = busy.ids()[0]
    busy.do(restate={"status": "DELAYED", "documents": [one]})
    assert busy.acknowledge(one)[0]["code"] == 103


def test_a_document_meant_for_another_system_stays_theirs(busy: Client) -> None:
    one = busy.ids()[0]
    busy.do(assign={"systemId": "OTHER", "documents": [one]})
    assert busy.acknowledge(one, system="MINE")[0]["code"] == 99
    assert busy.acknowledge(one, system="OTHER")[0]["code"] == 0


@pytest.mark.parametrize("ending", [posted, failed])
def test_a_confirmed_document_counts_as_acknowledged(busy: Client, ending: Json) -> None:
    one = busy.ids()[0]
    busy.acknowledge(one)
    busy.confirm(ending(one))
    assert busy.acknowledge(one)[0]["code"] == 101


@pytest.mark.parametrize("body", [{}, {"ids": ["a"]}, {"systemId": ""}, {"ids": "a", "systemId": ""}, {"ids": [1]}, []])
def test_a_request_without_ids_or_system_is_refused_as_a_whole(strict_busy: Client, body: Json) -> None:
    assert strict_busy.call("POST", PATH, body, status=400)["message"]


def test_a_body_that_is_no_json_is_refused(strict_busy: Client) -> None:
    answer = strict_busy.session.post(strict_busy.home + PATH, data=b'{"ids":', timeout=HANG_SECONDS)
    assert answer.status_code == 400


def test_every_acknowledgement_is_kept_and_counted(busy: Client) -> None:
    one = busy.ids()[0]
    busy.acknowledge(one)
    busy.acknowledge(one)
    held = busy.held(one)
    assert [item["code"] for item in held["acknowledgements"]] == [0, 101]
    assert held["said"]["acknowledgements"] == 2
    assert busy.state("counts")["acknowledgements"] == {one: 2}


@pytest.mark.parametrize("code", [99, 101, 102, 103, 104, 105])
def test_every_code_can_be_provoked_and_then_changes_nothing(busy: Client, code: int) -> None:
    one, two = busy.ids()[:2]
    busy.do(answer=[{"service": "acknowledgements", "code": code, "count": 1, "document": one}])
    assert [item["code"] for item in busy.acknowledge(one, two)] == [code, 0]
    assert busy.held(one)["status"] == "READY"
    assert busy.acknowledge(one)[0]["code"] == 0


def test_a_provoked_code_without_a_document_or_a_count_is_for_all_until_it_is_taken_back(busy: Client) -> None:
    ids = busy.ids()
    busy.do(answer=[{"service": "acknowledgements", "code": 103}])
    assert {item["code"] for item in busy.acknowledge(*ids)} == {103}
    busy.do(answer=[])
    assert {item["code"] for item in busy.acknowledge(*ids)} == {0}
