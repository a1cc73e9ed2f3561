from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.docs.pages import ROOT

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = ROOT / "docs" / "adr"
DECISIONS = sorted(FOLDER.glob("[0-9]*.md"))
LONGEST = 60


def test_decisions_are_numbered_without_gaps() -> None:
    assert [int(page.name[:4]) for page in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    assert DECISIONS


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_says_what_why_and_what_it_costs_on_one_page(page: Path) -> None:
    text = page.read_text()
    title = re.match(rf"# {int(page.name[:4])}\. (.+)\n", text)
    assert title
    assert f"| [{int(page.name[:4])}]({page.name}) | {title[1]} |" in (FOLDER / "README.md").read_text()
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Decision", "Why", "Instead of, and its cost"]
    assert "**Cost:**" in text
    assert len(text.splitlines()) <= LONGEST
