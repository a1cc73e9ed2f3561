"""A fresh installation in a real browser: connections, pings, an integration, a dry run, the first documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from connector.domain.role import Role
from connector.operations.setup import flows
from sandbox.server import running
from tests.console.web.browsing import looking, needs_chromium, signed_in
from tests.console.web.conftest import GOOD
from tests.console.web.sandboxes import PASSWORD, SECRET
from tests.recovery.works import Works

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.console.web.conftest import Console

pytestmark = needs_chromium


@pytest.fixture
def worker(console: Console, monkeypatch: pytest.MonkeyPatch) -> Iterator[Works]:
    settings = console.operator.application.settings  # type: ignore[attr-defined]  # that of an application
    monkeypatch.setenv("ML_CONNECTOR_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("ML_CONNECTOR_MASTER_KEYS", settings.master_keys_text())
    monkeypatch.setenv("ML_CONNECTOR_BROKER_URL", "redis://127.0.0.1:9/0")  # nothing is dispatched
    monkeypatch.setenv("ML_CONNECTOR_ALLOW_PRIVATE_ADDRESSES", "true")
    works = Works()
    yield works
    works.close()


def filled(page: Page, **fields: str) -> None:
    for label, text in fields.items():
        page.get_by_label(label.replace("_", " ")).first.fill(text)


def pinged(page: Page, name: str) -> None:
    page.get_by_role("button", name="Ping", exact=True).click()
    expect(page.get_by_role("heading", name="Everything was found")).to_be_visible()
    page.get_by_role("link", name=f"Go on to {name}").click()
    expect(page.get_by_role("heading", name="What the last ping found")).to_be_visible()


def test_a_fresh_installation_leads_to_its_first_documents(chromium: Browser, console: Console, worker: Works) -> None:
    console.member(Role.ADMIN)
    simulators = running("qad", seed=3, documents=20), running("jaggaer", seed=3, documents=20)
    with simulators[0] as qad, simulators[1] as jaggaer, looking(chromium, console) as (page, wrong):
        signed_in(page, "some-admin", GOOD)
        expect(page.get_by_role("heading", name="First steps")).to_be_visible()

        page.goto("/connections")
        page.get_by_text("Add…").click()
        page.get_by_role("link", name="QAD Adaptive").click()
        filled(
            page,
            Name="new-qad",
            Base_URL=f"{qad.url}/clouderp",
            Client_ID="0123456789abcdef0123456789abcdef",
            Username="mfg",
        )
        filled(page, Password=PASSWORD, Workspace="10USA_10USACO", Shared_set="CORP")
        page.get_by_role("button", name="Add the connection").click()
        pinged(page, "new-qad")

        page.goto("/connections/add/jaggaer")
        tokens = f"{jaggaer.url}/auth/realms/J1p-integrations/protocol/openid-connect/token"
        filled(page, Name="new-j1", Base_URL=jaggaer.url, Token_URL=tokens, Client_ID="ml-connector")
        filled(page, Client_secret=SECRET)
        page.get_by_role("button", name="Add the connection").click()
        pinged(page, "new-j1")

        page.goto("/flows")
        page.get_by_text("Add an integration…").click()
        page.get_by_role("link", name="QAD Adaptive and JAGGAER ONE").click()
        filled(page, Name="new")
        page.get_by_label("QAD Adaptive").select_option("new-qad")
        page.get_by_label("JAGGAER ONE").select_option("new-j1")
        page.get_by_role("button", name="Add the integration").click()
        expect(page.get_by_role("status")).to_contain_text("all switched off")

        page.get_by_role("link", name="GL accounts").click()
        page.get_by_text("Dry run…").click()
        page.get_by_role("button", name="Dry run").click()
        expect(page.get_by_text("10 documents read, none sent")).to_be_visible()
        page.get_by_role("link", name="Go on to the flow").click()
        page.get_by_role("button", name="Run now").click()
        worker._fire()
        worker.work()
        worker.work()
        page.reload()
        page.locator("a[href^='/runs/']").first.click()
        expect(page.get_by_text("What became of what it read")).to_be_visible()
        expect(page.get_by_text("done").first).to_be_visible()
        assert wrong == []
    ran = flows.get(console.operator, "new/qad_accounts_to_jaggaer")
    assert (ran.last_run_status, ran.dead) == ("done", 0)
