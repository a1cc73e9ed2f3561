"""A code is chosen among those that the target says it has; where it cannot be asked, the page says so."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING
from uuid import UUID

from connector.domain.role import Role
from connector.operations import jobs
from connector.operations.setup import connections, integrations, suggesting
from sandbox.server import running
from tests import letters
from tests.console.web import sandboxes
from tests.waiting import until

if TYPE_CHECKING:
    import pytest

    from tests.console.web.conftest import Browser, Console

TABLES = "/codes/travel/tables"


def test_the_target_is_asked_for_its_codes(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    made, browser = letters.installed(monkeypatch), console.member(Role.ADMIN)
    monkeypatch.setenv("LETTERS_WORD", letters.WORD)
    connections.add(console.operator, "post", made.name, {"owner": "ACME", "word": "env:LETTERS_WORD"})
    with running("qad", seed=3, documents=5) as qad:
        browser.post("/connections/add/qad", name="shop-qad", **sandboxes.qad(qad.url))
        integrations.add(console.operator, "travel", "qad-concur", "shop-qad", "post")
        assert "QAD Adaptive can be asked which codes it has" in text(browser, "accounts")
        asked(console, browser, "accounts")
    page = browser.get(f"{TABLES}/accounts").text
    assert re.search(r"QAD Adaptive has \d+ of these codes", text(browser, "accounts"))
    (code, label), *_ = re.findall(r'<option value="([^"]+)">([^<]+)</option>', page)
    (first, *_) = suggesting.suggest(console.operator, "travel", "accounts", f"{code}X")
    assert (first.target, first.why) == (code, f"QAD Adaptive has it: {unescape(label)}")

    assert "did not list" not in after(browser, "accounts", source="A", target=code)
    assert "QAD Adaptive did not list no-such-account" in after(
        browser, "accounts", source="B", target="no-such-account"
    )
    assert "did not list" not in after(browser, "payees", source="EMPL", target="supplier"), "a word of ours"

    browser.post("/connections/shop-qad/stop", why="QAD is moved")
    assert "Connection shop-qad is stopped, so it was not asked" in after(browser, "suppliers", action="ask")
    assert "QAD Adaptive can be asked" in text(browser, "projects"), "each table by itself"
    assert "Letters has no list of these codes" in text(browser, "units")
    assert "Letters takes E and C, and nothing else" in text(browser, "payment_methods")
    assert "has no list" in after(browser, "units", action="ask")


def asked(console: Console, browser: Browser, table: str) -> None:
    browser.post(f"{TABLES}/{table}/ask")
    (job, *_) = jobs.list_(console.operator)
    until(lambda: not jobs.get(console.operator, UUID(str(job.id))).under_way, "it has answered or not")


def after(browser: Browser, table: str, *, action: str = "set", **fields: str) -> str:
    """What is said after something was done."""
    page = browser.get(browser.post(f"{TABLES}/{table}/{action}", **fields).headers["Location"]).text
    found = re.search(r'role="status">([^<]*)<', page)
    return unescape(found[1]) if found else ""


def text(browser: Browser, table: str) -> str:
    """The page of a table without its markup."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", browser.get(f"{TABLES}/{table}").text)).split())
