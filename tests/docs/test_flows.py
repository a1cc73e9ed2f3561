from __future__ import annotations

import ast
import json
import re
from typing import TYPE_CHECKING

import pytest

from connector import registry
from connector.domain.reason import REASONS
from connector.domain.record import Hold, State
from tests.docs.pages import ROOT, entities, flows, kinds

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXT = (ROOT / "docs" / "flows.md").read_text()
FLOWS = flows()
#: calls that make a dead letter, or an error that becomes one, and where each has its code
MAKERS = {"Bury", "_bury", "Letter", "_Wrong"}
#: the name of tables whose rows have a code each
TABLES = {"checks"}
_CODE = re.compile(r"[a-z]+(_[a-z]+)+")


def section(heading: str) -> str:
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL)
    assert found, f"docs/flows.md has no section {heading}."
    return found[1]


def first_cells(heading: str) -> list[str]:
    rows = [line.split("|")[1].strip().strip("`") for line in section(heading).splitlines() if line.startswith("|")]
    return [cell for cell in rows if set(cell) - {"-"}]


def codes_in(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in MAKERS:
            given = [keyword.value for keyword in node.keywords if keyword.arg == "code"] or node.args[:1]
            yield from (one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str))
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple):
            tables = {getattr(name, "id", "") for name in node.targets} & TABLES
            yield from (code for row in node.value.elts if tables for code in _codes_of_row(row))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "INSERT INTO dead_letters" in node.value:
            yield from re.findall(r"'([a-z_]+)'", node.value)


def _codes_of_row(row: ast.expr) -> list[str]:
    """A row is a test, its code, and words; words have blanks."""
    values = [one.value for one in getattr(row, "elts", []) if isinstance(one, ast.Constant)]
    return [value for value in values if isinstance(value, str) and _CODE.fullmatch(value)][:1]


def reason_codes() -> set[str]:
    """Every code of the product, but for integrations that the documentation does not describe yet."""
    undescribed = {
        name.partition("_")[0] for kind in registry.kinds() if kind not in kinds() for name in kind.split("-")
    }
    undescribed -= set(entities())
    files = [
        path
        for path in sorted((ROOT / "connector").rglob("*.py"))
        if not any(name in path.relative_to(ROOT).as_posix() for name in undescribed)
    ]
    return {code for path in files for code in codes_in(path.read_text())}


def test_every_reason_code_of_a_dead_letter_is_explained_and_none_that_does_not_exist() -> None:
    made = reason_codes()
    assert {"refused", "worker_crashed", "malformed", "retries_exhausted"} <= made, "the search itself is broken"
    assert set(first_cells("Reason codes")) - {"code"} == made
    assert made == REASONS, "what `dead list --reason` knows"


def test_the_search_for_codes_sees_each_way_of_writing_one() -> None:
    source = """
a = Bury(code="one", reason="")
b = outcome.Bury(reason="", code="two")
c = _bury("three", reason)
d = "INSERT INTO dead_letters (code) SELECT 'four'"
e = _Wrong("five", reason)
checks = ((name, "name_missing", "name"), (day is not None, "day_missing", "has no day"))
others = ((name, "no_code", "name"),)
"""
    assert set(codes_in(source)) == {"one", "two", "three", "four", "five", "name_missing", "day_missing"}


@pytest.mark.parametrize("name", FLOWS)
def test_a_flow_is_described_with_its_schedule_key_and_options(name: str) -> None:
    flow = FLOWS[name]
    row = next(line for line in TEXT.splitlines() if line.startswith(f"| [{name}]"))
    assert f"| {flow.schedule} |" in row
    assert f"`{flow.key_field}`" in row
    described = section(name)
    for option, offered in flow.options.items():
        assert f"| `{option}` | `{json.dumps(offered.default)}` |" in described, option
    known = {cell for cell in first_cells(name) if f"| `{cell}` |" in described} - {"option"}
    assert known == set(flow.options)


def test_every_state_and_every_hold_of_a_record_is_explained() -> None:
    words = first_cells("States of a record")
    assert set(words) - {"state", "hold"} == {*State, *Hold}


@pytest.mark.parametrize("name", FLOWS)
def test_what_a_flow_changes_is_said_on_the_page_in_the_words_of_flow_show(name: str) -> None:
    described = " ".join(section(name).split())
    assert [sentence for sentence in FLOWS[name].changes if sentence not in described] == []
