from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import (
    ConnectorError,
    NotYet,
    Refused,
    Unanswered,
    Unavailable,
)
from connector.domain.exchange import Query, Result
from tests.http.misbehaving import resets
from tests.systems.concur.asked import words
from tests.systems.concur.conftest import FIS, Connection, json_of, tells
from tests.systems.concur.outgoing import payment

if TYPE_CHECKING:
    from connector.domain.exchange import Outgoing
    from connector.ports import Target
    from sandbox.server import SandboxServer
    from tests.http.misbehaving import Behaviour, Server


@pytest.fixture
def posted(sandbox: SandboxServer, connection: Connection) -> str:
    """The id of an expense report that was posted."""
    [doc_id] = sandbox.add_documents({"generate": {"expenses": 1}})["generate"]["expenses"]
    source: Any = connection.source()
    [page] = [page for page in source.pages(Query(entity="expenses")) if page.rows]
    source.acknowledge("expenses", [row.payload for row in page.rows])
    source.confirm("expenses", page.rows[0].payload, Result(target_id="7", facts={"company": "10USACO"}))
    return str(doc_id)


def test_a_payment_is_told_once_and_telling_it_again_is_fine(
    sandbox: SandboxServer, target: Target, posted: str
) -> None:
    assert target.find(payment(posted)) is None
    assert words(target.write(payment(posted, status="PP", amount="10.00")).answer) == "Concur has been told"
    assert words(target.write(payment(posted, status="PP", amount="10.00")).answer) == "Concur had been told before"
    assert words(target.write(payment(posted, reference="8")).answer) == "Concur has been told"
    assert words(target.write(payment(posted, status="RE", reference="9")).answer) == "Concur has been told"


def test_a_payment_of_a_report_whose_posting_is_not_known_yet_waits(sandbox: SandboxServer, target: Target) -> None:
    [doc_id] = sandbox.add_documents({"generate": {"expenses": 1}})["generate"]["expenses"]

    with pytest.raises(Unavailable, match=f"Concur has not been told yet that {doc_id} was posted"):
        target.write(payment(doc_id))


@pytest.mark.parametrize(
    ("code", "result", "kind"),
    [
        (0, "SUCCESS", None),
        (298, "NOOP", None),
        (213, "FAILURE", None),
        (298, "FAILURE", Refused),
        (99, "FAILURE", Refused),
        (216, "DOCUMENT_NOT_FOUND", Refused),
        (211, "NOT_POSTING_CONFIRMED", NotYet),
        (199, "FAILURE", NotYet),
        (None, "SYSTEM_ERROR_OCCURRED", NotYet),
    ],
)
def test_each_verdict_on_a_payment_has_its_consequence(
    home: Server, logged_in: Connection, code: int | None, result: str, kind: type[ConnectorError] | None
) -> None:
    verdict = {"code": code, "docId": "d1", "paymentConfirmationResult": result, "errorMessage": "their words"}
    home.on(f"{FIS}/expense/transactions/paymentconfirmations", tells([verdict]))
    target = logged_in.target()

    if kind is None:
        target.write(payment("d1"))
        assert b'"clearingAmount":79.10,' in home.heard[0].body
    else:
        with pytest.raises(kind, match="their words") as error:
            target.write(payment("d1"))
        assert type(error.value) is kind


def test_a_payment_nothing_was_said_about_is_told_again(home: Server, logged_in: Connection) -> None:
    home.on(f"{FIS}/expense/transactions/paymentconfirmations", tells([]))

    with pytest.raises(Unanswered, match="said nothing about document d1"):
        logged_in.target().write(payment("d1"))


def answers(code: int, result: str) -> Behaviour:
    return tells([{"code": code, "docId": "d1", "paymentConfirmationResult": result, "errorMessage": "their words"}])


def again(*, in_doubt: bool) -> Outgoing:
    """A payment that Concur was told of did not stand; another is told after it."""
    first, second = payment("d1", reference="7/RE"), payment("d1", status="PP", reference="8/2")
    body = {**second.body, "reversal": first.body["clearing"], "before": "CP"}
    return replace(second, body=body, in_doubt=in_doubt)


DONE, KNOWN, NO, LATER = answers(0, "SUCCESS"), answers(298, "NOOP"), answers(298, "FAILURE"), answers(299, "")


@pytest.mark.parametrize(
    ("said", "in_doubt", "kind"),
    [
        ([DONE, DONE], False, None),
        ([KNOWN, DONE], True, None),
        ([KNOWN, KNOWN], True, None),
        ([KNOWN], False, Refused),
        ([NO], False, Refused),
        ([LATER], False, NotYet),
        ([DONE, NO], False, Unanswered),
        ([DONE, KNOWN], False, Unanswered),
        ([DONE, LATER], False, Unanswered),
        ([DONE, resets], False, Unanswered),
        ([KNOWN, LATER], True, Unanswered),
        ([KNOWN, NO], True, Refused),
    ],
)
def test_what_is_reversed_is_told_first_and_in_doubt_until_what_stands_is_taken(
    home: Server, logged_in: Connection, said: list[Behaviour], *, in_doubt: bool, kind: type[ConnectorError] | None
) -> None:
    home.on(f"{FIS}/expense/transactions/paymentconfirmations", *said)
    target, document = logged_in.target(), again(in_doubt=in_doubt)

    if kind is None:
        target.write(document)
        sent = [json_of(heard)["processingConfirmation"][0] for heard in home.heard]
        assert [one["processingStatusCode"] for one in sent] == ["RE", "PP"]
        assert [one["clearingDetails"][0]["clearingReference"]["paymentRef"] for one in sent] == ["7/RE", "8/2"]
    else:
        with pytest.raises(ConnectorError) as error:
            target.write(document)
        assert type(error.value) is kind
    look = target.where_to_look(document)
    assert "payment 7/RE of" in look
    assert "payment 8/2 of" in look


def test_a_part_of_what_was_paid_already_is_for_a_person(home: Server, logged_in: Connection) -> None:
    home.on(f"{FIS}/expense/transactions/paymentconfirmations", answers(213, "FAILURE"))

    with pytest.raises(Refused, match=r"was to become paid in part \(PP\)"):
        logged_in.target().write(payment("d1", status="PP"))
