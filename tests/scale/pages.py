"""``python -m tests.scale.pages``: how long every page of the console takes over a large ledger."""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import requests
import sqlalchemy as sa
from fastapi import FastAPI
from rich.console import Console
from sqlalchemy.pool import NullPool

from connector.bootstrap import application
from connector.config import read_settings
from connector.console import web
from connector.console.serving.forms import PROOF
from connector.domain.role import Role
from connector.embedded import roles
from connector.embedded.postgres import UNSAFE_AND_FAST, EmbeddedPostgres
from connector.operations.accounts import people
from connector.operations.operator import Operator
from connector.store import migrate
from connector.vault import new_key
from tests.console.receiver import Serving
from tests.privileged import url_of
from tests.scale.filling import AWAITED, OFTEN_CHANGED, fill
from tests.store.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_SECONDS = 0.3
_TIMES = 40
_PATIENCE = 120
_PASSWORD = "plum staple fox 9"
_FLOW = "acme/qad_invoices_to_jaggaer"

#: the names that pages know, where filling has its own
_NAMES = (
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
    asked = arguments.parse_args()
    said = Console(stderr=True)
    with tempfile.TemporaryDirectory(prefix="mlc-") as directory:
        Path(directory).chmod(0o711)
        with EmbeddedPostgres(Path(directory) / "postgres", settings=UNSAFE_AND_FAST) as server:
            engine = sa.create_engine(server.url("postgres", user=roles.SUPERUSER), isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.exec_driver_sql(f"CREATE DATABASE pages OWNER {roles.OWNER}")
            engine.dispose()
            slow = _measure(server.url("pages"), asked.records, asked.events, said)
    for place in slow:
        said.print(f"{place} takes more than {MOST_SECONDS:.1f} s.", soft_wrap=True)
    return 1 if slow else 0


def _measure(url: str, records: int, events: int, said: Console) -> list[str]:
    """Fill a ledger, and look at each page of it; returns those that take too long."""
    migrate.upgrade(url_of(url, roles.OWNER), login_url=url)
    built = application(read_settings({"ML_CONNECTOR_DATABASE_URL": url, "ML_CONNECTOR_MASTER_KEYS": new_key()}))
    scene = Scene.set_up(built.store, built.vault)
    said.print(f"Filling {records:,} records and {events:,} events ...")
    fill(scene, records=records, sealed=built.vault.seal(b"x" * 600, "filling"))
    with sa.create_engine(url_of(url), poolclass=NullPool).begin() as connection:
        connection.execute(sa.text(_EVENTS), {"more": max(events // records - 1, 0)})
        for statement in _NAMES:
            connection.execute(sa.text(statement))
    with sa.create_engine(url_of(url), isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(sa.text("VACUUM ANALYZE"))
    built.store.housekeeping()
    operator = Operator(application=built, actor="operator:root")
    once = people.add(operator, "anna", Role.ADMIN).once
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    desk = web.add(app, operator)
    slow = []
    with Serving(app) as serving:
        browser = _signed_in(serving.url, once)
        sys.stdout.write("| page | median | 19 of 20 within | kB |\n|---|---:|---:|---:|\n")
        for place in _places(scene, [route.path for route in desk.routes if route.method == "GET"]):
            took, size, status = _looked(browser, f"{serving.url}{place}")
            share = statistics.quantiles(took, n=20)[-1]
            note = "" if status == requests.codes.ok else f" ({status})"
            sys.stdout.write(
                f"| `{place}`{note} | {statistics.median(took) * 1000:.0f} ms | {share * 1000:.0f} ms "
                f"| {size / 1000:.0f} |\n"
            )
            sys.stdout.flush()
            if share > MOST_SECONDS:
                slow.append(place)
    built.close()
    return slow


def _places(scene: Scene, routes: list[str]) -> Iterator[str]:
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
    for route in routes:
        wanted = re.findall(r"{(\w+)[:}]", route)
        taken_away = route.endswith((".csv", ".xlsx", "/export"))
        if all(name in named for name in wanted) and route not in {"/sign-in", "/choose-password"} and not taken_away:
            yield re.sub(r":\w+}", "}", route).format(**named)
    for state in (dead.id, often.id):
        yield f"/documents/{state}"
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
    for asked in (f"document={newest.id}", "actor=worker", "since=2026-11-10&until=2026-11-11", "event=record.mapped"):
        yield f"/audit?{asked}"


def _signed_in(url: str, once: str) -> requests.Session:
    browser = requests.Session()
    browser.trust_env = False

    def send(place: str, **fields: str) -> None:
        proof = re.search(rf'name="{PROOF}" value="([0-9a-f]+)"', browser.get(f"{url}{place}", timeout=_PATIENCE).text)
        assert proof is not None
        browser.post(f"{url}{place}", data={PROOF: proof[1], **fields}, timeout=_PATIENCE).raise_for_status()

    send("/sign-in", name="anna", password=once)
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
