"""What ``connection ping`` says of a site: which way each entity is read, and whether that works."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import CredentialsRefused, Unavailable
from connector.domain.exchange import Verdict
from connector.systems.qad_ee.system import SYSTEM
from tests.systems.qad_ee.posting import ASKED, NOTHING
from tests.systems.qad_ee.standing_in import connected, message, said
from tests.systems.qad_ee.test_reading import QUERY, asked, orders
from tests.systems.qad_ee.test_receiving import deliver, pushed

if TYPE_CHECKING:
    from connector.domain.exchange import EntityCheck
    from tests.systems.qad_ee.standing_in import Connection, Site


def pinged(to: Connection) -> dict[str, EntityCheck]:
    return {check.entity: check for check in SYSTEM.ping(to).checks}


@pytest.fixture
def answering(site: Site) -> Site:
    site.answer(QUERY, said(QUERY, "success", data=orders()))
    return site


def test_each_entity_says_how_it_is_read_and_whether_that_works(answering: Site) -> None:
    overrides = {"accounts": {"query_qdoc": asked("queryAccounts", d="{domain}")}}
    answering.answer("queryAccounts", said("queryAccounts", "error", message("No API queryAccounts")))
    to = connected(answering, overrides, reads={"accounts": "query_qdoc", "payments": "none"})
    deliver(to, pushed())
    checks = pinged(to)
    assert set(checks) == {"suppliers", "orders", "accounts", "invoices", "payments"}
    assert checks["orders"].verdict is Verdict.FOUND
    assert checks["orders"].detail.startswith("Read by the Query Service. It answers")
    assert checks["accounts"].verdict is Verdict.MISSING
    assert "No API queryAccounts" in checks["accounts"].detail
    assert checks["invoices"].detail == "Read by what QXO pushes. Documents have arrived."
    assert checks["payments"].verdict is Verdict.MISSING
    assert "reads.payments: none" in checks["payments"].detail


def test_what_was_never_pushed_is_uncertain_and_says_where_to(answering: Site) -> None:
    check = pinged(connected(answering))["invoices"]
    assert check.verdict is Verdict.UNCERTAIN
    assert "/receive/acme-ee" in check.detail


@pytest.mark.parametrize(
    ("posted", "verdict", "words"),
    [
        ("query_qdoc", Verdict.FOUND, "Asked back by a query QDoc. Only the first posting"),
        ("none", Verdict.FOUND, "Asked back by nothing. Nobody can ask what is posted"),
        ("qxo", Verdict.FOUND, "known only as far as QXO has pushed it"),
    ],
)
def test_each_posting_says_how_it_is_asked_back(answering: Site, posted: str, verdict: Verdict, words: str) -> None:
    answering.answer("queryPosted", NOTHING)
    check = pinged(connected(answering, ASKED, writes=True, posted={"supplier_invoices": posted}))["supplier_invoices"]
    assert check.verdict is verdict
    assert words in check.detail


def test_a_search_that_cannot_be_asked_by_our_id_is_missing_something(answering: Site) -> None:
    answering.answer("queryPosted", NOTHING)
    overrides = {"supplier_invoices": {"search": {"query_qdoc": asked("queryPosted", r="{reference}")}}}
    posted: Any = {"supplier_invoices": "query_qdoc"}
    check = pinged(connected(answering, overrides, writes=True, posted=posted))["supplier_invoices"]
    assert check.verdict is Verdict.MISSING
    assert "is not asked by correlation" in check.detail


def test_wrong_credentials_and_silence_end_the_ping(site: Site) -> None:
    site.answer(QUERY, said(QUERY, "error", message("ProcessException001: invalid password")))
    with pytest.raises(CredentialsRefused):
        SYSTEM.ping(connected(site))
    site.silent.add(QUERY)
    with pytest.raises(Unavailable):
        SYSTEM.ping(connected(site))
