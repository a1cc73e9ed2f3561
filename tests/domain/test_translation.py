"""Codes that a target must have, closed periods, and asking the ledger in two rounds."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain import option
from connector.domain.errors import ConfigurationError
from connector.domain.flow import Flow, Mapped, Option, Side
from connector.domain.gate import CodeNeed, Known, Link, LinkNeed, LinkState, Needs
from connector.domain.outcome import Park, Reject, Wait
from connector.domain.period import Closed, posting_day
from connector.domain.translation import Check, unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

ACCOUNT = CodeNeed(table="accounts", code="4000")
TAX = CodeNeed(table="tax_accounts", code="VA")
IN_TARGET = LinkNeed(flow="cost_objects", key="account|4000")
DAY = dt.date(2026, 11, 5)
OPEN_FROM = dt.date(2026, 12, 1)


@pytest.mark.parametrize("state", [state for state in LinkState if state is not LinkState.ABSENT])
def test_being_read_is_enough(state: LinkState) -> None:
    known = Known(links={IN_TARGET: Link(state=state)})

    assert unknown([Check(need=ACCOUNT, link=IN_TARGET)], known) is None


def test_everything_unknown_parks_at_once_and_each_code_once() -> None:
    checks = [Check(need=ACCOUNT, link=IN_TARGET), Check(need=TAX, link=None), Check(need=ACCOUNT, link=IN_TARGET)]

    assert unknown(checks, Known()) == Park(missing=(ACCOUNT, TAX), links=(IN_TARGET,))
    assert unknown([], Known()) is None


def decide(rule: Closed, *, first_open: dt.date | None = OPEN_FROM) -> Any:  # a day or an outcome
    return posting_day(DAY, first_open=first_open, rule=rule, of="Report 1", target="QAD")


@pytest.mark.parametrize("rule", Closed)
def test_an_open_day_is_the_day(rule: Closed) -> None:
    assert decide(rule, first_open=None) == DAY
    assert decide(rule, first_open=DAY) == DAY


def test_a_closed_day_is_moved_waited_for_or_refused() -> None:
    assert decide(Closed.NEXT_OPEN) == OPEN_FROM
    waits, refused = decide(Closed.WAIT), decide(Closed.REFUSE)
    assert isinstance(waits, Wait)
    assert isinstance(refused, Reject)
    assert "Report 1 is of 2026-11-05, but QAD is closed before 2026-12-01." in waits.why
    assert refused.reason.startswith(waits.why)


def flow(second_needs: Any = None) -> Flow[str]:
    def mapping(document: str, known: Known, options: Mapping[str, Any]) -> Mapped:
        return Mapped(key=document, body={"known": known, **options})

    return Flow(
        name="flow",
        kind="kind",
        title="Flow",
        source=Side(system="a", entity="a"),
        target=Side(system="b", entity="b"),
        schedule="every 5m",
        options={},
        parse=str,
        key_field="key",
        needs=lambda document, _: Needs(codes=(CodeNeed(table="accounts", code=document),)),
        map=mapping,
        second_needs=second_needs,
    )


def test_a_flow_without_further_questions_asks_once() -> None:
    asked: list[Needs] = []

    known = flow().known("4000", {}, lambda needs: asked.append(needs) or Known(codes={ACCOUNT: "41000"}))

    assert asked == [Needs(codes=(ACCOUNT,))]
    assert known.code("accounts", "4000") == "41000"


def test_the_second_question_follows_from_the_first_answer_and_both_are_known() -> None:
    def second_needs(_document: str, known: Known, _options: Mapping[str, Any]) -> Needs:
        return Needs(links=(LinkNeed(flow="cost_objects", key=f"account|{known.code('accounts', '4000')}"),))

    def answer(needs: Needs) -> Known:
        linked = Link(state=LinkState.LINKED, target_id="T1")
        return Known(links=dict.fromkeys(needs.links, linked), codes=dict.fromkeys(needs.codes, "41000"))

    known = flow(second_needs).known("4000", {}, answer)

    assert known.code("accounts", "4000") == "41000"
    assert known.link("cost_objects", "account|41000").target_id == "T1"


class Mode(StrEnum):
    ONE = "ONE"
    TWO = "TWO"


OFFERED = {name: Option(default=default, help="") for name, default in [("mode", "ONE"), ("text", ""), ("day", "")]}


def test_options_are_read_as_what_they_are() -> None:
    assert option.choice("mode", {}, OFFERED, Mode) is Mode.ONE
    assert option.choice("mode", {"mode": " two "}, OFFERED, Mode) is Mode.TWO
    assert option.text("text", {"text": 4000}, OFFERED) == "4000"
    assert option.text("text", {"text": " a "}, OFFERED) == "a"
    assert option.names("text", {"text": "a"}, OFFERED) == ("a",)
    assert option.names("text", {"text": []}, OFFERED) == option.names("text", {}, OFFERED) == ()
    assert option.day("day", {}, OFFERED) is None
    assert option.day("day", {"day": "2026-12-01"}, OFFERED) == option.day("day", {"day": OPEN_FROM}, OFFERED)


@pytest.mark.parametrize(
    ("read", "wrong"),
    [
        (lambda chosen: option.choice("mode", chosen, OFFERED, Mode), {"mode": "THREE"}),
        (lambda chosen: option.choice("mode", chosen, OFFERED, Mode), {"mode": None}),
        (lambda chosen: option.text("text", chosen, OFFERED), {"text": True}),
        (lambda chosen: option.text("text", chosen, OFFERED), {"text": ["a"]}),
        (lambda chosen: option.names("text", chosen, OFFERED), {"text": [1]}),
        (lambda chosen: option.day("day", chosen, OFFERED), {"day": "soon"}),
        (lambda chosen: option.day("day", chosen, OFFERED), {"day": 20261201}),
    ],
)
def test_an_option_that_makes_no_sense_is_one_sentence(read: Any, wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=r"Option \w+ is .* is expected; correct it with `apply`"):
        read(wrong)
