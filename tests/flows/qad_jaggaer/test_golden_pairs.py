"""Each flow against its golden pairs: what QAD says, and what JAGGAER is told or why it is not.

``<case>.source.json`` is the QAD document. ``<case>.target.json`` is the key and body sent, ``<case>.outcome.json`` the
outcome. ``<case>.ledger.json`` says what the ledger knows, where it is not everything: links, codes, options.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest

from connector import flows as flow_files
from connector.domain import canonical
from connector.domain.flow import Flow, Mapped
from connector.domain.gate import CodeNeed, LinkNeed
from tests.flows.qad_jaggaer.ledger import ask

GOLDEN = Path(__file__).parent / "golden"
FLOWS: dict[str, Flow[Any]] = {
    file.name: import_module(f"{flow_files.__name__}.{file.name}").FLOW
    for file in iter_modules(flow_files.__path__)
    if file.name.startswith("qad_") and file.name.endswith("_to_jaggaer")
}
CASES = sorted(
    path.relative_to(GOLDEN).as_posix().removesuffix(".source.json") for path in GOLDEN.glob("*/*.source.json")
)


@pytest.mark.parametrize("case", CASES)
def test_what_goes_in_comes_out_as_written_down(case: str) -> None:
    name = case.partition("/")[0]
    ledger = _read(f"{case}.ledger.json") if (GOLDEN / f"{case}.ledger.json").exists() else {}

    said = ask(FLOWS[name], _read(f"{case}.source.json"), **ledger)

    kind = "target" if isinstance(said, Mapped) else "outcome"
    assert plain(said) == _read(f"{case}.{kind}.json")


def test_every_flow_has_golden_pairs() -> None:
    assert {case.partition("/")[0] for case in CASES} == set(FLOWS)


def test_no_golden_file_stands_alone() -> None:
    for path in GOLDEN.glob("*/*.json"):
        stem, _, kind = path.name.removesuffix(".json").rpartition(".")
        assert kind in {"source", "ledger", "target", "outcome"}, path
        assert (path.parent / f"{stem}.source.json").exists(), path


def plain(said: object) -> object:
    """An answer of a flow as JSON, amounts as their exact digits, outcomes with their name."""
    assert dataclasses.is_dataclass(said)
    fields = {field.name: _plain(getattr(said, field.name)) for field in dataclasses.fields(said)}
    if isinstance(said, Mapped) and not said.facts:
        del fields["facts"]
    named = fields if isinstance(said, Mapped) else {"outcome": type(said).__name__, **fields}
    return json.loads(canonical.dumps(named))


def _plain(value: object) -> object:
    if isinstance(value, (LinkNeed, CodeNeed)):
        return value.subject
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return f"{int(value.total_seconds())} s" if isinstance(value, dt.timedelta) else value


def _read(name: str) -> Any:  # whatever the file holds
    return canonical.loads((GOLDEN / name).read_bytes())
