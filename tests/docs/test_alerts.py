from __future__ import annotations

import re

from connector.operations.health import watching
from tests.docs.pages import ROOT

OPERATIONS = (ROOT / "docs" / "operations.md").read_text()


def test_every_alert_is_explained_and_no_other() -> None:
    names = {watching.SILENT, watching.UNFINISHED, watching.FAILED, watching.NOTHING, watching.QUARANTINED}
    names |= {watching.DRIFTED, "connection.lapses"}
    table = OPERATIONS.split("| alert | when | what to do |", 1)[1].split("\n\n", 1)[0]
    assert set(re.findall(r"^\| `([\w.]+)` \|", table, re.MULTILINE)) == names
    assert "`alert.over`" in OPERATIONS
