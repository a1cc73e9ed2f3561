"""Flows: when they run, how they do it, and trying both out before anything is saved or sent."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
import sqlalchemy as sa

from connector.domain.errors import UnknownName
from connector.domain.role import Role
from connector.operations import jobs
from connector.operations.setup import connections, flows, integrations
from connector.operations.work import audit, runs
from connector.store.postgres.engine import open_single
from sandbox.server import running
from tests.console.web import sandboxes
from tests.console.web.conftest import HOSTILE
from tests.privileged import url_of
from tests.recovery.works import Works
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.console.web.conftest import Browser, Console

SUPPLIERS = "/flows/shop/qad_suppliers_to_jaggaer"
INVOICES = "/flows/acme/qad_invoices_to_jaggaer"


@pytest.fixture(scope="module")
def shop(console: Console) -> Iterator[Console]:
    """An integration between two simulators, beside the one that leads nowhere."""
    admin = console.member(Role.ADMIN)
    with running("qad", seed=3, documents=20) as qad, running("jaggaer", seed=3, documents=20) as jaggaer:
        admin.post("/connections/add/qad", name="shop-qad", **sandboxes.qad(qad.url))
        admin.post("/connections/add/jaggaer", name="shop-j1", **sandboxes.jaggaer(jaggaer.url))
        added = admin.post("/integrations/add/qad-jaggaer", name="shop", **{"from": "shop-qad", "to": "shop-j1"})
        assert added.headers["Location"] == "/integrations/shop"
        yield console


@pytest.fixture
def browser(console: Console) -> Browser:
    return console.member(Role.OPERATOR)


@pytest.fixture
def worker(shop: Console, monkeypatch: pytest.MonkeyPatch) -> Iterator[Works]:
    """A worker and beat over the same ledger."""
    settings = shop.operator.application.settings  # type: ignore[attr-defined]  # that of an application
    monkeypatch.setenv("ML_CONNECTOR_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("ML_CONNECTOR_MASTER_KEYS", settings.master_keys_text())
    monkeypatch.setenv("ML_CONNECTOR_BROKER_URL", "redis://127.0.0.1:9/0")  # nothing is dispatched
    monkeypatch.setenv("ML_CONNECTOR_ALLOW_PRIVATE_ADDRESSES", "true")
    works = Works()
    yield works
    works.close()


def ended(console: Console, browser: Browser, place: str) -> str:
    """The page of a job that has ended."""
    until(lambda: not jobs.get(console.operator, UUID(place.rpartition("/")[2])).under_way, "the job ends")
    return str(browser.get(place).text)


def told(page: str) -> str:
    """What a page says, without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def counted(database_url: str) -> int:
    statement = sa.text("SELECT (SELECT count(*) FROM records) + (SELECT count(*) FROM documents)")
    with open_single(url_of(database_url)).begin() as connection:
        return int(connection.execute(statement).scalar_one())


def test_the_next_times_of_a_schedule_are_shown_in_its_zone_before_it_is_saved(
    console: Console, browser: Browser
) -> None:
    page = browser.get(f"{INVOICES}/schedule", params={"line": "0 6 * * MON-FRI", "zone": "America/New_York"})
    assert "Weekdays at 06:00 (America/New_York)" in page.text
    assert len(re.findall(r"(?:Mon|Tue|Wed|Thu|Fri) \d+ \w+(?: \d{4})?, 06:00 E[SD]T", page.text)) == 5
    assert flows.get(console.operator, "acme/qad_invoices_to_jaggaer").schedule == "every 5m", "only looked at"

    wrong = browser.get(f"{INVOICES}/schedule", params={"line": f"every {HOSTILE}", "zone": "Mars/Olympus"})
    assert "is not an interval" in wrong.text
    assert "Save this schedule" not in wrong.text
    assert "<script>alert" not in wrong.text

    answer = browser.post(f"{INVOICES}/schedule", line="0 6 * * MON-FRI", zone="America/New_York")
    assert answer.headers["Location"] == INVOICES
    flow = flows.get(console.operator, "acme/qad_invoices_to_jaggaer")
    assert (flow.schedule, flow.timezone) == ("0 6 * * MON-FRI", "America/New_York")


def test_options_are_typed_and_what_is_wrong_stands_beside_each(console: Console, browser: Browser) -> None:
    form = sandboxes.read(f"{INVOICES}/options", browser)
    assert form["set.match_recheck_minutes"] == "60"
    assert form["set.accounts_required"] == "yes"
    wrong = form | {"set.match_recheck_minutes": "soon", "set.longest_invoice_number": "0", "why": "see `dead list`"}
    answer = browser.post(f"{INVOICES}/options", **wrong)
    assert 'value="see `dead list`"' in answer.text, "what a person typed stays as it is"
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert answer.text.count('aria-invalid="true"') == 2, "each mistake is marked"
    assert "a whole number of at least 1" in answer.text

    right = form | {"set.match_recheck_minutes": "15", "set.matched_status_codes": "A\r\nB", "why": "faster"}
    assert browser.post(f"{INVOICES}/options", **right).headers["Location"] == INVOICES
    flow = flows.get(console.operator, "acme/qad_invoices_to_jaggaer")
    assert flow.options == {"match_recheck_minutes": 15, "matched_status_codes": ["A", "B"]}, (
        "no default is written down"
    )
    assert "Somebody changed the options" in browser.post(f"{INVOICES}/options", **right).text
    events = [one for one in audit.walk(console.operator, since=None, until=None) if one.detail.get("why") == "faster"]
    assert [one.actor for one in events] == ["operator:some-operator (console)"]


def test_an_option_of_few_choices_takes_no_other(console: Console) -> None:
    with pytest.raises(Exception, match="Option closed_period is 'later', but next_open or wait or refuse is expected"):
        flows.checked_options("concur_invoices_to_qad", {"closed_period": "later"})
    with pytest.raises(Exception, match="a day like"):
        flows.checked_options("concur_invoices_to_qad", {"first_open_day": "soon"})


def test_a_dry_run_shows_each_field_and_writes_nothing(
    shop: Console, browser: Browser, module_database_url: str
) -> None:
    before = counted(module_database_url)
    place = browser.post(f"{SUPPLIERS}/dry-run", limit="3").headers["Location"]
    page = told(ended(shop, browser, place))
    assert "3 documents read, none sent" in page
    assert "missing code" in page
    assert counted(module_database_url) == before
    assert "which a viewer does not see" in shop.member(Role.VIEWER).get(place).text
    for wrong in ("0", "51", "many"):
        assert browser.post(f"{SUPPLIERS}/dry-run", limit=wrong).headers["Location"] == SUPPLIERS


def test_edited_codes_and_options_are_tried_on_what_was_read_and_saved_only_then(
    shop: Console, browser: Browser, worker: Works, module_database_url: str
) -> None:
    nothing = browser.post(f"{SUPPLIERS}/rehearse", days="7", codes="")
    assert "Nothing is edited yet" in nothing.text
    wrong = browser.post(f"{SUPPLIERS}/rehearse", days="7", codes="table,source,target\r\npayment_terms,30\r\n")
    assert "line 2: 2 cells where 3 are expected" in wrong.text

    assert "A run is queued" in browser.get(browser.post(f"{SUPPLIERS}/run").headers["Location"]).text
    worker._fire()
    worker.work()
    (run,) = runs.newest(shop.operator, "shop/qad_suppliers_to_jaggaer", most=5)
    page = told(browser.get(f"/runs/{run.id}").text)
    assert f"missing code {run.new}" in page, page
    before = counted(module_database_url)

    form = sandboxes.read(f"{SUPPLIERS}/options", browser)
    edited = {name: text for name, text in form.items() if name != "seen"} | {"set.send_payment_terms": "no"}
    place = browser.post(f"{SUPPLIERS}/rehearse", **edited).headers["Location"]
    result = ended(shop, browser, place)
    assert f"{run.new} documents of {run.new} would become something else" in told(result)
    assert counted(module_database_url) == before
    assert flows.get(shop.operator, "shop/qad_suppliers_to_jaggaer").options == {}, "nothing is saved yet"

    seen = re.search(r'name="seen" value="([0-9a-f]+)"', result)
    assert seen
    hidden = dict(re.findall(r'<input type="hidden" name="(set\.[^"]+)" value="([^"]*)"', result))
    browser.post(f"{SUPPLIERS}/options", **hidden, seen=seen[1], why="JAGGAER takes none")
    assert flows.get(shop.operator, "shop/qad_suppliers_to_jaggaer").options == {"send_payment_terms": False}


def test_an_integration_is_added_between_what_fits_and_removed_by_its_name(shop: Console) -> None:
    admin = shop.member(Role.ADMIN)
    page = admin.get("/integrations/add/qad-concur").text
    assert "There is no connection to SAP Concur yet" in page
    wrong = admin.post("/integrations/add/qad-jaggaer", name="odd", **{"from": "acme-j1", "to": "acme-qad"})
    assert wrong.status_code == HTTPStatus.BAD_REQUEST
    assert "needs a connection to" in wrong.text
    admin.post("/integrations/add/qad-jaggaer", name="gone", **{"from": "acme-qad", "to": "acme-j1"})
    assert "switched on" in admin.get("/integrations/gone").text
    assert 'href="/integrations/gone"' in admin.get("/flows").text
    admin.post("/integrations/gone/remove", name="shop", why="a trial")
    assert integrations.get(shop.operator, "gone")
    admin.post("/integrations/gone/remove", name="gone", why="a trial")
    with pytest.raises(UnknownName):
        integrations.get(shop.operator, "gone")


def test_a_run_that_is_none_is_said_to_be(browser: Browser) -> None:
    for wrong in ("nonsense", "019e0000-0000-7000-8000-000000000000"):
        assert browser.get(f"/runs/{wrong}").status_code == HTTPStatus.NOT_FOUND


def test_numbers_of_a_flow_lead_to_exactly_those_documents(shop: Console, browser: Browser, worker: Works) -> None:
    browser.post("/flows/shop/qad_invoices_to_jaggaer/run")
    worker._fire()
    worker.work()
    page = browser.get("/flows/shop/qad_invoices_to_jaggaer").text
    links = re.findall(r'href="(/documents\?flow=shop[^"]+state=[a-z-]+)">(\d+)<', page)
    assert links, "invoices wait for their match"
    for link, number in links:
        shown = browser.get(link.replace("&amp;", "&")).text
        assert re.search(rf"\b{number}\b", told(shown)), link
    assert connections.list_(shop.operator)
