from __future__ import annotations

from pathlib import Path

README = Path(__file__).resolve().parents[2] / "README.md"
MOST_BYTES = 8_000


def test_the_readme_is_read_in_a_few_minutes() -> None:
    size = README.stat().st_size
    assert size <= MOST_BYTES, f"README.md has {size} bytes; what does not fit belongs on a page in docs."


def test_the_readme_names_the_two_commands() -> None:
    text = README.read_text()
    assert "make demo" in text
    assert "make test" in text
