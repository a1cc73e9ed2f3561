from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from connector.domain.comparing import Compared, compare
from connector.domain.identity import new_id
from connector.domain.reconciliation import (
    Answer,
    Figure,
    Figures,
    Kept,
    Kind,
    Listed,
    against_source,
    against_target,
    of_ledger,
)
from connector.domain.record import State

FLOW = "acme/invoices"


def kept(key: str = "4711", **more: Any) -> Kept:
    facts = {
        "record_id": new_id(),
        "key": key,
        "version": 1,
        "number": f"INV-{key}",
        "party": "S1",
        "party_name": "Acme",
        "date": dt.date(2026, 10, 5),
        "amount": Decimal("119.00"),
        "currency": "EUR",
        "state": "done",
        "hold": None,
        "why": "",
        "reason": "",
        "open_letter": False,
        "in_doubt": False,
        "target_key": key,
        "target_id": None,
    }
    return Kept(**{**facts, **more})


def lists(compared: Compared) -> dict[str, tuple[str, ...]]:
    names = ("missing", "twice", "wrong", "uncalled")
    return {name: found for name in names if (found := getattr(compared, name))}


@pytest.mark.parametrize(
    ("wanted", "there", "more", "found"),
    [
        ("", {}, {}, {}),
        ("ab", {"a": 1, "b": 1}, {}, {}),
        ("ab", {"b": 1}, {}, {"missing": ("a",)}),
        ("ba", {}, {}, {"missing": ("a", "b")}),
        ("a", {"a": 2}, {}, {"twice": ("a",)}),
        ("", {"a": 2}, {"tolerated": "a"}, {"twice": ("a",)}),
        ("a", {"a": 1}, {"wrong": "a"}, {"wrong": ("a",)}),
        ("a", {"a": 1, "x": 1}, {}, {"uncalled": ("x",)}),
        ("a", {"a": 1, "x": 1}, {"tolerated": "x"}, {}),
        ("a", {"a": 1}, {"gone": "a"}, {"missing": ("a",)}),
        ("a", {"a": 2}, {"gone": "a"}, {"missing": ("a",), "twice": ("a",)}),
        ("", {"x": 1}, {"gone": "x"}, {"uncalled": ("x",)}),
    ],
)
def test_what_should_be_there_against_what_is(
    wanted: str, there: dict[str, int], more: dict[str, str], found: dict[str, tuple[str, ...]]
) -> None:
    compared = compare(FLOW, set(wanted), there, **{name: set(keys) for name, keys in more.items()})
    assert lists(compared) == found
    assert compared.clean is not bool(found)
    assert (compared.expected, compared.found) == (len(wanted), len(wanted) - len(found.get("missing", ())))


@pytest.mark.parametrize(
    ("more", "figure", "difference"),
    [
        ({"state": "done"}, Figure.IN_TARGET, None),
        ({"state": "loaded"}, Figure.IN_TARGET, None),
        ({"state": "extracted", "hold": "gate"}, Figure.BETWEEN, None),
        ({"state": "mapped"}, Figure.BETWEEN, None),
        ({"state": "mapped", "in_doubt": True}, Figure.BETWEEN, Kind.DOUBT),
        ({"state": "rejected"}, Figure.REJECTED, None),
        ({"state": "skipped"}, Figure.LEFT_OUT, None),
        ({"state": "cancelled"}, Figure.LEFT_OUT, None),
        ({"state": "superseded"}, Figure.LEFT_OUT, None),
        ({"state": "dead", "open_letter": True}, Figure.DEAD, Kind.DEAD),
        ({"state": "dead", "open_letter": True, "in_doubt": True}, Figure.DEAD, Kind.DOUBT),
        ({"state": "dead"}, Figure.LEFT_OUT, None),
    ],
)
def test_where_a_document_is_counted_and_what_the_ledger_says_of_it(
    more: dict[str, Any], figure: Figure, difference: Kind | None
) -> None:
    one = kept(**more)
    found = of_ledger(one)
    assert one.figure is figure
    assert (found.kind if found else None) is difference


def test_every_state_is_counted_somewhere() -> None:
    assert {kept(state=state.value).figure for state in State} == set(Figure) - {Figure.DEAD}


def test_figures_are_sums_by_currency_and_reasons() -> None:
    figures = Figures()
    for one in (
        kept("1"),
        kept("2", amount=Decimal("-19.00")),
        kept("3", currency="USD"),
        kept("4", state="extracted", hold="gate", reason="gate: three-way match"),
        kept("5", amount=None, currency="", named=False),
    ):
        figures.add(one)
    assert (figures.documents, figures.unnamed, figures.count(Figure.IN_TARGET)) == (5, 1, 4)
    assert {which: (total.documents, total.amount) for which, total in figures.sums.items()} == {
        (Figure.IN_TARGET, "EUR"): (2, Decimal("100.00")),
        (Figure.IN_TARGET, "USD"): (1, Decimal("119.00")),
        (Figure.IN_TARGET, ""): (1, 0),
        (Figure.BETWEEN, "EUR"): (1, Decimal("119.00")),
    }
    assert figures.reasons == {(Figure.BETWEEN, "gate: three-way match"): 1}


@pytest.mark.parametrize(
    ("listed", "known", "kind"),
    [
        (Listed(key="1", fingerprint="x"), {"1": "x"}, None),
        (Listed(key="1", fingerprint="y"), {"1": "x"}, Kind.CHANGED),
        (Listed(key="1", fingerprint="x"), {}, Kind.UNREAD),
        (Listed(key="1", fingerprint="x", unreadable="It has no date."), {}, Kind.UNREADABLE),
        (Listed(key="1", fingerprint="x", unreadable="It has no date."), {"1": "x"}, None),
    ],
)
def test_what_a_source_lists_against_what_was_read(listed: Listed, known: dict[str, str], kind: Kind | None) -> None:
    assert [one.kind for one in against_source(FLOW, [listed], known)] == ([] if kind is None else [kind])


@pytest.mark.parametrize(
    ("more", "answer", "kind"),
    [
        ({}, Answer(copies=1), None),
        ({}, Answer(copies=0), Kind.MISSING),
        ({}, Answer(copies=2), Kind.TWICE),
        ({}, Answer(copies=1, difference="its total is 1.00 there."), Kind.DIFFERS),
        ({}, Answer(copies=0, error="It does not answer."), Kind.UNASKED),
        ({"state": "loaded"}, Answer(copies=0), Kind.MISSING),
        ({"state": "rejected"}, Answer(copies=0), None),
        ({"state": "rejected"}, Answer(copies=1), Kind.UNCALLED),
        ({"state": "dead"}, Answer(copies=1, difference="it is for another supplier."), Kind.UNCALLED),
        ({"state": "mapped", "target_id": "T1"}, Answer(copies=1, difference="an older one."), None),
        ({"state": "mapped", "target_id": "T1"}, Answer(copies=2), Kind.TWICE),
        ({"state": "mapped"}, Answer(copies=0), None),
    ],
)
def test_what_the_ledger_says_against_what_the_target_answers(
    more: dict[str, Any], answer: Answer, kind: Kind | None
) -> None:
    one = kept(**more)
    found = list(against_target(FLOW, {one.key: one}, {one.key: answer}))
    assert [difference.kind for difference in found] == ([] if kind is None else [kind])
    for difference in found:
        assert (difference.number, difference.record_id) == (one.number, one.record_id)
        assert difference.why.endswith(".")
        assert "{" not in difference.why


def test_an_amount_that_differs_is_said_in_the_words_of_the_target() -> None:
    one = kept()
    answer = Answer(copies=1, difference="its total is 1.00 EUR there and 119.00 EUR here.", target_id="2026/AP/7")
    (found,) = against_target(FLOW, {one.key: one}, {one.key: answer})
    assert (found.why, found.target_id) == (answer.difference, "2026/AP/7")
