from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import requests

from tests.waiting import HANG_SECONDS

if TYPE_CHECKING:
    from sandbox.server import SandboxServer

Json = Any

COMPANY = "11111111-2222-4333-8444-555555555555"
CLIENT = {"client_id": "concur-client", "client_secret": "concur-sandbox"}
FIRST = {
    **CLIENT,
    "grant_type": "password",
    "username": COMPANY,
    "password": "concur-request-token",
    "credtype": "authtoken",
}
APPLICATION = {**CLIENT, "grant_type": "client_credentials"}
TYPES = "/financialintegration/fi/v4/companies/transactiontypes"


class Client:
    """A plain HTTP client of the simulated company; ``home`` is the geolocation it was told."""

    def __init__(self, server: SandboxServer) -> None:
        self.server = server
        self.session = requests.Session()
        self.session.trust_env = False  # no proxy reaches our loopback
        self.home = ""
        self.refresh_token = ""

    def token(self, form: Json = None, *, home: bool = False, **changed: str) -> requests.Response:
        where = self.home if home else self.server.url
        form = {**(FIRST if form is None else form), **changed}
        return self.session.post(
            f"{where}/oauth2/v0/token", data=form, headers={"Authorization": None}, timeout=HANG_SECONDS
        )

    def sign_in(self, form: Json = None) -> Json:
        told = self.token(form).json()
        self.home, self.refresh_token = told["geolocation"], told.get("refresh_token", "")
        self.session.headers["Authorization"] = f"Bearer {told['access_token']}"
        return told

    def refresh(self, token: str | None = None, **changed: str) -> requests.Response:
        given = self.refresh_token if token is None else token
        form = {**CLIENT, "grant_type": "refresh_token", "refresh_token": given, **changed}
        return self.token(form, home=True)

    def send(self, method: str, path: str, body: Json = None, *, status: int = 200, **rest: Json) -> requests.Response:
        answer = self.session.request(method, self.home + path, json=body, timeout=HANG_SECONDS, **rest)
        assert answer.status_code == status, f"{answer.status_code}: {answer.text}"
        return answer

    def call(self, method: str, path: str, body: Json = None, *, status: int = 200, **rest: Json) -> Json:
        return exact(self.send(method, path, body, status=status, **rest).text)

    def status(self, method: str, path: str, body: Json, doc_id: str) -> int:
        """Send anything; ``ID`` in it stands for the document."""
        text = json.dumps(body).replace('"ID"', json.dumps(doc_id))
        return self.session.request(method, self.home + path, data=text, timeout=HANG_SECONDS).status_code

    def documents(self, kind: str = "expense", *, form: str = "JSON", **params: Json) -> Json:
        path = f"{TYPES}/{kind}/transactions"
        return self.call("GET", path, params=params, headers={"DocumentFormatAs": form})

    def ids(self, kind: str = "expense", **params: Json) -> list[str]:
        return [one["id"] for one in self.documents(kind, **params)["content"]]

    def acknowledge(self, *ids: str, kind: str = "expense", system: str = "") -> Json:
        return self.call(
            "POST", f"{TYPES}/{kind}/transactions/acknowledgements", {"ids": list(ids), "systemId": system}
        )

    def confirm(self, *confirmations: Json, kind: str = "expense", system: str = "") -> Json:
        body = {"postingConfirmations": list(confirmations), "systemId": system}
        return self.call("POST", f"{TYPES}/{kind}/transactions/postingconfirmations", body)

    def pay(self, *confirmations: Json, kind: str = "expense", system: str = "") -> Json:
        body = {"processingConfirmation": list(confirmations), "systemId": system}
        return self.call("POST", f"{TYPES}/{kind}/transactions/paymentconfirmations", body)

    def do(self, **deeds: Json) -> Json:
        return self.server.add_documents(deeds)

    def state(self, part: str) -> Json:
        return self.server.state(part)[part]

    def held(self, doc_id: str, entity: str = "expenses") -> Json:
        return self.state("holds")[entity][doc_id]


def exact(text: str) -> Json:
    return json.loads(text, parse_float=Decimal) if text else None


def posted(doc_id: str, **changed: Json) -> Json:
    """A confirmation that the document is in the ledger."""
    posting = {"companyId": "10USACO", "documentNumber": "JE-1", "fiscalYear": "2026", "postingDate": "2026-11-16"}
    return {"docId": doc_id, "overallPostingStatusCode": "success", "postingDocs": [posting], **changed}


def failed(doc_id: str, text: str = "GL account 6200 is not active") -> Json:
    """A confirmation that the ledger refused the document."""
    message = {"messageId": "1", "messageLanguage": "EN", "messageLongText": text, "messageShortText": text[:50]}
    return {"docId": doc_id, "overallPostingStatusCode": "error", "systemMessages": [message]}


def paid(doc_id: str, reference: str = "PAY1", status: str = "CP", **changed: Json) -> Json:
    """A confirmation that the report was paid."""
    clearing = {
        "clearingDate": "20261120",
        "clearingAmount": 10.5,
        "clearingCurrency": "USD",
        "receiver": {"receiverId": "E1001", "receiverType": "EMPLOYEE"},
        "clearingReference": {
            "companyCode": "10USACO",
            "financialDocumentId": "JE-1",
            "fiscalYear": "2026",
            "paymentRef": reference,
            "paymentMethod": "E",
        },
        **changed,
    }
    return {"docId": doc_id, "processingStatusCode": status, "clearingDetails": [clearing]}
