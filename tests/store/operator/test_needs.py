"""What needs a person is counted without looking at what has been done, and not further than is asked for."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from connector.store import operator as ledger
from connector.store.operator import needs
from tests.store.history import WAITING, costly

if TYPE_CHECKING:
    import pytest

    from tests.store.scene import Scene

MOST = 5


def test_of_each_cause_no_more_is_looked_at_than_is_counted(worn: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    worn.change("UPDATE records SET hold = 'park', waits_for = '{crosswalk:units:EA}' WHERE source_key LIKE 'WAITS-7%'")
    monkeypatch.setattr(needs, "MOST", MOST)
    now = dt.datetime.now(dt.UTC)

    def look(scene: Scene) -> None:
        with ledger.transaction.transaction(scene.ledger, actor="operator:a") as tx:
            (dead,) = [group for group in needs.dead(tx) if group.about == "acme/invoices"]
            assert (dead.code, dead.documents) == ("refused", MOST)
            (parked,) = needs.codes(tx)
            assert parked.documents == MOST
            (gate,) = needs.gates(tx, now)
            assert gate.documents == MOST
            assert needs.rejected(tx, now - dt.timedelta(days=30)) == []
            assert needs.stopped(tx) == []

    assert costly(worn, look, most=WAITING // 2) == {}
