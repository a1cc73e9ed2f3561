"""A QAD sandbox over a real socket, and a client that knows nothing but HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import requests

from sandbox.server import SandboxServer, running
from tests.waiting import HANG_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIENT_ID = "0123456789abcdef0123456789abcdef"
SUPPLIER_VIEW = "urn:be:com.qad.base.supplier.ISupplierV2"
ORDER_VIEW = "urn:be:com.qad.purchasing.purchaseorders.IPurchaseOrderHeader"


@dataclass
class Qad:
    """Somebody signed in to the sandbox."""

    sandbox: SandboxServer
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def base(self) -> str:
        return f"{self.sandbox.url}/clouderp"

    def token(self, **changed: str) -> requests.Response:
        given = {"client_id": CLIENT_ID, "username": "mfg", "password": "qad-sandbox", "grant_type": "password"}
        return requests.post(f"{self.base}/oauth/token", params={**given, **changed}, timeout=HANG_SECONDS)

    def sign_in(self) -> Qad:
        self.headers["Authorization"] = f"Bearer {self.token().json()['access_token']}"
        return self

    def send(self, method: str, path: str, json: object = None, **params: object) -> requests.Response:
        url = f"{self.base}/{path}"
        return requests.request(method, url, params=params, json=json, headers=self.headers, timeout=HANG_SECONDS)  # type: ignore[arg-type]  # any scalar is fine as a parameter

    def get(self, path: str, **params: object) -> Any:
        return self.send("GET", path, **params).json(parse_float=Decimal)

    def post(self, path: str, body: object, **params: object) -> Any:
        return self.send("POST", path, body, **params).json(parse_float=Decimal)

    def browse(self, browse_id: str, page: int = 1, size: int = 500, **params: object) -> list[dict[str, Any]]:
        given: dict[str, object] = {"page": page, "pageSize": size, "pageAction": "first" if page == 1 else "next"}
        answer = self.get("api/qracore/browses", browseId=browse_id, **{**given, **params})
        rows: list[dict[str, Any]] = answer["data"]
        return rows

    def supplier(self, code: str) -> dict[str, Any]:
        found = self.get("api/erp/supplierV2s", viewUri=SUPPLIER_VIEW, sharedSetCode="CORP", supplierCode=code)
        record: dict[str, Any] = found["data"]["supplierV2s"][0]
        return record

    def state(self, part: str) -> Any:
        return self.sandbox.state(part)[part]


@pytest.fixture
def sandbox() -> Iterator[SandboxServer]:
    """A sandbox of one's own, to change at will."""
    with running("qad", seed=1, documents=30) as server:
        yield server


@pytest.fixture
def qad(sandbox: SandboxServer) -> Qad:
    """Signed in to a sandbox of one's own."""
    return Qad(sandbox).sign_in()


@pytest.fixture(scope="module")
def reader() -> Iterator[Qad]:
    """Signed in to a sandbox that tests only read."""
    with running("qad", seed=4, documents=60) as server:
        yield Qad(server).sign_in()
