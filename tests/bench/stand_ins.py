"""``python -m tests.bench.stand_ins``: a QAD and a JAGGAER that answer what is asked for at next to no cost.

They know nothing and check nothing; whether what arrives is right is for the simulators to tell. The first part of a
path is a company, of which there are as many as a benchmark wants; ``POST /<company>/_bench`` says what it has and is
told how many documents were taken, ``GET`` when each was.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.bench import rows
from tests.bench.cheap_server import serve

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.bench.cheap_server import Answer

_TOKEN = json.dumps({"access_token": "bench", "token_type": "bearer", "expires_in": 36000}).encode()
_LIST_SIZE = 200
_TAKEN = b'{"returnCode": 0, "returnMessage": "", "invoiceId": %d, "invoiceNumber": "I%d"}'
_LISTED = (
    b'{"returnCode": 0, "returnMessage": "", "totRecords": %d, "returnedRecords": %d, "startAt": %d, '
    b'"jiinvoiceList": {"jiinvoice": [%b]}}'
)
_NO_COMPANIES = b'{"returnCode": "0", "totRecords": 0, "returnedRecords": 0, "startAt": 1, "returnCompanyData": []}'


@dataclass
class Company:
    """One of its companies: what it has, and how it behaves."""

    #: until an answer is sent
    seconds: float = 0.0
    #: of so many documents, one is refused with 503 when it is written for the first time; 0: none
    refuses_one_in: int = 0
    #: in QAD
    suppliers: int = 20
    invoices: int = 0
    #: in JAGGAER: when each document was taken, by its key, on the clock that all processes share
    taken: dict[str, float] = field(default_factory=dict)
    #: how many, by the first letter of their keys
    counts: Counter[str] = field(default_factory=Counter)
    writes: int = 0
    refused: set[str] = field(default_factory=set)
    #: the invoices of each supplier as they are listed
    lists: dict[str, list[bytes]] = field(default_factory=dict)
    by_number: dict[int, bytes] = field(default_factory=dict)


class StandIn:
    """Both systems in one, because their paths differ."""

    def __init__(self) -> None:
        self._companies: dict[str, Company] = {}

    def __call__(self, method: str, path: str, asked: Mapping[str, str], body: bytes) -> Answer:
        """Answer a request."""
        name, _, rest = path[1:].partition("/")
        company = self._companies.setdefault(name, Company())
        if rest == "_bench":
            told = self._told(company, json.loads(body)) if method == "POST" else company.taken
            return 200, json.dumps(told).encode(), 0.0
        status, said = self._answer(company, method, rest, asked, body)
        return status, said, company.seconds

    def _told(self, company: Company, changes: Mapping[str, Any]) -> Mapping[str, int]:
        for attribute, value in changes.items():
            setattr(company, attribute, value)
        return company.counts

    def _answer(
        self, company: Company, method: str, path: str, asked: Mapping[str, str], body: bytes
    ) -> tuple[int, bytes]:
        if path.endswith("token"):
            return 200, _TOKEN
        if method == "POST":
            return self._written(company, path, json.loads(body))
        return 200, self._read(company, path.rpartition("/")[2], asked)

    def _read(self, company: Company, what: str, asked: Mapping[str, str]) -> bytes:
        match what:
            case "browses":
                return self._browse(company, asked)
            case "supplierV2s":
                return rows.supplier_detail(asked["supplierCode"])
            case "companyprofiles":
                return _NO_COMPANIES
            case "invoices":
                return self._listed(company, asked)
            case number:
                return company.by_number[int(number)]

    def _browse(self, company: Company, asked: Mapping[str, str]) -> bytes:
        row, count = rows.BROWSES[asked["browseId"]]
        page, size = int(asked["page"]), int(asked["pageSize"])
        wanted = range((page - 1) * size, min(getattr(company, count), page * size))
        return b'{"data": [%b]}' % b",".join(row(number, company.suppliers) for number in wanted)

    def _written(self, company: Company, path: str, body: Mapping[str, Any]) -> tuple[int, bytes]:
        company.writes += 1
        header = body.get("invoiceOcr", {}).get("invoiceOcrHeader", {})
        key = str(header.get("supplierInvoiceNumber") or body["company"]["companyInfo"]["extCode"])
        if company.refuses_one_in and int(key[1:]) % company.refuses_one_in == 0 and key not in company.refused:
            company.refused.add(key)
            return 503, b'{"returnMessage": "busy"}'
        if key not in company.taken:
            company.taken[key] = time.monotonic()
            company.counts[key[0]] += 1
        number = company.writes
        if path.endswith("/companyprofiles"):
            return 200, b'{"returnCode": "0", "returnMessage": "OK", "bravoId": %d}' % number
        supplier = str(header["supplier"]["supplierNumber"])
        company.by_number[number] = rows.listed_invoice(number, key, supplier)
        company.lists.setdefault(supplier, []).append(company.by_number[number])
        return 200, _TAKEN % (number, number)

    def _listed(self, company: Company, asked: Mapping[str, str]) -> bytes:
        start = int(asked["start"])
        having = company.lists.get(asked.get("flt", "").rpartition("==")[2].strip("'\""), [])
        page = having[start - 1 : start - 1 + _LIST_SIZE]
        return _LISTED % (len(having), len(page), start, b",".join(page))


if __name__ == "__main__":
    serve(StandIn(), lambda port: print(port, file=sys.stdout, flush=True))  # noqa: T201 the starter reads it
