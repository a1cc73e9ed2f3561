"""Two systems that misbehave in every way there is, from the first document to the last."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import requests
import yaml

from connector.config import MASTER_KEYS_FILE
from connector.embedded.programs import FLOWER_USER
from tests.e2e.canaries import appended_by_redis
from tests.e2e.plant import INVOICES, SECRETS, TERMS, UNITS, new_customer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.plant import Customer, Plant


EVERY_KIND = ("401", "429", "503", "timeout", "slow", "reset-before", "reset-after", "malformed")
MORE = {"429": {"retry_after": 1}, "503": {"retry_after": 1}, "timeout": {"seconds": 4}, "slow": {"seconds": 0.5}}


def fault(kind: str, path: str, count: int, **more: Any) -> dict[str, Any]:
    """A share of the requests, until it has struck so often."""
    return {"kind": kind, "match": {"path": path}, "rate": 0.05, "count": count, **MORE.get(kind, {}), **more}


def certainly(path: str) -> list[dict[str, Any]]:
    """Every kind of fault, each to one of the first requests: what must strike does not wait for chance."""
    return [fault(kind, path, 1, rate=1.0, skip=2 * place) for place, kind in enumerate(EVERY_KIND)]


QAD = (
    *certainly("/clouderp/api/"),
    fault("401", "/clouderp/api/", 2),
    fault("503", "/browses", 2),
    fault("malformed", "/clouderp/api/", 1),
)
JAGGAER = (
    *certainly("/j1p/"),
    fault("503", "/token$", 1, rate=0.5),
    fault("reset-after", "/invoices/ocr", 3, rate=0.2),
    fault("timeout", "/invoices/ocr", 2, rate=0.2),
    fault("malformed", "/invoices/ocr", 1, rate=0.2),
    fault("timeout", "/paymentstatus", 1, rate=0.2),
    fault("reset-after", "/j1p/", 2, match={"path": "/j1p/", "method": "POST"}),
    fault("reset-before", "/j1p/", 2),
    fault("401", "/j1p/", 4),
    fault("503", "/j1p/", 3, retry_after=0),
    fault("malformed", "/j1p/", 1),
    fault("slow", "/j1p/", 1),
)


@pytest.fixture(scope="module")
def plant(up: Plant) -> Plant:
    return up


@pytest.fixture(scope="module")
def customer(plant: Plant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Customer]:
    """Set up with the single commands, read and loaded completely while everything goes wrong."""
    folder = tmp_path_factory.mktemp("customer")
    with new_customer(plant, documents=16, patience=2) as made:
        set_up(made, folder)
        made.qad.set_faults(*QAD)
        made.jaggaer.set_faults(*JAGGAER)
        began = plant.now()
        switch_on(made, folder)
        made.settled_since(began)
        yield made


def set_up(customer: Customer, folder: Path) -> None:
    """Command by command, as a person who tries the product would."""
    plant = customer.plant
    for name, description in customer.connections().items():
        file = folder / f"{name}.yaml"
        file.write_text(yaml.safe_dump({key: value for key, value in description.items() if key != "system"}))
        plant.ok("connection", "add", name, "--system", description["system"], "--config", str(file))
        assert plant.json("connection", "ping", name)["ok"] is True
    connections = ("--from", f"{customer.name}-qad", "--to", f"{customer.name}-j1")
    plant.ok("integration", "add", customer.name, "--kind", "qad-jaggaer", *connections)
    codes = [f"payment_terms,{ours},{theirs}" for ours, theirs in TERMS.items()]
    codes += [f"business_units,{ours},{theirs}" for ours, theirs in UNITS.items()]
    plant.ok("crosswalk", "import", "-", "-i", customer.name, stdin="\n".join(["table,source,target", *codes]))


def switch_on(customer: Customer, folder: Path) -> None:
    """One flow by commands, the others with a file."""
    plant = customer.plant
    plant.ok("flow", "schedule", customer.flow(INVOICES), "every 2s")
    plant.ok("flow", "enable", customer.flow(INVOICES))
    file = folder / "flows.yaml"
    file.write_text(yaml.safe_dump({"integrations": {customer.name: customer.integration(schedule="every 2s")}}))
    plant.ok("apply", str(file))


def test_every_document_arrives_exactly_once_whatever_goes_wrong(customer: Customer) -> None:
    for system in (customer.qad, customer.jaggaer):
        assert set(system.state("faults")["faults"]) == set(EVERY_KIND)
    customer.reconciled()
    assert customer.dead() == {}


def test_a_change_in_qad_travels_to_jaggaer(customer: Customer) -> None:
    state = customer.qad.state("expected", "holds")
    paid = {state["expected"]["invoices"][key]["invoice_id"]: status for key, status in _statuses(state).items()}
    invoices = state["holds"]["invoices"]
    unpaid = [number for number, held in invoices.items() if held["goes"] and number not in paid]
    fully = next(number for number, status in paid.items() if status == "Paid")
    unmatched = [number for number, held in invoices.items() if held["status_code"] == "AP-NOALLOC"]
    supplier = next(code for code, held in state["holds"]["suppliers"].items() if held["active"])
    customer.jaggaer.set_faults(
        fault("reset-after", "/j1p/", 2, rate=0.2, match={"path": "/j1p/", "method": "POST"}), fault("401", "/j1p/", 2)
    )
    changed = customer.plant.now()

    customer.qad.add_documents({"pay": [unpaid[0], {"invoice": unpaid[1], "amount": "1"}], "collect": [unpaid[2]]})
    customer.qad.add_documents({"void": [fully], "match": unmatched[:1]})
    customer.qad.add_documents({"entity": "suppliers", "documents": [{"code": supplier, "name": "Renamed & Sons"}]})
    customer.qad.add_documents({"generate": {"suppliers": 1, "orders": 2, "invoices": 3, "payments": 2}})
    customer.settled_since(changed)

    customer.reconciled()
    after = customer.qad.state("expected", "holds")
    told = {number: after["holds"]["invoices"][number]["payment_status"] for number in (*unpaid[:3], fully)}
    assert list(told.values()) == ["Paid", "PartiallyPaid", "InProcess", "Payable"], "the example shows what it should"
    held = customer.jaggaer.state("holds")["holds"]
    assert after["holds"]["invoices"][unmatched[0]]["key"] in held["invoices"]
    assert held["companies"][supplier]["companyName"] == "Renamed & Sons"


def _statuses(state: dict[str, Any]) -> dict[str, str]:
    statuses: dict[str, str] = state["expected"]["payment_status"]
    return statuses


def test_flower_shows_every_task_by_its_name_with_an_id_and_nothing_else(plant: Plant, customer: Customer) -> None:
    password = (plant.stack.settings.data_dir / "flower.password").read_text()
    answer = requests.get(
        f"{plant.stack.places['flower']}/api/tasks", auth=(FLOWER_USER, password), params={"limit": 10_000}, timeout=30
    )
    tasks = list(answer.json().values())
    known = [task for task in tasks if task["name"] is not None]  # Flower may have missed how a task began

    names = {task["name"] for task in known}
    assert {f"ml_connector.{what}" for what in ("poll", "map", "load", "keep")} <= names
    assert names <= {f"ml_connector.{what}" for what in ("poll", "extract", "map", "load", "confirm", "keep")}
    for task in known:
        one = "" if task["name"] == "ml_connector.keep" else r"('[0-9a-f-]{36}',? ?)+"
        assert re.fullmatch(rf"[\[(]{one}[\])]", task["args"] or "()"), task
        assert (task["kwargs"] or "{}") == "{}", task
    retried = [task for task in known if task["state"] == "RETRY"]
    told = r"RetryLater\('\w+ \([\w-]+\) record\.retry( x \d+)?'\)"
    assert any(re.fullmatch(told, task["exception"]) for task in retried), (
        "its flow and code; the ledger has the sentence"
    )
    assert not [task for task in retried if "doubt" in task["exception"]]
    assert not [task for task in known if task["traceback"]]


def ever_in_redis(plant: Plant) -> list[Any]:
    """The bodies of all messages since it started: tasks are lists, answers to Flower's questions are not."""
    appended = appended_by_redis(plant.stack.settings.data_dir).decode(errors="replace")
    return [json.loads(base64.b64decode(body)) for body in re.findall(r'"body": "([A-Za-z0-9+/=]+)"', appended)]


def test_messages_carry_ids_only(plant: Plant, customer: Customer) -> None:
    tasks = [body for body in ever_in_redis(plant) if isinstance(body, list)]

    assert len(tasks) > 200, "every task that was ever sent"
    for arguments, named, _ in tasks:
        assert named == {}
        assert all(re.fullmatch(r"[0-9a-f-]{36}", argument) for argument in arguments)
    appended = appended_by_redis(plant.stack.settings.data_dir).decode(errors="replace")
    holds = customer.qad.state("holds")["holds"]
    for business in (*holds["suppliers"], *holds["orders"], *(one["reference"] for one in holds["invoices"].values())):
        assert business not in appended


def test_no_secret_is_in_a_log_in_redis_in_a_command_line_or_in_an_export(plant: Plant, customer: Customer) -> None:
    settings = plant.stack.settings
    secrets = {
        *SECRETS.values(),
        *filter(None, (urlsplit(settings.database_url).password, urlsplit(settings.broker_url).password)),
        (settings.data_dir / "flower.password").read_text(),
        (settings.data_dir / MASTER_KEYS_FILE).read_text().strip().partition(":")[2],
    }
    token = re.compile(r"Bearer \S|eyJ[\w-]+\.")
    logs = [*settings.data_dir.glob("logs/*"), *settings.data_dir.glob("*/*.log")]
    places = {str(log): log.read_text(errors="replace") for log in logs}
    places["redis"] = appended_by_redis(settings.data_dir).decode(errors="replace")
    places["messages"] = json.dumps(ever_in_redis(plant))
    places["processes"] = _command_lines()
    places["export"] = plant.ok("export")
    places["connections"] = plant.ok("connection", "show", f"{customer.name}-qad", "--json")

    assert len(logs) >= 8
    assert "workers.start" in places["processes"]
    assert [(where, secret) for where, text in places.items() for secret in secrets if secret in text] == []
    assert [where for where, text in places.items() if token.search(text)] == []


def _command_lines() -> str:
    found = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(process.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:  # it has ended meanwhile
            continue
    return "\n".join(found)
