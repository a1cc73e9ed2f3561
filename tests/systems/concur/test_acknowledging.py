from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import Unavailable
from connector.domain.outcome import Cancel, Retry
from tests.systems.concur.verdicts import Service, payloads, said, telling, why

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.systems.concur.financial import Verdict


def test_a_page_is_acknowledged_in_one_call_and_each_document_has_its_verdict() -> None:
    service = Service(acks=[{"a": said(0), "b": said(102), "c": said(101), "d": said(104), "e": said(105)}])

    lost = telling(service).acknowledge("invoices", payloads("a", "b", "c", "d", "e"))

    assert service.heard == [("invoice acknowledged", ["a", "b", "c", "d", "e"])]
    assert list(lost) == [1, 3, 4]
    assert lost[1] == Cancel(
        reason="Concur has taken document b back before we had it: their words (code 102, correlation id c-1)."
    )


def test_nothing_is_said_about_an_empty_page() -> None:
    service = Service()

    assert telling(service).acknowledge("expenses", []) == {}
    assert service.heard == []


@pytest.mark.parametrize(
    ("ours", "theirs", "lost"),
    [("", "", False), ("S1", "S1", False), ("S1", "", False), ("S1", "S2", True), ("", "S2", True)],
)
def test_a_document_acknowledged_before_is_ours_unless_another_system_has_it(
    ours: str, theirs: str, *, lost: bool
) -> None:
    service = Service(acks=[{"a": said(101, system_id=theirs)}], system_id=ours)

    found = telling(service).acknowledge("expenses", payloads("a"))

    assert bool(found) is lost
    assert not lost or "System 'S2' has document a" in why(found)


def test_a_document_of_another_system_is_not_ours() -> None:
    service = Service(acks=[{"a": said(99)}])

    assert "belongs to another system" in why(telling(service).acknowledge("expenses", payloads("a")))


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        ("RECALLED", "Concur has taken the document back"),
        ("VOID", "is void"),
        ("POSTING_CONFIRMED_FAILURE", "its correction comes by itself"),
    ],
)
def test_a_document_that_is_not_ready_because_it_ended_is_not_ours(status: str, sentence: str) -> None:
    service = Service(acks=[{"a": said(103)}], holds={"a": {"docStatus": status}})

    assert sentence in why(telling(service).acknowledge("expenses", payloads("a")))


def test_a_document_that_is_not_ready_because_it_is_gone_is_not_ours() -> None:
    service = Service(acks=[{"a": said(103)}])

    assert "does not have the document any more" in why(telling(service).acknowledge("expenses", payloads("a")))


@pytest.mark.parametrize(("system", "lost"), [("", False), ("S1", False), ("S2", True)])
def test_a_document_that_is_not_ready_because_it_was_taken_is_ours_if_we_took_it(system: str, *, lost: bool) -> None:
    held = {"docStatus": "ACKNOWLEDGED", "erpSystemId": system}
    service = Service(acks=[{"a": said(103)}], holds={"a": held}, system_id="S1")

    assert bool(telling(service).acknowledge("expenses", payloads("a"))) is lost


@pytest.mark.parametrize("held", [{"docStatus": "DELAYED"}, {"docStatus": "PENDING_SYSTEM_REFRESH"}, {}])
def test_a_document_that_is_not_ready_yet_is_acknowledged_again_later_and_the_others_are_ours(
    held: dict[str, str],
) -> None:
    service = Service(acks=[{"a": said(103), "b": said(0), "c": said(102)}], holds={"a": held})

    found = telling(service).acknowledge("expenses", payloads("a", "b", "c"))

    assert [type(found.get(place)) for place in range(3)] == [Retry, type(None), Cancel]
    assert "Document a is " in why(found)


def test_a_document_that_cannot_be_looked_at_keeps_no_verdict_from_the_others() -> None:
    class Closed(Service):
        def single(self, kind: str, doc_id: str) -> Mapping[str, Any] | None:
            raise Unavailable("Concur is away.")

    found = telling(Closed(acks=[{"a": said(103), "b": said(104)}])).acknowledge("expenses", payloads("a", "b"))

    assert [type(one) for one in found.values()] == [Retry, Cancel]


@pytest.mark.parametrize("verdict", [None, said(None, "FAILURE"), said(777)])
def test_what_concur_does_not_say_is_asked_again(verdict: Verdict | None) -> None:
    service = Service(acks=[{"a": verdict} if verdict else {}])

    assert isinstance(telling(service).acknowledge("expenses", payloads("a"))[0], Retry)
