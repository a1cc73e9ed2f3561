from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import ConnectorError, NotYet, Recalled, Refused
from connector.domain.exchange import Result
from connector.systems.concur.messages import LONGEST_MESSAGE, parts, system_messages
from tests.systems.concur.verdicts import POSTED, Service, said, telling

if TYPE_CHECKING:
    from connector.systems.concur.financial import Verdict


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
