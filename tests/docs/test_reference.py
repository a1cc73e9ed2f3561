"""The reference pages say what the code says; ``make reference`` writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connector import registry
from tests.docs.pages import ROOT, shown
from tests.packaging.scripts import script

if TYPE_CHECKING:
    from pathlib import Path

REFERENCE: Any = script("reference")


@pytest.fixture(scope="module")
def written() -> dict[Path, str]:
    """What each page must say."""
    pages: dict[Path, str] = REFERENCE.pages()
    return pages


def test_each_generated_page_says_what_the_code_says(written: dict[Path, str]) -> None:
    behind = [shown(page) for page, text in written.items() if page.read_text() != text]
    assert behind == [], "These are behind the code: run `make reference`, and commit them."


def test_the_pages_do_not_depend_on_the_terminal_of_whoever_writes_them(
    written: dict[Path, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert REFERENCE.pages() == written


def test_everything_that_comes_from_the_code_is_written(written: dict[Path, str]) -> None:
    examples = {f"docs/examples/{whose}-{name}.yaml" for name in registry.systems() for whose in ("acme", "sandbox")}
    pages = {"connector/flow_outlines.py", "docs/commands.md", "docs/settings.md", "docs/metrics.md"}
    assert {page.relative_to(ROOT).as_posix() for page in written} == pages | examples
    commands = written[ROOT / "docs" / "commands.md"]
    assert "\n## dead requeue\n" in commands
    assert "| `--all` | Every open dead letter. |" in commands
    assert "| `ml_connector_ledger_up` | gauge |" in written[ROOT / "docs" / "metrics.md"]
    assert "ML_CONNECTOR_DATABASE_URL" in written[ROOT / "docs" / "settings.md"]
