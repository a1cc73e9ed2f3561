from __future__ import annotations

import json
from copy import deepcopy
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import requests

from tests.waiting import HANG_SECONDS

if TYPE_CHECKING:
    from sandbox.server import SandboxServer

Json = Any

TOKEN = "/auth/realms/J1p-integrations/protocol/openid-connect/token"
API = "/j1p/api/public"
GRANT = {"grant_type": "client_credentials", "client_id": "ml-connector", "client_secret": "jaggaer-sandbox"}


class Client:
    """A plain HTTP client of the simulated tenant, and what it takes to get an invoice accepted."""

    def __init__(self, server: SandboxServer) -> None:
        self.server = server
        self.session = requests.Session()
        self.session.trust_env = False  # no proxy reaches our loopback

    def token(self, form: Json = None, **headers: str) -> requests.Response:
        """Ask for a token without the API's Authorization header; ``headers`` with underscores for dashes."""
        wanted = {"Authorization": None, **{name.replace("_", "-"): value for name, value in headers.items()}}
        data = GRANT if form is None else form
        return self.session.post(self.server.url + TOKEN, data=data, headers=wanted, timeout=HANG_SECONDS)

    def sign_in(self) -> None:
        self.session.headers["Authorization"] = f"Bearer {self.token().json()['access_token']}"

    def send(self, path: str, body: str) -> requests.Response:
        return self.session.post(self.server.url + API + path, data=body, timeout=HANG_SECONDS)

    def get(self, path: str, **params: Json) -> Json:
        answer = self.session.get(self.server.url + API + path, params=params, timeout=HANG_SECONDS)
        assert answer.status_code == 200, answer.text
        return json.loads(answer.text, parse_float=Decimal)

    def post(self, path: str, body: Json) -> Json:
        answer = self.send(path, json.dumps(body))
        assert answer.status_code == 200, answer.text
        return json.loads(answer.text, parse_float=Decimal)

    def company(self, code: str = "V1001", operation: str = "CREATEUPDATE", **info: Json) -> Json:
        whole = {"extCode": code, "companyName": f"Company {code}", "type": "SELLER", **info}
        whole = {name: value for name, value in whole.items() if value is not None}
        message = {"operationCode": operation, "sendEMail": "false", "companyInfo": whole}
        return self.post("/ja/v1/companyprofiles", {"company": message})

    def account(self, value: str = "4000", *, active: str = "true", name: str = "Account") -> Json:
        row = {"internalName": name, "value": value, "description": f"Account {value}", "active": active}
        return self.post("/ji/v1/customfieldvalues", {"customFieldValueList": {"customFieldValue": [row]}})

    def order(self, number: str = "PO1", change: str = "new", **header: Json) -> Json:
        head = {"poNumber": number, "type": change, "supplier": {"supplierNumber": "V1001"}, **header}
        lines = [
            {"lineNumber": line, "quantity": 10, "unitPrice": {"currency": "USD", "money": 2.5}, "item": {}}
            for line in (1, 2)
        ]
        return self.post(
            "/ji/v1/purchaseorders", {"purchaseOrder": {"header": head, "lineList": {"purchaseOrderLine": lines}}}
        )

    def prepare(self) -> None:
        """Bring in what an invoice refers to."""
        for answer in (self.company(), self.account(), self.order()):
            assert int(answer["returnCode"]) == 0, answer

    def invoice(self, message: Json) -> Json:
        return self.post("/ji/v1/invoices/ocr", message)

    def holds(self, entity: str) -> Json:
        return self.server.state("holds")["holds"].get(entity, {})


_LINE = {
    "lineNumber": 1,
    "ocrItem": {"description": "Bolts", "unitOfMeasure": "EA", "packagingAmount": 1},
    "quantity": 4,
    "unitPrice": {"currency": "USD", "money": 2.5},
    "poNumber": "PO1",
    "poLineNumber": "2",
    "splittableFieldSetGroupList": {
        "splittableFieldSetGroup": [
            {
                "splittableFieldIndexSet": [
                    {
                        "context": "Line",
                        "splittableFieldIndexList": {
                            "splittableFieldIndex": [
                                {
                                    "customFieldValueList": {
                                        "customFieldValue": [{"internalName": "Account", "value": "4000"}]
                                    }
                                }
                            ]
                        },
                    }
                ]
            }
        ]
    },
}
_HEADER = {
    "supplierInvoiceNumber": "ACME-77",
    "invoiceType": "Invoice",
    "supplier": {"supplierNumber": "V1001"},
    "businessUnit": {"internalName": "0001"},
    "terms": {"standardPaymentTermsCode": "Net 60"},
    "invoiceDate": "2026-01-23T00:00:00.000Z",
    "taxCharge1": 0.8,
    "total": {"currency": "USD", "money": 10.8},
}


def message(*, casing: str = "invoiceOcr", header: Json = None, line: Json = None, lines: Json = None) -> Json:
    """An invoice that adds up, with parts of its header and its line replaced; None takes a field away."""
    head = _without_nones({**deepcopy(_HEADER), **(header or {})})
    rows = [_without_nones({**deepcopy(_LINE), **each}) for each in (lines or [line or {}])]
    return {casing: {f"{casing}Header": head, f"{casing}LineList": {f"{casing}Line": rows}}}


def _without_nones(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
