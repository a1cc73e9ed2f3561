"""Whoever may add to the audit trail, and has no master key, stops nothing by telling of changes that never were."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from connector.store.audit import trail
from connector.store.binding import newest_change
from connector.store.postgres.transaction import Transaction
from tests.cli.behind_the_back import FLOW, another, code, goes_by_its_flow

if TYPE_CHECKING:
    from connector.bootstrap import Application
    from tests.cli.conftest import Terminal


@pytest.mark.parametrize("subject", ["crosswalk:acme/payment_terms", "connection:acme-qad", f"flow:acme/{FLOW}"])
@pytest.mark.parametrize("vouch", [None, "0" * 64, "somebody else's"])
def test_whoever_may_write_events_stops_nothing_by_inventing_a_change(
    acme: Terminal, payees: Application, subject: str, vouch: str | None
) -> None:
    (of_another,) = (acme.json("audit", "show", "connection:acme-j1")[-1]["detail"][newest_change.VOUCH],)
    told = {} if vouch is None else {newest_change.VOUCH: of_another if vouch == "somebody else's" else vouch}
    with payees.store.begin() as connection:  # as the role of the product, which can add to the trail
        trail.append(
            Transaction(connection),
            trail.event(
                subject,
                "operator.rotated",
                actor="operator:root",
                at=dt.datetime.now(dt.UTC),
                detail={newest_change.REVISION: "f" * 32, **told},
            ),
        )

    with another(payees) as fresh:
        assert code(fresh) == "SUP-30"
        assert fresh.open_connection("acme-qad").config["username"] == "mfg"
        goes_by_its_flow(fresh)
    (finding,) = acme("audit", "verify", "--json").json["findings"]
    assert (finding["subject"], finding["problem"].split(";")[0]) == (
        subject,
        "this event tells of a change that nobody with a master key made",
    )
    assert finding["event"] is not None
    acme.ok("crosswalk", "set", "payment_terms", "30", "SUP-31")
    assert code(payees) == "SUP-31"
    acme.ok("vault", "confirm", subject)
    assert acme.ok("audit", "verify").code == 0
