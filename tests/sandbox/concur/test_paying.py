from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sandbox.concur.client import TYPES, paid, posted

if TYPE_CHECKING:
    from tests.sandbox.concur.client import Client, Json

PATH = f"{TYPES}/expense/transactions/paymentconfirmations"


def post_all(client: Client) -> Client:
    ids = client.ids()
    client.acknowledge(*ids)
    client.confirm(*map(posted, ids))
    return client


@pytest.fixture
def booked(busy: Client) -> Client:
    """A client that has posted all expense reports."""
    return post_all(busy)


@pytest.fixture(scope="module")
def strict_booked(strict_busy: Client) -> Client:
    """Likewise, one client for all the confirmations that are refused."""
    return post_all(strict_busy)


def first(client: Client) -> str:
    return next(iter(client.state("holds")["expenses"]))


def told(client: Client, confirmation: Json) -> tuple[int, str]:
    answer = client.pay(confirmation)[0]
    return answer["code"], answer["paymentConfirmationResult"]


def test_a_payment_is_taken_once_and_its_repetition_is_a_noop(booked: Client) -> None:
    one = first(booked)
    assert told(booked, paid(one)) == (0, "SUCCESS")
    assert told(booked, paid(one)) == (298, "NOOP")
    held = booked.held(one)
    assert held["status"] == "PAYMENT_CONFIRMED_SUCCESS"
    assert [(item["code"], item["noop"]) for item in held["payments"]] == [(0, False), (298, True)]
    assert booked.state("counts")["paymentconfirmations"] == {f"{one}|PAY1": 2}
    assert booked.state("holds")["payment_confirmations"][f"{one}|PAY1"] == {
        "status": "CP",
        "amounts": [{"amount": "10.5", "currency": "USD"}],
    }


def test_parts_may_come_before_the_rest_and_nothing_after_it(booked: Client) -> None:
    one = first(booked)
    assert told(booked, paid(one, "P1", "PP")) == (0, "SUCCESS")
    assert booked.held(one)["status"] == "POSTING_CONFIRMED_SUCCESS"
    assert told(booked, paid(one, "P2", "PP")) == (0, "SUCCESS")
    assert told(booked, paid(one, "P3", "CP")) == (0, "SUCCESS")
    assert told(booked, paid(one, "P4", "CP")) == (213, "FAILURE")


def test_a_payment_can_be_reversed_and_made_again(booked: Client) -> None:
    one = first(booked)
    told(booked, paid(one, "P1"))
    assert told(booked, paid(one, "P1-R", "RE")) == (0, "SUCCESS")
    assert booked.held(one)["status"] == "PAYMENT_CONFIRMED_REVERSED"
    assert told(booked, paid(one, "P2")) == (0, "SUCCESS")


def test_a_reversal_needs_a_reference_of_its_own(booked: Client) -> None:
    one = first(booked)
    told(booked, paid(one, "P1"))
    assert told(booked, paid(one, "P1", "RE")) == (298, "NOOP")


@pytest.mark.parametrize(("known_by", "answer"), [("all", (0, "SUCCESS")), ("any", (298, "NOOP"))])
def test_a_confirmation_is_known_by_all_of_its_references_or_by_any(
    booked: Client, known_by: str, answer: tuple[int, str]
) -> None:
    one = first(booked)
    booked.server.set_options(payment_known_by=known_by)
    told(booked, paid(one, "P1", "PP"))
    both = paid(one, "P1")
    both["clearingDetails"] += paid(one, "P2")["clearingDetails"]
    assert told(booked, both) == answer


def test_a_reversal_may_be_of_the_payments_it_names(booked: Client) -> None:
    one = first(booked)
    booked.server.set_options(payment_reversal="payments")
    told(booked, paid(one, "P1", "PP"))
    told(booked, paid(one, "P2"))
    told(booked, paid(one, "P1-R", "RE"))
    assert booked.held(one)["status"] == "POSTING_CONFIRMED_SUCCESS"
    told(booked, paid(one, "P2-R", "RE"))
    assert booked.held(one)["status"] == "PAYMENT_CONFIRMED_REVERSED"


def test_a_payment_can_become_obsolete_without_any_clearing(booked: Client) -> None:
    one = first(booked)
    assert told(booked, {"docId": one, "processingStatusCode": "OB"}) == (0, "SUCCESS")
    assert booked.held(one)["status"] == "PAYMENT_CONFIRMED_OBSOLETE"


def test_what_was_not_posted_cannot_be_paid(busy: Client) -> None:
    one = busy.ids()[0]
    assert told(busy, paid(one))[1] == "NOT_POSTING_CONFIRMED"
    busy.acknowledge(one)
    assert told(busy, paid(one))[1] == "NOT_POSTING_CONFIRMED"
    assert told(busy, paid("unknown"))[1] == "DOCUMENT_NOT_FOUND"


def test_another_system_cannot_pay(strict_booked: Client) -> None:
    assert strict_booked.pay(paid(first(strict_booked)), system="OTHER")[0]["code"] == 99


def test_payments_are_for_expense_reports_only(busy: Client) -> None:
    bill = busy.ids("invoice")[0]
    busy.acknowledge(bill, kind="invoice")
    busy.confirm(posted(bill), kind="invoice")
    answer = busy.pay(paid(bill), kind="invoice")[0]
    assert (answer["code"], answer["paymentConfirmationResult"]) == (298, "FAILURE")


@pytest.mark.parametrize(
    "changed",
    [
        {"clearingDate": "2026-11-20"},
        {"clearingDate": "20261120T10"},
        {"clearingAmount": "10.5"},
        {"clearingAmount": None},
        {"clearingCurrency": "usd"},
        {"clearingReference": {"paymentMethod": "E"}},
        {"clearingReference": {"paymentRef": "P1", "paymentMethod": "X"}},
    ],
)
def test_a_confirmation_against_the_published_form_fails_for_good(strict_booked: Client, changed: Json) -> None:
    answer = strict_booked.pay(paid(first(strict_booked), **changed))[0]
    assert (answer["code"], answer["paymentConfirmationResult"]) == (298, "FAILURE")
    assert answer["detailMessage"]


def test_a_moment_is_as_good_as_a_day(booked: Client) -> None:
    assert told(booked, paid(first(booked), clearingDate="2026-11-20T10:00:00.000Z")) == (0, "SUCCESS")


def test_a_status_nobody_knows_fails_for_good(strict_booked: Client) -> None:
    assert told(strict_booked, paid(first(strict_booked), status="XX")) == (298, "FAILURE")


def test_codes_can_be_provoked(booked: Client) -> None:
    one = first(booked)
    booked.do(answer=[{"service": "paymentconfirmations", "code": 299, "count": 1}])
    assert told(booked, paid(one)) == (299, "SYSTEM_ERROR_OCCURRED")
    assert told(booked, paid(one)) == (0, "SUCCESS")


def test_a_request_without_its_parts_is_refused_as_a_whole(strict_booked: Client) -> None:
    strict_booked.call("POST", PATH, {"processingConfirmation": []}, status=400)
