from __future__ import annotations

import re

import pytest

from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "promises.md").read_text()
ROWS = re.findall(r"^\| P(\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE)
TESTS = re.compile(r"`(tests/[\w/]+\.py)`")


def test_every_promise_is_listed_once() -> None:
    assert sorted(int(number) for number, *_ in ROWS) == list(range(1, 38))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"P{row[0]}")
def test_a_promise_names_tests_that_there_are_and_what_the_last_run_said(row: tuple[str, str, str, str]) -> None:
    _, promise, shown_by, last_run = row
    named = TESTS.findall(shown_by)
    assert promise.strip()
    assert named or "make " in shown_by
    assert [path for path in named if not (ROOT / path).is_file()] == []
    assert re.search(r"\d", last_run), "a figure"
