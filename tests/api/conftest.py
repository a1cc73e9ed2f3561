"""The API on a real socket, over a ledger with an integration, documents, and programs of every role."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import requests
from fastapi import FastAPI

from connector.api import web
from connector.api.serving.callers import Pace
from connector.bootstrap import application
from connector.config import read_settings
from connector.domain import canonical, payload
from connector.domain.identity import new_id
from connector.domain.summary import Summary
from connector.operations.accounts import people, tokens
from connector.operations.operator import Operator
from connector.operations.setup import connections, flows, integrations
from connector.vault import new_key
from tests.console.receiver import Serving
from tests.store.scene import BURIED, Scene
from tests.waiting import HANG_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from uuid import UUID

    from connector.api.serving.service import Service
    from connector.domain.role import Role

INVOICES = "acme/qad_invoices_to_jaggaer"
QAD = {
    "base_url": "http://127.0.0.1:9/clouderp",
    "client_id": "0123456789abcdef0123456789abcdef",
    "username": "mfg",
    "workspace": "10USA_10USACO",
    "shared_set": "CORP",
}
JAGGAER = {
    "base_url": "http://127.0.0.1:9",
    "token_url": "http://127.0.0.1:9/auth/realms/J1p-integrations/protocol/openid-connect/token",
    "client_id": "ml-connector",
}


@dataclass
class Program:
    """A program that shows a token."""

    url: str
    token: str
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.session.trust_env = False
        if self.token:
            self.session.headers["Authorization"] = f"Bearer {self.token}"

    def ask(self, method: str, path: str, **how: Any) -> requests.Response:
        return self.session.request(
            method, f"{self.url}/api/v1{path}", timeout=HANG_SECONDS, allow_redirects=False, **how
        )

    def get(self, path: str, **query: Any) -> requests.Response:
        return self.ask("GET", path, params=query)

    def read(self, path: str, **query: Any) -> Any:
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any = None, *, key: str = "", method: str = "POST") -> requests.Response:
        return self.ask(method, path, json=body, headers={"Idempotency-Key": key} if key else {})


@dataclass(frozen=True, kw_only=True)
class House:
    """What is asked, and what is behind it."""

    url: str
    operator: Operator
    service: Service
    scene: Scene
    #: documents of the flow of invoices by their keys
    records: dict[str, UUID]

    def token(self, role: Role, *, of: str = "") -> str:
        name = of or f"some-{role}"
        if name not in {one.name for one in people.list_(self.operator)}:
            people.add(self.operator, name, role)
        return tokens.add(self.operator, name, f"t-{secrets.token_hex(6)}", role)[0]

    def program(self, role: Role | None) -> Program:
        return Program(self.url, "" if role is None else self.token(role))


def operator_over(database_url: str) -> Operator:
    settings = read_settings(
        {
            "ML_CONNECTOR_DATABASE_URL": database_url,
            "ML_CONNECTOR_MASTER_KEYS": new_key(),
            "ML_CONNECTOR_ALLOW_PRIVATE_ADDRESSES": "true",
        }
    )
    return Operator(application=application(settings), actor="operator:root")


@pytest.fixture(scope="module")
def house(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    operator = operator_over(module_database_url)
    secret = tmp_path_factory.mktemp("secret") / "word"
    scene = set_up(operator, secret)
    records = {
        key: read(scene, key, {"id": key}, Summary(kind="invoice", number=key, party="10-300"))
        for key in ("2000010", "2000020", "2000030", "2000031", "2000032")
    }
    scene.finish(records["2000010"])
    scene.settle(scene.held(records["2000020"]), BURIED)
    service, serving = api_of(operator)
    with serving:
        yield House(url=serving.url, operator=operator, service=service, scene=scene, records=records)
    operator.application.close()


def api_of(operator: Operator) -> tuple[Service, Serving]:
    """Their API alone, and a server of it that answers as fast as it is asked."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    return web.add(app, operator, pace=Pace(burst=100_000, a_second=100_000)), Serving(app)


def set_up(operator: Operator, secret: Path) -> Scene:
    secret.write_text("canary-secret")
    connections.add(operator, "acme-qad", "qad", {**QAD, "password": f"file:{secret}"})
    connections.add(operator, "acme-j1", "jaggaer", {**JAGGAER, "client_secret": f"file:{secret}"})
    integrations.add(operator, "acme", "qad-jaggaer", "acme-qad", "acme-j1")
    invoices, store = flows.get(operator, INVOICES), operator.application.store
    worker = new_id()
    store.heartbeat(worker, host="here", pid=1, kind="worker", busy_with=())
    return Scene(
        ledger=store,
        vault=operator.application.vault,
        integration_id=invoices.integration_id,
        suppliers=flows.get(operator, "acme/qad_suppliers_to_jaggaer").id,
        invoices=invoices.id,
        worker=worker,
    )


def read(scene: Scene, key: str, document: dict[str, object], called: Summary) -> UUID:
    labelled = payload.labelled(document, flow_id=scene.invoices, key=key)
    (record,) = scene.read_called({key: called}, canonical.dumps(labelled).decode())
    return record
