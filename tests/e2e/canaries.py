"""Values that must not be seen, everything that somebody could look into, and the search for the one in the other."""

from __future__ import annotations

import base64
import html
import json
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import requests
from typer.testing import CliRunner

from connector.bootstrap import application
from connector.config import MASTER_KEYS_FILE
from connector.embedded import places, roles
from connector.embedded.programs import FLOWER_USER
from tests.privileged import url_of
from workers.cli import app

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tests.e2e.plant import Plant

#: secrets of the three connections, by the environment variable that commands read them from
SECRETS = {
    "CANARY_QAD": "Zq-secret-of-qad-77",
    "CANARY_JAGGAER": "Zq-secret-of-jaggaer-77",
    "CANARY_CONCUR": "Zq-secret-of-concur-77",
    "CANARY_REQUEST": "Zq-request-token-77",
    "CANARY_WRONG": "Zq-wrong-password-77",
}
FLOWER_PASSWORD = "Zq-flower-password-77"
SUPPLIER = {
    "name": "Zqname Canaria",
    "search_name": "Zqsearch Canaria",
    "street1": "7 Zqstreet",
    "street2": "Zqfloor",
    "phone": "+1 555 7700077",
    "email": "zqmail@canary.example",
    "tax_id": "ZQTAX770077",
    "bank_account": "ZQBANK7700770077",
}
REMIT = {"name": "Zqremit Canaria", "street1": "PO Box Zqremit", "city": "Zqcity", "state": "OH", "country": "US"}
ORDER = {"buyer": "zqbuyer", "remarks": "Zqremark on this order"}
INVOICE = {"description": "Zqdescription of this invoice"}
CONCUR = {
    "employeeId": "ZQEMPLOYEE7",
    "employeeFirstName": "Zqfirstname",
    "employeeLastName": "Zqlastname",
    "employeeMI": "Zqmiddle",
    "reportName": "Zqtrip to the Canaries",
    "entryDescription": "Zqentry, dinner with Zqguest",
    "entryVendorDescription": "Zqrestaurant",
    "requestName": "Zqrequest",
    "vendorName": "Zqvendor",
    "lineItemDescription": "Zqlineitem",
}
#: documents of Concur that nobody can read: personal values where something else belongs
UNREADABLE = [
    {
        "employee": {name: {"is": CONCUR[name]} for name in ("employeeId", "employeeFirstName", "employeeLastName")},
        "report": {"reportId": "BROKEN1", "reportName": [CONCUR["reportName"]], "ledgerCode": "DEFAULT"},
        "expenseEntry": [{"entryId": "E1", "entryDescription": {"is": CONCUR["entryDescription"]}}],
    },
    {
        "employee": [CONCUR["employeeLastName"]],
        "report": {"reportId": "BROKEN2", "reportName": CONCUR["reportName"], "employeeCurrencyAlphaCode": "EUR"},
        "expenseEntry": CONCUR["entryDescription"],
    },
]


def personal() -> set[str]:
    """Every value of a document that says something about somebody, and their parts that are unmistakable."""
    whole = [value for part in (SUPPLIER, REMIT, ORDER, INVOICE, CONCUR) for value in part.values()]
    return {word for value in whole for word in re.findall(r"(?i)\bzq\w+", value)} | {SUPPLIER["phone"]}


def parties() -> set[str]:
    """How documents are found: a supplier's name, an employee's id. They stand in the ledger in clear."""
    whole = (SUPPLIER["name"], CONCUR["vendorName"], CONCUR["employeeId"])
    return {word for value in whole for word in re.findall(r"(?i)\bzq\w+", value)}


def in_the_ledger(store: str) -> bool:
    """Whether a store is the ledger itself, or one of the lists of its documents."""
    return store == "backup" or store.split(maxsplit=1)[0] in {"record", "dead", "needs"}


def secrets(plant: Plant) -> set[str]:
    """Every secret of the connections, and of this deployment."""
    settings = plant.stack.settings
    urls = (urlsplit(settings.database_url).password, urlsplit(settings.broker_url).password)
    key = (settings.data_dir / MASTER_KEYS_FILE).read_text().strip().partition(":")[2]
    return {*SECRETS.values(), FLOWER_PASSWORD, key, base64.b64decode(key).hex(), *filter(None, urls)}


def tokens(plant: Plant, connections: Iterable[str]) -> set[str]:
    """The tokens these connections have at this moment, out of the vault."""
    opened = application(plant.stack.settings)
    try:
        held = [opened.open_connection(name).tokens.current() for name in connections]
    finally:
        opened.store.close()
    return {part for token in held if token for part in (token.access, token.refresh) if part}


def spellings(value: str) -> set[bytes]:
    """How a value may stand in a file: as it is, in a URL, as hexadecimal digits (bytea), in base64 at any offset."""
    plain = value.encode()
    coded = {base64.b64encode(b"\0" * shift + plain).rstrip(b"=")[shift + 1 : -1] for shift in range(3)}
    quoted = {quote(value, safe="").encode(), json.dumps(value)[1:-1].encode(), html.escape(value).encode()}
    return {plain, plain.hex().encode(), *quoted, *coded}


def seen(values: Iterable[str], stores: Mapping[str, bytes]) -> list[tuple[str, str]]:
    """(value, store) of everything that is there to be seen, whatever the case of its letters."""
    folded = {name: content.lower() for name, content in stores.items()}
    return sorted(
        (value, name)
        for value in values
        for name, content in folded.items()
        if any(spelling.lower() in content for spelling in spellings(value))
    )


def appended_by_redis(data: Path) -> bytes:
    """All that Redis has written down: in one file, or since Redis 7 in a directory of them."""
    return b"".join(file.read_bytes() for file in (data / "redis").rglob("appendonly*") if file.is_file())


def stores(plant: Plant, flower: str, *, connections: Iterable[str]) -> dict[str, bytes]:
    """Everything that is kept, logged, sent or shown."""
    data = plant.stack.settings.data_dir
    found = {str(log): log.read_bytes() for log in [*data.glob("logs/*"), *data.glob("*/*.log")]}
    appended = appended_by_redis(data)
    found["redis"] = appended
    bodies = re.findall(rb'"body": "([A-Za-z0-9+/=]+)"', appended)
    found["messages"] = b"\n".join(base64.b64decode(body) for body in bodies)
    found["processes"] = b"\n".join(_command_lines())
    found["backup"] = _backup(plant)
    found |= {f"flower{page}": body for page, body in _pages(flower)}
    for words in _commands(plant, connections):
        said = CliRunner().invoke(app, words)
        assert said.exit_code in {0, 1}, said.output
        found[" ".join(words)] = said.output.encode()
    return found


def _command_lines() -> Iterator[bytes]:
    """What everybody on this machine may read: command lines, and the titles PostgreSQL gives its processes."""
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield process.read_bytes().replace(b"\0", b" ")
        except OSError:  # it has ended meanwhile
            continue


def _backup(plant: Plant) -> bytes:
    program = places.programs_for(places.unprivileged_account()) / "pg_dump"
    url = url_of(plant.stack.settings.database_url, roles.OWNER).replace("+psycopg", "")
    done = subprocess.run([program, "--dbname", url], capture_output=True, check=True)
    return done.stdout


def _pages(flower: str) -> Iterator[tuple[str, bytes]]:
    with requests.Session() as session:
        session.auth = (FLOWER_USER, FLOWER_PASSWORD)

        def page(path: str) -> bytes:
            answer = session.get(f"{flower}{path}", timeout=60)
            assert answer.ok, (path, answer.status_code)
            return answer.content

        tasks = json.loads(page("/api/tasks?limit=10000"))
        workers = json.loads(page("/workers?json=1"))
        paths = ["/", "/workers?refresh=1", "/tasks", "/broker", "/metrics", "/api/task/types", "/api/queues/length"]
        paths += [path for task in _one_of_each(tasks) for path in (f"/task/{task}", f"/api/task/info/{task}")]
        yield "/api/tasks", json.dumps(tasks).encode()
        yield "/api/workers", json.dumps(workers).encode()
        for path in paths:
            yield path, page(path)


def _one_of_each(tasks: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """One task of each name and end; all of them are in the list of tasks."""
    return list({(task["name"], task["state"]): identifier for identifier, task in tasks.items()}.values())


def _commands(plant: Plant, connections: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Every command that shows something, but for ``record show --payload``, which is there to show documents."""
    yield from (("doctor",), ("doctor", "--json"), ("export",), ("vault", "status"), ("audit", "export"))
    yield from (("needs",), ("needs", "--json"))
    for group in ("connection", "integration", "flow", "run", "record", "dead"):
        yield (group, "list", "--json")
        yield (group, "list")
    for connection in connections:
        yield ("connection", "show", connection)
        yield ("connection", "ping", connection)
    letters = [row.record_id for row in plant.ask("SELECT record_id FROM dead_letters ORDER BY created_at LIMIT 4")]
    yield from (("dead", "show", str(letter)) for letter in letters)
    yield from (("record", "show", str(letter), "--json") for letter in letters)
    for run in plant.ask("SELECT id FROM runs ORDER BY error IS NULL, warning IS NULL, created_at LIMIT 2"):
        yield ("run", "show", str(run.id))
