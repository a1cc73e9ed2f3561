"""Each flow against its golden pairs: what one system says, and what the other is told or why it is not."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import pytest

from connector import registry
from connector.domain import canonical
from connector.domain.flow import Mapped
from connector.domain.gate import CodeNeed, LinkNeed
from tests.flows.golden import PAIRS

if TYPE_CHECKING:
    from connector.domain.gate import Needs

#: tables that no golden document asks: other tests do
NOT_IN_A_PAIR = {
    "qad_cost_objects_to_concur": {"places"},
    "qad_invoices_to_jaggaer": {"charges"},
    "concur_cash_advances_to_qad": {"suppliers", "cost_centres", "projects", "tax_accounts"},
    "concur_expenses_to_qad": {"suppliers"},
    "concur_invoices_to_qad": {"employees", "projects", "payees"},
}


@pytest.mark.parametrize(
    ("kind", "case"), [pytest.param(kind, case, id=case) for kind, pairs in PAIRS.items() for case in pairs.cases]
)
def test_what_goes_in_comes_out_as_written_down(kind: str, case: str) -> None:
    said = PAIRS[kind].said(case)

    written = "target" if isinstance(said, Mapped) else "outcome"
    assert plain(said) == PAIRS[kind].read(f"{case}.{written}.json")


def test_every_flow_has_golden_pairs() -> None:
    for kind, pairs in PAIRS.items():
        assert {case.partition("/")[0] for case in pairs.cases} == set(registry.flows(kind))


@pytest.mark.parametrize("kind", PAIRS)
def test_no_golden_file_stands_alone(kind: str) -> None:
    for path in PAIRS[kind].folder.glob("*/*.json"):
        stem, _, what = path.name.removesuffix(".json").rpartition(".")
        assert what in {"source", "ledger", "target", "outcome"}, path
        assert (path.parent / f"{stem}.source.json").exists(), path


@pytest.mark.parametrize("name", registry.flows())
def test_a_flow_names_every_crosswalk_that_it_looks_into(name: str) -> None:
    flow, pairs, asked = registry.flow(name), PAIRS[registry.flow(name).kind], set[str]()

    def heard(ask: Any) -> Any:
        def needs(*about: Any) -> Needs:
            found: Needs = ask(*about)
            asked.update(code.table for code in found.codes)
            return found

        return ask and needs

    listening = dataclasses.replace(flow, needs=heard(flow.needs), second_needs=heard(flow.second_needs))
    for case in pairs.cases:
        if case.startswith(f"{name}/"):
            said = pairs.said(case, listening)
            asked.update(code.table for code in getattr(said, "missing", ()))
    assert asked <= set(flow.crosswalks or ())
    assert set(flow.crosswalks or ()) - asked <= NOT_IN_A_PAIR.get(name, set())


def plain(said: object) -> object:
    """An answer of a flow as JSON, amounts as their exact digits, outcomes with their name."""
    assert dataclasses.is_dataclass(said)
    fields = {field.name: _plain(getattr(said, field.name)) for field in dataclasses.fields(said)}
    named = fields if isinstance(said, Mapped) else {"outcome": type(said).__name__, **fields}
    return json.loads(canonical.dumps(named))


def _plain(value: object) -> object:
    if isinstance(value, (LinkNeed, CodeNeed)):
        return value.subject
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return f"{int(value.total_seconds())} s" if isinstance(value, dt.timedelta) else value
