"""Searching and paging through vendor records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sandbox.concur.wire import refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

DEFAULT_LIMIT: Final = 25
MOST: Final = 1000
_FIELDS: Final = {
    "vendorCode": "VendorCode",
    "vendorName": "VendorName",
    "taxID": "TaxID",
    "buyerAccountNumber": "AccountNumber",
    "addressCode": "AddressCode",
    "paymentMethodType": "PaymentMethodType",
    "address1": "Address1",
    "address2": "Address2",
    "address3": "Address3",
    "city": "City",
    "state": "State",
    "postalCode": "PostalCode",
    "approved": "Approved",
    "country": "Country",
    **{f"custom{number}": f"Custom{number}" for number in range(1, 21)},
}
_WAYS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "exact": lambda value, wanted: value == wanted,
    "begins": lambda value, wanted: value.startswith(wanted),
    "contains": lambda value, wanted: wanted in value,
    "ends": lambda value, wanted: value.endswith(wanted),
}


def search(vendors: Iterable[dict[str, Any]], asked: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the records that match every parameter, without regard to case, sorted as asked (by name)."""
    how = _WAYS.get(asked.get("searchType", "exact"))
    if how is None:
        raise refused(400, f"searchType is one of {', '.join(_WAYS)}.")
    wanted = {_FIELDS[name]: value.lower() for name, value in asked.items() if name in _FIELDS and value}
    matching = [
        one for one in vendors if all(how(str(one.get(name, "")).lower(), value) for name, value in wanted.items())
    ]
    by = _FIELDS.get(asked.get("sortBy", "vendorName"), "VendorName")
    matching.sort(
        key=lambda one: (str(one.get(by, "")), one["VendorCode"], one["AddressCode"]),
        reverse=asked.get("sortDirection", "ascending") == "descending",
    )
    return matching


def page(vendors: list[dict[str, Any]], asked: Mapping[str, str]) -> tuple[list[dict[str, Any]], int | None]:
    """Return one page and the offset of the next, None when this was the last."""
    limit, offset = asked.get("limit", str(DEFAULT_LIMIT)), asked.get("offset", "0")
    if not (limit.isdecimal() and offset.isdecimal() and 1 <= int(limit) <= MOST):
        raise refused(400, f"limit is a number from 1 to {MOST}, offset what NextPage said.")
    end = int(offset) + int(limit)
    return vendors[int(offset) : end], end if end < len(vendors) else None
