"""The XML that the older vendor path answers to whoever does not ask for JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from xml.sax.saxutils import escape

from starlette.responses import Response

_NAMESPACE: Final = "http://www.concursolutions.com/api/invoice/vendors/2013/06"
_SINGLE: Final = {"StatusList": "Status", "VendorBankList": "VendorBank", "VendorGroupList": "VendorGroup"}


def xml_answer(body: Mapping[str, Any]) -> Response:
    """Return a collection of vendors as XML."""
    rows = "".join(f"<Vendor>{_fields(row)}</Vendor>" for row in body.get("Items", body.get("Vendor", [])))
    rest = _fields({name: value for name, value in body.items() if name not in {"Items", "Vendor"}})
    text = (
        f'<?xml version="1.0" encoding="utf-8"?>'
        f'<VendorCollection xmlns="{_NAMESPACE}"><Items>{rows}</Items>{rest}</VendorCollection>'
    )
    return Response(text, media_type="application/xml")


def _fields(row: Mapping[str, Any]) -> str:
    return "".join(f"<{name}>{_content(name, value)}</{name}>" for name, value in row.items())


def _content(name: str, value: object) -> str:
    if isinstance(value, list):
        inner = _SINGLE.get(name, "Item")
        return "".join(
            f"<{inner}>{_fields(one) if isinstance(one, Mapping) else escape(str(one))}</{inner}>" for one in value
        )
    return _fields(value) if isinstance(value, Mapping) else escape(str(value))
