"""What a flow says for a reconciliation, held to what its golden documents become."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from connector import registry
from connector.domain import canonical
from connector.domain.flow import Mapped
from tests.flows.golden import PAIRS

if TYPE_CHECKING:
    from collections.abc import Iterator


def bodies(name: str) -> Iterator[Any]:
    """What the flow's golden documents become, as it is read from the ledger again."""
    pairs = PAIRS[registry.flow(name).kind]
    for case in pairs.cases:
        if case.startswith(f"{name}/") and isinstance(said := pairs.said(case), Mapped):
            yield canonical.loads(canonical.dumps(said.body))


def test_every_journal_says_what_it_books_and_nothing_else_does() -> None:
    journals = {name for name, flow in registry.flows().items() if flow.target.entity == "journal_entries"}
    assert {name for name, flow in registry.flows().items() if flow.booked is not None} == journals


@pytest.mark.parametrize("name", [name for name, flow in registry.flows().items() if flow.booked is not None])
def test_what_is_booked_balances_and_is_all_there_is(name: str) -> None:
    booked = registry.flow(name).booked
    assert booked is not None
    documents = list(bodies(name))
    assert documents
    for body in documents:
        sums: dict[str, Decimal] = defaultdict(Decimal)
        lines = list(booked(body))
        for line in lines:
            assert line.account.strip()
            sums[line.currency] += line.debit - line.credit
        assert set(sums.values()) == {Decimal(0)}
        assert len(lines) == len(body["lines"])
        assert sum(line.debit for line in lines) > 0


def test_flows_of_master_data_say_what_may_be_used_and_no_others_do() -> None:
    entities = {"companies", "account_values", "vendors", "list_items"}
    master = {name for name, flow in registry.flows().items() if flow.target.entity in entities}
    assert {name for name, flow in registry.flows().items() if flow.active is not None} == master


@pytest.mark.parametrize("name", [name for name, flow in registry.flows().items() if flow.active is not None])
def test_both_what_may_be_used_and_what_may_not_is_told_apart(name: str) -> None:
    flow, pairs = registry.flow(name), PAIRS[registry.flow(name).kind]
    assert flow.active is not None
    told = set()
    for case in pairs.cases:
        if case.startswith(f"{name}/"):
            payload = pairs.read(f"{case}.source.json")
            told |= {flow.active(flow.parse({**payload, "active": active})) for active in (True, False)}
    assert told == {True, False}


@pytest.mark.parametrize("name", [name for name, flow in registry.flows().items() if flow.takes_away is not None])
def test_what_only_takes_away_leaves_nothing_to_find(name: str) -> None:
    takes_away = registry.flow(name).takes_away
    assert takes_away is not None
    told = defaultdict(list)
    for body in bodies(name):
        text = canonical.dumps(body).decode()
        told[takes_away(body)].append(text)
    assert told[False], "some bring something"
    assert all('"deleted":false' not in text and '"Deleted":"false"' not in text for text in told[True])
