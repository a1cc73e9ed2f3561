"""How the services for purchase orders and receipts answer: ``Status`` SUCCESS or FAILURE, always inside HTTP 200."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from sandbox.concur.wire import answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Why something was not taken; ``field`` and ``line`` say where, when it is about one."""

    code: str
    message: str
    field: str = ""
    line: str = ""


def result(order_number: str, failure: Failure | None, *, message: str = "") -> Response:
    """Return how it went."""
    if failure is None:
        return answer({"Status": "SUCCESS", "PurchaseOrderNumber": order_number, "Message": message})
    body = {
        "Status": "FAILURE",
        "PurchaseOrderNumber": order_number,
        "ErrorCode": failure.code,
        "ErrorMessage": failure.message,
        "FieldCode": failure.field,
        "LineItemExternalID": failure.line,
        "Message": failure.message,
    }
    return answer({name: value for name, value in body.items() if value})


def lacking(sent: Mapping[str, object], names: tuple[str, ...], *, line: str = "") -> Failure | None:
    """Complain about the first required field that is absent or empty."""
    absent = [
        name for name in names if sent.get(name) in (None, "", [])
    ]  # addresses are objects, which no set can be asked for
    if not absent:
        return None
    return Failure(code="REQUIRED", message=f"{absent[0]} is required.", field=absent[0], line=line)


def number(sent: Mapping[str, object], name: str, *, line: str = "") -> Failure | None:
    """Complain about a quantity or price that is no number; numbers may come as texts."""
    try:
        right = Decimal(str(sent.get(name))).is_finite()
    except InvalidOperation:
        right = False
    if right and not isinstance(sent.get(name), bool):
        return None
    return Failure(code="INVALID", message=f"{name} must be a number.", field=name, line=line)
