"""Each flow between Concur and QAD against its golden pairs: what one says, what the other is told or why it is not.

``<case>.source.json`` is the source document. ``<case>.target.json`` is the key, body and facts,
``<case>.outcome.json`` the outcome. ``<case>.ledger.json`` says what the ledger knows, where it is not everything:
links, codes, facts, options.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from connector import registry
from connector.domain import canonical
from connector.domain.flow import Mapped
from connector.domain.gate import CodeNeed, LinkNeed
from tests.flows.qad_concur.ledger import ask

GOLDEN = Path(__file__).parent / "golden"
FLOWS = registry.flows("qad-concur")
CASES = sorted(
    path.relative_to(GOLDEN).as_posix().removesuffix(".source.json") for path in GOLDEN.glob("*/*.source.json")
)


@pytest.mark.parametrize("case", CASES)
def test_what_goes_in_comes_out_as_written_down(case: str) -> None:
    name = case.partition("/")[0]
    ledger = read(f"{case}.ledger.json") if (GOLDEN / f"{case}.ledger.json").exists() else {}

    said = ask(FLOWS[name], read(f"{case}.source.json"), **ledger)

    assert plain(said) == read(f"{case}.{kind_of(said)}.json")


def test_every_flow_has_golden_pairs() -> None:
    assert {case.partition("/")[0] for case in CASES} == set(FLOWS)


def test_no_golden_file_stands_alone() -> None:
    for path in GOLDEN.glob("*/*.json"):
        stem, _, kind = path.name.removesuffix(".json").rpartition(".")
        assert kind in {"source", "ledger", "target", "outcome"}, path
        assert (path.parent / f"{stem}.source.json").exists(), path


def kind_of(said: object) -> str:
    return "target" if isinstance(said, Mapped) else "outcome"


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


def read(name: str) -> Any:  # whatever the file holds
    return canonical.loads((GOLDEN / name).read_bytes())
