"""What a document does while the documents it needs are not in the target, and how options are read."""

from __future__ import annotations

from typing import Any

import pytest

from connector.domain import option
from connector.domain.dependency import Dependency, uncoded, unmet
from connector.domain.errors import ConfigurationError
from connector.domain.flow import Option
from connector.domain.gate import CodeNeed, Known, Link, LinkNeed, LinkState
from connector.domain.outcome import Bury, Park, Wait

OFFERED = {
    "switch": Option(default=True, help=""),
    "number": Option(default=5, help=""),
    "list": Option(default=["A"], help=""),
}


def account(number: int) -> Dependency:
    return Dependency(need=LinkNeed(flow="accounts", key=str(number)), label=f"account {number}")


def answer(states: dict[int, LinkState]) -> Known:
    return Known(links={account(number).need: Link(state=state) for number, state in states.items()})


def decide(wanted: list[Dependency], known: Known) -> Wait | Bury | None:
    return unmet(wanted, known, of="Invoice 1", source="QAD", target="JAGGAER")


def test_nothing_is_waited_for_once_everything_is_linked() -> None:
    assert decide([account(1)], answer({1: LinkState.LINKED})) is None
    assert decide([], Known()) is None


@pytest.mark.parametrize("state", [LinkState.ABSENT, LinkState.UNDER_WAY, LinkState.FAILED])
def test_all_that_is_missing_is_waited_for_at_once(state: LinkState) -> None:
    waits = decide([account(1), account(2), account(3), account(1)], answer({2: LinkState.LINKED, 3: state}))

    assert isinstance(waits, Wait)
    assert waits.gate == "account 1, account 3 in JAGGAER"
    assert waits.needs == (account(1).need, account(3).need)
    assert not waits.reread


def test_each_reason_to_wait_has_its_own_words() -> None:
    states = {1: LinkState.ABSENT, 2: LinkState.UNDER_WAY, 3: LinkState.FAILED}

    waits = decide([account(number) for number in states], answer(states))

    assert isinstance(waits, Wait)
    assert waits.why == (
        "Invoice 1 waits: account 1 was not read from QAD yet and is fetched now; account 2 is on its way to JAGGAER; "
        "the record of account 3 is a dead letter: repair and requeue it, see `dead list`."
    )


def test_what_never_comes_is_not_waited_for() -> None:
    buried = decide([account(1), account(2)], answer({2: LinkState.SKIPPED}))

    assert isinstance(buried, Bury)
    assert buried.code == "dependency_skipped"
    assert "needs account 2 in JAGGAER" in buried.reason


def test_a_sentence_names_only_the_first_of_many() -> None:
    waits = decide([account(number) for number in range(5000)], Known())

    assert isinstance(waits, Wait)
    assert waits.gate.endswith("account 7 and 4992 more in JAGGAER")
    assert len(waits.needs) == 5000
    assert len(waits.why) < 600


def test_a_document_parks_for_all_missing_codes_at_once() -> None:
    first, second = CodeNeed(table="payment_terms", code="N45"), CodeNeed(table="business_units", code="11CANCO")

    assert uncoded([first, second, first], Known()) == Park(missing=(first, second))
    assert uncoded([first, second], Known(codes={first: "Net 45"})) == Park(missing=(second,))
    assert uncoded([first], Known(codes={first: "Net 45"})) is None
    assert uncoded([], Known()) is None


def test_an_option_nobody_set_has_its_default() -> None:
    assert option.switch("switch", {}, OFFERED) is True
    assert option.whole("number", {}, OFFERED) == 5
    assert option.codes("list", {}, OFFERED) == ("A",)


def test_what_the_customer_set_counts() -> None:
    chosen = {"switch": False, "number": 9, "list": "B"}

    assert option.switch("switch", chosen, OFFERED) is False
    assert option.whole("number", chosen, OFFERED) == 9
    assert option.codes("list", chosen, OFFERED) == ("B",)


@pytest.mark.parametrize(
    ("read", "name", "wrong"),
    [
        (option.switch, "switch", "yes"),
        (option.switch, "switch", 1),
        (option.whole, "number", "5"),
        (option.whole, "number", True),
        (option.whole, "number", 0),
        (option.codes, "list", []),
        (option.codes, "list", [1]),
        (option.codes, "list", [""]),
        (option.codes, "list", None),
    ],
)
def test_an_option_that_makes_no_sense_is_one_sentence(read: Any, name: str, wrong: object) -> None:
    with pytest.raises(ConfigurationError, match=f"Option {name} is .* is expected; correct it with `apply`") as caught:
        read(name, {name: wrong}, OFFERED)
    assert caught.value.evidence == {"option": name}
