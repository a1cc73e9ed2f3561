"""The same document again, and answers that do not say what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.cxml.buyer import MOMENT, Answer, order

if TYPE_CHECKING:
    from tests.sandbox.cxml.buyer import Buyer


def test_a_payload_that_was_here_is_answered_as_before_without_effect(buyer: Buyer) -> None:
    first = buyer.send(order())
    later = order().replace(f'timestamp="{MOMENT}"', 'timestamp="2026-11-02T10:00:00+00:00"')
    assert buyer.send(later) == first
    assert buyer.order()["copies"] == 1
    assert buyer.state("repeats") == {"1@buyer": 1}
    assert len(buyer.state("writes")) == 1


def test_another_document_under_a_payload_that_was_here_is_a_conflict(buyer: Buyer) -> None:
    buyer.send(order())
    assert buyer.send(order(number="PO2")).code == 409
    assert list(buyer.state("holds")["orders"]) == ["PO1"]


def test_a_refused_document_may_come_again_under_its_payload(buyer: Buyer) -> None:
    assert buyer.send(order().replace("2.10", "2,10")).code == 400
    assert buyer.send(order()).code == 200


def test_where_payloads_are_forgotten_a_repeat_is_a_second_order(buyer: Buyer) -> None:
    buyer.server.set_options(repeats="forgotten")
    buyer.send(order())
    assert buyer.send(order()).code == 200
    assert buyer.order()["copies"] == 2
    assert buyer.state("counts") == {"orders": {"PO1": 2}}


@pytest.mark.parametrize(
    ("options", "http", "code"),
    [
        ({"repeats": "already processed"}, 200, 500),
        ({"repeats": "already processed", "repeat_http": 500}, 500, 500),
        ({"repeats": "conflict"}, 200, 409),
    ],
)
def test_a_repeat_may_be_answered_as_an_error(buyer: Buyer, options: dict[str, Any], http: int, code: int) -> None:
    buyer.server.set_options(**options)
    buyer.send(order())
    assert buyer.send(order()) == Answer(http, code, "Document 1@buyer was already processed.")
    assert buyer.order()["copies"] == 1


@pytest.mark.parametrize("effect", [True, False])
def test_a_failure_comes_before_or_after_the_effect(buyer: Buyer, *, effect: bool) -> None:
    buyer.do(answer=[{"to": "OrderRequest", "effect": effect, "http": 500, "text": "Please try again."}])
    assert buyer.send(order()) == Answer(500, 500, "Please try again.")
    assert ("PO1" in buyer.state("holds")["orders"]) is effect
    assert buyer.send(order()).code == 200
    assert buyer.order()["copies"] == 1


def test_an_answer_may_be_no_answer(buyer: Buyer) -> None:
    buyer.do(answer=[{"effect": True, "as": shape, "status": 200} for shape in ("html", "half", "empty")])
    answers = [buyer.post(order(f"{n}@buyer", number=f"PO{n}")) for n in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 200]
    assert answers[0].headers["Content-Type"].startswith("text/html")
    assert answers[1].text.startswith("<?xml")
    assert "</cXML>" not in answers[1].text
    assert answers[2].content == b""
    assert list(buyer.state("holds")["orders"]) == ["PO0", "PO1", "PO2"]


def test_what_is_accepted_may_still_have_to_be_examined(buyer: Buyer) -> None:
    buyer.server.set_options(accepts_with=201)
    assert buyer.send(order()).code == 201
