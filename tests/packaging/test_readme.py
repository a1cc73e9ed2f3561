from __future__ import annotations

from pathlib import Path

from connector.described import settings_table

README = Path(__file__).resolve().parents[2] / "README.md"


def test_the_readme_has_the_table_of_settings_that_the_code_has() -> None:
    table = settings_table()
    assert table in README.read_text(), f"README.md must contain this table:\n{table}"


def test_the_readme_names_the_two_commands() -> None:
    text = README.read_text()
    assert "make demo" in text
    assert "make test" in text
