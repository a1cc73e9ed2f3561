"""``python -m tests.scale.pages``: how long pages of the console and lists of the API take over a large ledger."""

from __future__ import annotations

import argparse
import datetime as dt
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import requests
import sqlalchemy as sa
from fastapi import FastAPI
from rich.console import Console
from sqlalchemy.pool import NullPool

from connector.api import web as api
from connector.api.serving.callers import Pace
from connector.bootstrap import application
from connector.config import read_settings
from connector.console import web
from connector.console.serving.forms import PROOF
from connector.domain import accounting_period
from connector.domain.role import Role
from connector.embedded import roles
from connector.embedded.postgres import UNSAFE_AND_FAST, EmbeddedPostgres
from connector.operations.accounts import people, tokens
from connector.operations.operator import Operator
from connector.operations.work import counting_periods
from connector.store import migrate
from connector.store.beat import arrivals
from connector.vault import new_key
from tests.console.receiver import Serving
from tests.privileged import url_of
from tests.scale.filling import AWAITED, OFTEN_CHANGED, fill
from tests.store.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.bootstrap import Application

MOST_SECONDS = 0.3
_TIMES = 40
_PATIENCE = 120
_PASSWORD = "plum staple fox 9"
_FLOW = "acme/qad_invoices_to_jaggaer"

#: the names that pages know, where filling has its own
_NAMES = (
    # a month that holds nearly a third of all
    """UPDATE summaries SET date = date '2026-10-01' + CAST(abs(hashtext(number)) % 31 AS integer)
    WHERE abs(hashtext(number)) % 10 < 3""",
    "UPDATE connections SET system = name",
    "UPDATE flows SET name = 'qad_invoices_to_jaggaer' WHERE name = 'invoices'",
    "UPDATE flows SET name = 'qad_suppliers_to_jaggaer' WHERE name = 'suppliers'",
    """INSERT INTO crosswalks (integration_id, table_name, source_code, target_code)
    SELECT id, 'units', 'S' || n, 'T' || n % 5000 FROM integrations, generate_series(1, 20000) n""",
)
#: each record has so many more events, all over the month
_EVENTS = """
INSERT INTO audit_events (subject, name, actor, at, hash, previous)
SELECT r.id, 'record.mapped', 'worker', timestamptz '2026-11-01' + n * interval '1 day', r.audit_head, r.audit_head
FROM records r CROSS JOIN generate_series(1, :more) n
"""


def main() -> int:
    """Print what each page takes."""
    arguments = argparse.ArgumentParser(prog="python -m tests.scale.pages", description=__doc__)
    arguments.add_argument("--records", type=int, default=1_000_000)
    arguments.add_argument("--events", type=int, default=10_000_000)
    arguments.add_argument(
        "--at", type=Path, help="where the ledger is kept: the next run there does not fill it again"
    )
    arguments.add_argument("--only", default="", help="measure only addresses that hold this")
    asked = arguments.parse_args()
    said = Console(stderr=True)
    with tempfile.TemporaryDirectory(prefix="mlc-") as passing:
        directory: Path = asked.at or Path(passing)
        directory.mkdir(parents=True, exist_ok=True)
        directory.chmod(0o711)
        with EmbeddedPostgres(directory / "postgres", settings=UNSAFE_AND_FAST) as server:
            built, scene = _ledger(server, directory, asked.records, asked.events, said)
            slow = _measure(built, scene, asked.only)
            built.close()
    for place in slow:
        said.print(f"{place} takes more than {MOST_SECONDS:.1f} s.", soft_wrap=True)
    return 1 if slow else 0


def _ledger(
    server: EmbeddedPostgres, directory: Path, records: int, events: int, said: Console
) -> tuple[Application, Scene]:
    """The ledger that stands there, filled where nobody has; its keys lie beside it."""
    kept = directory / "filled"
    if not kept.exists():
        engine = sa.create_engine(server.url("postgres", user=roles.SUPERUSER), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql("DROP DATABASE IF EXISTS pages")
            connection.exec_driver_sql(f"CREATE DATABASE pages OWNER {roles.OWNER}")
        engine.dispose()
    keys = kept.read_text(encoding="utf-8") if kept.exists() else new_key()
    url = server.url("pages")
    migrate.upgrade(url_of(url, roles.OWNER), login_url=url)
    built = application(read_settings({"ML_CONNECTOR_DATABASE_URL": url, "ML_CONNECTOR_MASTER_KEYS": keys}))
    if kept.exists():
        return built, Scene.of(built.store, built.vault)
    scene = Scene.set_up(built.store, built.vault)
    said.print(f"Filling {records:,} records and {events:,} events ...")
    began = time.perf_counter()
    fill(scene, records=records, sealed=built.vault.seal(b"x" * 600, "filling"))
    with sa.create_engine(url_of(url), poolclass=NullPool).begin() as connection:
        connection.execute(sa.text(_EVENTS), {"more": max(events // records - 1, 0)})
        for statement in _NAMES:
            connection.execute(sa.text(statement))
    with sa.create_engine(url_of(url), isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(sa.text("VACUUM ANALYZE"))
    built.store.housekeeping()
    said.print(f"... took {time.perf_counter() - began:.0f} s.")
    kept.write_text(keys, encoding="utf-8")
    return built, scene


def _measure(built: Application, scene: Scene, only: str) -> list[str]:
    """Look at each page and list; returns those that take too long."""
    operator = Operator(application=built, actor="operator:root")
    counting_periods.count(operator, accounting_period.read("2026-10"))
    while arrivals.count(built.store.begin, now=dt.datetime.now(dt.UTC)):
        pass  # housekeeping has counted what was read
    name = f"anna-{uuid4().hex[:8]}"
    once = people.add(operator, name, Role.ADMIN).once
    token, _ = tokens.add(operator, name, "measuring", Role.ADMIN)
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    service = api.add(app, operator, pace=Pace(burst=10**9))
    desk = web.add(app, operator)
    pages = [route.path for route in desk.routes if route.method == "GET"]
    lists = [duty.path for duty in service.duties if duty.method == "GET"]
    slow = []
    with Serving(app) as serving:
        browser = _signed_in(serving.url, name, once)
        program = requests.Session()
        program.trust_env = False
        program.headers["Authorization"] = f"Bearer {token}"
        sys.stdout.write("| page | median | 19 of 20 within | kB |\n|---|---:|---:|---:|\n")
        for place in (one for one in _places(scene, pages, lists) if only in one):
            asking = program if place.startswith("/api/") else browser
            took, size, status = _looked(asking, f"{serving.url}{place}")
            share = statistics.quantiles(took, n=20)[-1]
            note = "" if status == requests.codes.ok else f" ({status})"
            sys.stdout.write(
                f"| `{place}`{note} | {statistics.median(took) * 1000:.0f} ms | {share * 1000:.0f} ms "
                f"| {size / 1000:.0f} |\n"
            )
            sys.stdout.flush()
            if share > MOST_SECONDS:
                slow.append(place)
    return slow


def _places(scene: Scene, pages: list[str], lists: list[str]) -> Iterator[str]:
    """Each page with names in it that are there, and lists as people choose from them."""
    (newest,) = scene.ask("SELECT id, run_id FROM records WHERE state = 'done' ORDER BY id DESC LIMIT 1")
    (dead,) = scene.ask("SELECT id FROM records WHERE state = 'dead' ORDER BY id DESC LIMIT 1")
    (often,) = scene.ask(
        "SELECT r.id FROM records r JOIN documents d ON d.id = r.document_id WHERE d.source_key = :key "
        "ORDER BY r.version DESC LIMIT 1",
        key=OFTEN_CHANGED,
    )
    (run,) = scene.ask("SELECT id FROM runs ORDER BY id DESC LIMIT 1")
    integration, flow = _FLOW.split("/")
    named = {
        "integration": integration,
        "flow": flow,
        "connection": "qad",
        "record": newest.id,
        "document": newest.id,
        "run": run.id,
        "table": "units",
        "code": "refused",
        "period": "2026-11",
    }
    for route in (*pages, *lists):
        wanted = re.findall(r"{(\w+)[:}]", route)
        taken_away = route.endswith((".csv", ".xlsx", "/export"))
        if all(name in named for name in wanted) and route not in {"/sign-in", "/choose-password"} and not taken_away:
            yield re.sub(r":\w+}", "}", route).format(**named)
    for state in (dead.id, often.id):
        yield f"/documents/{state}"
    for figure in ("", "in target", "between", "dead", "rejected", "left out"):
        yield f"/reconciliation/{_FLOW}/documents?period=2026-10&figure={figure}"
    yield "/reconciliation?period=2026-10"
    yield f"/reconciliation/{_FLOW}?period=2026-10"
    for asked in (
        "q=OLD-77777",
        "q=O",
        "state=dead",
        "hold=gate",
        "state=moving",
        "state=needs-you",
        "state=dead-letters&code=refused",
        "connection=qad&state=gate",
        f"waits-for=link:suppliers:{AWAITED}",
        "begun-before=1d&hold=gate",
        f"behind=1.{newest.id}&above=50",
        f"flow={_FLOW}",
        f"flow={_FLOW}&state=done",
        "party=P7",
        "amount=100..200",
        "since=2026-11-28",
        "state=rejected",
    ):
        yield f"/documents?{asked}"
    for asked in ("over=7d", "over=30d"):
        yield f"/?{asked}"
    for asked in ("", "state=dead", "hold=gate", "search=OLD-77777", f"flow={_FLOW}", "limit=200"):
        yield f"/api/v1/records?{asked}"
    for asked in (f"flow={_FLOW}", "reason=refused", "limit=200"):
        yield f"/api/v1/dead-letters?{asked}"
    for asked in (f"document={newest.id}", "actor=worker", "since=2026-11-10&until=2026-11-11", "event=record.mapped"):
        yield f"/audit?{asked}"


def _signed_in(url: str, name: str, once: str) -> requests.Session:
    browser = requests.Session()
    browser.trust_env = False

    def send(place: str, **fields: str) -> None:
        proof = re.search(rf'name="{PROOF}" value="([0-9a-f]+)"', browser.get(f"{url}{place}", timeout=_PATIENCE).text)
        assert proof is not None
        browser.post(f"{url}{place}", data={PROOF: proof[1], **fields}, timeout=_PATIENCE).raise_for_status()

    send("/sign-in", name=name, password=once)
    send("/choose-password", password=_PASSWORD, again=_PASSWORD)
    return browser


def _looked(browser: requests.Session, place: str) -> tuple[list[float], int, int]:
    took: list[float] = []
    answer = browser.get(place, timeout=_PATIENCE)
    while len(took) < _TIMES and sum(took) < 2 * _TIMES * MOST_SECONDS:
        began = time.perf_counter()
        answer = browser.get(place, timeout=_PATIENCE)
        took.append(time.perf_counter() - began)
    return took, len(answer.content), answer.status_code


if __name__ == "__main__":
    sys.exit(main())
