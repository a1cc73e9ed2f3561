"""Rows of browses as QAD lists them, and reading them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from connector.domain.exchange import Page, Query

if TYPE_CHECKING:
    from connector.ports import Source

ORDERS, ACCOUNTS = "urn:browse:mfg:ca009", "urn:browse:mfg:xxgl01"
INVOICES, SUPPLIERS, PAYMENTS = "urn:browse:mfg:xxap01", "urn:browse:mfg:ad014", "urn:browse:mfg:xxap02"


def account(code: str, **changes: Any) -> dict[str, Any]:
    return {
        "GL.GLCode": code,
        "GL.GLDescription": f"Account {code}",
        "GL.GLTypeCode": "STANDARD",
        "GL.GLIsActive": True,
        "GL.GLIsCostCentreAccount": False,
        "GL.GLIsProjectAccount": False,
        "GL.LastModifiedDate": "2026-11-20T00:00:00.000Z",
        "GL.LastModifiedTime": 3600,
    } | changes


def order(number: str, line: int | None, **changes: Any) -> dict[str, Any]:
    header = {
        "vend": "S1",
        "ord_date": "11/01/26",
        "due_date": "2026-12-01",
        "curr": "USD",
        "stat": "",
        "cr_terms": "N30",
        "ship": "10-100",
        "bill": "10-100",
        "buyer": "mfg",
        "rmks": None,
        "rev": 0,
        "mod_date": "2026-11-19",
    }
    there = line is not None
    columns = {
        "line": line,
        "part": "BOLT",
        "desc": "Bolt",
        "qty_ord": Decimal("10.50"),
        "qty_rcvd": 3,
        "um": "EA",
        "pur_cost": Decimal("1.2345"),
        "due_date": "2026-12-01",
        "status": "",
        "site": "10-100",
        "acct": "4000",
        "sub": None,
        "cc": "120",
        "project": None,
    }
    return (
        {"po_mstr.po_nbr": number}
        | {f"po_mstr.po_{name}": value for name, value in header.items()}
        | {f"pod_det.pod_{name}": value if there else None for name, value in columns.items()}
        | {"local_variables.uniqueId": f"{number}-{line}"}
        | changes
    )


def supplier(code: str, **changes: Any) -> dict[str, Any]:
    vd = {
        "addr": code,
        "sort": f"SUPPLIER {code}",
        "type": "TRAD",
        "curr": "USD",
        "cr_terms": "N30",
        "mod_date": "2026-11-19",
    }
    ad = {
        "name": f"Supplier {code}",
        "line1": "1 Road",
        "line2": "",
        "city": "Town",
        "state": "CA",
        "zip": "1",
        "ctry": "US",
    }
    return (
        {f"vd_mstr.vd_{name}": value for name, value in vd.items()}
        | {f"ad_mstr.ad_{name}": value for name, value in ad.items()}
        | {"ad_mstr.ad_phone": "555"}
        | changes
    )


def listing(source: Source, entity: str, **query: Any) -> list[Page]:
    return list(source.pages(Query(entity=entity, **query)))


def keys(pages: list[Page], field: str) -> list[str]:
    return [row.payload[field] for page in pages for row in page.rows]
