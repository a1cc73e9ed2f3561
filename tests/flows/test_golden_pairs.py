"""Each flow against its golden pairs: what one system says, and what the other is told or why it is not."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json

import pytest

from connector import registry
from connector.domain import canonical
from connector.domain.flow import Mapped
from connector.domain.gate import CodeNeed, LinkNeed
from tests.flows.golden import PAIRS


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
