"""What the pages of the documentation show is there, is small, and none is left over."""

from __future__ import annotations

import re

from tests.docs.pages import PAGES, ROOT

_SHOWN = re.compile(r"!\[[^\]]+\]\(([^)\s]+\.png)\)")
MOST_BYTES = 150_000


def test_every_picture_is_shown_and_small() -> None:
    shown = {(page.parent / place).resolve() for page in PAGES for place in _SHOWN.findall(page.read_text())}
    there = set((ROOT / "docs" / "images").iterdir())
    assert shown == there
    assert [str(one) for one in there if one.stat().st_size > MOST_BYTES] == []
