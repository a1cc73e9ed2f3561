from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import ConnectorError, NotYet, Recalled, Refused, Unavailable
from connector.domain.exchange import Result
from connector.domain.outcome import Cancel, Retry
from connector.systems.concur.confirming import Confirmations
from connector.systems.concur.financial import Verdict
from connector.systems.concur.messages import LONGEST_MESSAGE, parts, system_messages

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

POSTED = Result(
    target_id="JE-7",
    facts={"company": "10USACO", "document_number": "2026/JE/7", "fiscal_year": "2026", "posting_date": "2026-11-19"},
)


def said(code: int | None, result: str = "", words: str = "their words", system_id: str = "") -> Verdict:
    return Verdict(code=code, result=result, words=words, system_id=system_id, correlation="c-1")


@dataclass
class Service:
    """Answers verdicts in turn, the last one for ever."""

    acks: list[dict[str, Verdict]] = field(default_factory=lambda: [{}])
    postings: list[Verdict] = field(default_factory=lambda: [said(0)])
    holds: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    system_id: str = ""
    heard: list[tuple[str, Any]] = field(default_factory=list)

    def acknowledge(self, kind: str, doc_ids: Sequence[str]) -> dict[str, Verdict]:
        self.heard.append((f"{kind} acknowledged", list(doc_ids)))
        return self.acks.pop(0) if len(self.acks) > 1 else self.acks[0]

    def confirm_posting(self, kind: str, confirmation: Mapping[str, Any]) -> Verdict:
        self.heard.append((f"{kind} confirmed", confirmation))
        return self.postings.pop(0) if len(self.postings) > 1 else self.postings[0]

    def single(self, kind: str, doc_id: str) -> Mapping[str, Any] | None:
        self.heard.append((f"{kind} looked at", doc_id))
        return self.holds.get(doc_id)


def telling(service: Service) -> Confirmations:
    return Confirmations(service=service)  # type: ignore[arg-type]  # the parts that are used


def payloads(*doc_ids: str) -> list[dict[str, str]]:
    return [{"doc_id": doc_id} for doc_id in doc_ids]


def why(found: Mapping[int, Cancel | Retry]) -> str:
    """What was said of the first document."""
    first = found[0]
    return first.reason if isinstance(first, Cancel) else first.why


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


def test_what_was_posted_is_confirmed_with_its_number_company_year_and_day() -> None:
    service = Service()

    words = telling(service).confirm("expenses", {"doc_id": "a"}, POSTED)

    assert words == "Concur has been told: posting as 2026/JE/7 (correlation id c-1)."
    assert service.heard == [
        (
            "expense confirmed",
            {
                "docId": "a",
                "overallPostingStatusCode": "success",
                "postingDocs": [
                    {
                        "companyId": "10USACO",
                        "documentNumber": "2026/JE/7",
                        "fiscalYear": "2026",
                        "paymentRelevantLineItems": [],
                        "postingDate": "2026-11-19",
                    }
                ],
                "systemMessages": [],
            },
        )
    ]


def test_where_the_target_told_only_its_id_that_is_the_number_and_the_day_is_today() -> None:
    service = Service()

    before = dt.datetime.now(dt.UTC).date().isoformat()
    telling(service).confirm("cash_advances", {"doc_id": "a"}, Result(target_id="X" * 100))

    [posting] = service.heard[0][1]["postingDocs"]
    today = posting["postingDate"]
    assert before <= today <= dt.datetime.now(dt.UTC).date().isoformat()
    assert service.heard[0][0] == "cashadvance confirmed"
    assert posting["documentNumber"] == "X" * 80
    assert posting["fiscalYear"] == today[:4]


def test_what_was_refused_is_confirmed_as_an_error_in_the_targets_words() -> None:
    service = Service()

    words = telling(service).confirm("invoices", {"doc_id": "a"}, Result(refused="QAD refuses it: account 4000."))

    confirmation = service.heard[0][1]
    assert words == "Concur has been told: that posting failed (correlation id c-1)."
    assert (confirmation["overallPostingStatusCode"], confirmation["postingDocs"]) == ("error", [])
    assert [one["messageLongText"] for one in confirmation["systemMessages"]] == ["QAD refuses it: account 4000."]


@pytest.mark.parametrize(
    ("verdict", "kind"),
    [
        (said(112), Recalled),
        (said(None, "WAS_RECALLED"), Recalled),
        (said(99), Refused),
        (said(114), Refused),
        (said(115), Refused),
        (said(116), Refused),
        (said(None, "DOCUMENT_NOT_FOUND"), Refused),
        (said(198), Refused),
        (said(199), NotYet),
        (said(None, "SYSTEM_ERROR_OCCURRED"), NotYet),
        (said(None, "FAILURE"), NotYet),
        (said(500), NotYet),
    ],
)
def test_each_verdict_on_a_confirmation_has_its_consequence(verdict: Verdict, kind: type[ConnectorError]) -> None:
    with pytest.raises(kind, match="their words") as error:
        telling(Service(postings=[verdict])).confirm("expenses", {"doc_id": "a"}, POSTED)
    assert type(error.value) is kind
    assert error.value.evidence == {"code": verdict.code, "correlation": "c-1"}


def test_a_confirmation_given_before_is_fine() -> None:
    words = telling(Service(postings=[said(113)])).confirm("expenses", {"doc_id": "a"}, POSTED)

    assert words == "Concur had been told before: their words (code 113, correlation id c-1)."


@pytest.mark.parametrize("first", [said(111), said(None, "NOT_YET_ACKNOWLEDGED")])
def test_a_document_not_acknowledged_yet_is_acknowledged_and_confirmed_once_more(first: Verdict) -> None:
    service = Service(acks=[{"a": said(0)}], postings=[first, said(0)])

    telling(service).confirm("expenses", {"doc_id": "a"}, POSTED)

    assert [what for what, _ in service.heard] == ["expense confirmed", "expense acknowledged", "expense confirmed"]


@pytest.mark.parametrize(
    ("ack", "kind"), [(said(102), Recalled), (said(99), Refused), (said(None), NotYet), (None, NotYet)]
)
def test_one_that_cannot_be_acknowledged_either_says_why(ack: Verdict | None, kind: type[ConnectorError]) -> None:
    service = Service(acks=[{"a": ack} if ack else {}], postings=[said(111)])

    with pytest.raises(kind):
        telling(service).confirm("expenses", {"doc_id": "a"}, POSTED)


def test_one_that_stays_unacknowledged_is_tried_again_later() -> None:
    service = Service(acks=[{"a": said(101)}], postings=[said(111)])

    with pytest.raises(NotYet, match="cannot take the confirmation of document a now"):
        telling(service).confirm("expenses", {"doc_id": "a"}, POSTED)


@pytest.mark.parametrize(
    ("held", "why"),
    [
        ({"docStatus": "RECALLED"}, "Concur has taken the document back (document a, RECALLED)."),
        ({"docStatus": "VOID"}, "The document is void in Concur (document a, VOID)."),
        ({"docStatus": "CANCEL"}, "The document is cancelled in Concur (document a, CANCEL)."),
        ({"docStatus": "ACKNOWLEDGED"}, ""),
        ({"docStatus": "POSTING_CONFIRMED_SUCCESS"}, ""),
        ({}, ""),
        (None, "Concur does not have document a any more."),
    ],
)
def test_before_a_late_posting_concur_is_asked_whether_it_still_wants_it(held: dict[str, str] | None, why: str) -> None:
    service = Service(holds={"a": held} if held is not None else {})

    assert telling(service).withdrawn("invoices", {"doc_id": "a"}) == why
    assert service.heard == [("invoice looked at", "a")]


@pytest.mark.parametrize("length", [1, 1299, 1300, 1301, 5000])
def test_long_words_are_cut_between_words_and_nothing_gets_lost(length: int) -> None:
    words = ("refused because " * 400)[:length].strip()

    found = parts(words)

    assert all(0 < len(part) <= LONGEST_MESSAGE for part in found)
    assert " ".join(found) == words


def test_words_without_any_gap_are_cut_anywhere() -> None:
    assert [len(part) for part in parts("x" * 3000)] == [1300, 1300, 400]


def test_a_message_has_a_short_text_of_one_line() -> None:
    [message] = system_messages("Account 4000 is closed.\n" + "More. " * 50)

    assert message["messageShortText"] == "Account 4000 is closed."
    assert message["messageLanguage"] == "EN"
    assert system_messages("long " * 60)[0]["messageShortText"].endswith("...")
    assert system_messages("  ") == []
