from __future__ import annotations

import re

from connector.operations.setup.alert_rules import RULES
from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "alerts.md").read_text()


def test_every_alert_is_explained_and_no_other() -> None:
    table = PAGE.split("| alert | when | what to do |", 1)[1].split("\n\n", 1)[0]
    assert re.findall(r"^\| `([\w.]+)` \|", table, re.MULTILINE) == list(RULES)
    assert "`alert.over`" in PAGE
