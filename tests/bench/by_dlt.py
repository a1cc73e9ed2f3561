"""``python by_dlt.py PLACE DOCUMENTS DIRECTORY``: the same transfer by dlt, beside which we are measured.

Run by a Python that has dlt (``BENCH_DLT=/somewhere/bin/python``), which is no part of the product. As dlt is meant to
be used: its own requests with its own retries, one document a call, 32 load workers with files enough to feed them.
"""

from __future__ import annotations

import os
import sys
import time

_PLACE, _DOCUMENTS, _DIRECTORY = sys.argv[1], int(sys.argv[2]), sys.argv[3]
_WORKERS = 32
os.environ |= {
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "RUNTIME__LOG_LEVEL": "ERROR",
    "LOAD__WORKERS": str(_WORKERS),
    "DATA_WRITER__FILE_MAX_ITEMS": str(max(1, _DOCUMENTS // (2 * _WORKERS))),
    "DLT_DATA_DIR": _DIRECTORY,
}

import dlt  # noqa: E402  reads its settings when it is imported
from dlt.sources.helpers import requests  # noqa: E402

_PAGE = 500
_BROWSES = f"{_PLACE}/clouderp/api/qracore/browses"
_IMPORT = f"{_PLACE}/j1p/api/public/ji/v1/invoices/ocr"


@dlt.resource(name="invoices")  # type: ignore[untyped-decorator]  # dlt is not installed here
def invoices() -> object:
    """Yield the invoices page by page."""
    page = 1
    while True:
        asked = {"browseId": "urn:browse:mfg:xxap01", "page": str(page), "pageSize": str(_PAGE)}
        rows = requests.get(_BROWSES, params=asked).json()["data"]
        if rows:
            yield [_mapped(row) for row in rows]
        if len(rows) < _PAGE:
            return
        page += 1


def _mapped(row: dict[str, object]) -> dict[str, object]:
    """Return the invoice for the import."""
    return {
        "supplier": row["CInvoice.tcCreditorCode"],
        "number": row["CInvoice.CInvoiceReference"],
        "date": row["CInvoice.CInvoiceDate"],
        "currency": row["CInvoice.tcCurrencyCode"],
        "total": row["CInvoice.CInvoiceOriginalCreditTC"],
        "order": row["APMatchingLn.PurchaseOrderNumber"],
        "quantity": row["APMatchingLn.MatchQty"],
        "price": row["APMatchingLn.MatchUnitPrice"],
        "account": row["APMatchingLn.GLCode"],
    }


@dlt.destination(batch_size=1, loader_file_format="typed-jsonl", name="jaggaer", naming_convention="direct")  # type: ignore[untyped-decorator]  # dlt is not installed here
def jaggaer(items: list[dict[str, object]], table: object) -> None:
    """Send one."""
    del table
    for item in items:
        header = {
            "supplierInvoiceNumber": item["number"],
            "invoiceType": "Invoice",
            "invoiceDate": str(item["date"]),
            "supplier": {"supplierNumber": item["supplier"]},
            "total": {"currency": item["currency"], "money": str(item["total"])},
        }
        line = {name: str(item[name]) for name in ("order", "quantity", "price", "account")}
        message = {"invoiceOcr": {"invoiceOcrHeader": header, "invoiceOcrLineList": {"invoiceOcrLine": [line]}}}
        requests.post(_IMPORT, json=message).raise_for_status()


if __name__ == "__main__":
    print(time.monotonic(), flush=True)  # noqa: T201 the starter reads from when on it counts
    dlt.pipeline(pipeline_name="bench", destination=jaggaer, pipelines_dir=_DIRECTORY).run(invoices())
