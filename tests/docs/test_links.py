from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.docs.pages import PAGES, README, ROOT, shown

if TYPE_CHECKING:
    from pathlib import Path

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
LONGEST_LINE = 130


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub and GitLab give to headings."""
    words = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in _HEADING.findall(page.read_text()))
    return {heading.replace(" ", "-") for heading in words}


@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_a_link_leads_somewhere(page: Path) -> None:
    for target in _LINK.findall(page.read_text()):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), target


def pages_linked(page: Path) -> set[Path]:
    targets = (target.partition("#")[0] for target in _LINK.findall(page.read_text()) if "://" not in target)
    return {(page.parent / target).resolve() for target in targets if target}


def test_every_page_stands_in_the_readme_and_every_decision_in_the_list_of_them() -> None:
    decisions = {page for page in PAGES if page.parent.name == "adr"}
    contents = ROOT / "docs" / "adr" / "README.md"
    assert {*PAGES} - decisions - {README} - pages_linked(README) == set()
    assert contents in pages_linked(README)
    assert decisions - {contents} - pages_linked(contents) == set()


@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_text_can_be_read_without_wrapping(page: Path) -> None:
    lines = page.read_text().splitlines()
    free = ("|", "curl", "docker-compose", "ml-connector", "See", "`ml-connector")
    assert [line for line in lines if len(line) > LONGEST_LINE and not line.startswith(free)] == []
