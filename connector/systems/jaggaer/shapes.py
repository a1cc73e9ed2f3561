"""How a tenant writes amounts, charges and accounting, where it is not as the captured messages do."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, localcontext
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from connector.domain.errors import ConfigurationError
from connector.domain.money import rounded
from connector.reading import values
from connector.reading.names import name_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_EXACT = 100
_WHOLE = Decimal(100)
_ACCOUNTING = "accounting"


class AmountShape(StrEnum):
    """An amount on the wire."""

    MONEY = "money"  # {currency, money}: seen in the import
    VALUE = "value"  # {currency, value}: seen where invoices are read
    NUMBER = "number"
    TEXT = "text"  # its digits, as some JSON readers want them


class ChargeShape(StrEnum):
    """A charge of a header: an amount of its own, or one of the list of fees (seen where invoices are read)."""

    MONEY = "money"
    VALUE = "value"
    NUMBER = "number"
    TEXT = "text"
    FEE = "fee"


class AccountingShape(StrEnum):
    """The accounting of a line."""

    FIELDS = "fields"  # codes of the tenant's accounting fields
    PERCENT = "percent"  # the same as a distribution by type and value: PercentOfPrice, 100
    AMOUNT = "amount"  # AmountOfPrice, and the line's amount
    CODE = "code"  # one text with all codes


#: what else is in the bodies, under names that were seen
_SEEN: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("invoices", "body"): (
        *("supplierInvoiceNumber", "invoiceType", "supplier", "businessUnit", "terms", "invoiceDate", "notes"),
        *("billTo", "remitTo", "shipTo"),
    ),
    ("invoices", "line"): ("lineNumber", "ocrItem", "quantity", "unitPrice"),
}
_CHARGES = frozenset({"taxCharge1", "shippingCharge", "handlingCharge"})


def amount(value: object, *, currency: str, shape: str) -> Any:  # noqa: ANN401 - JSON is anything
    """An amount of ours, ``{currency, money}`` or a bare number, as the tenant writes it."""
    money = value["money"] if isinstance(value, Mapping) else value
    code = value["currency"] if isinstance(value, Mapping) else currency
    match shape:
        case AmountShape.NUMBER:
            return money
        case AmountShape.TEXT:
            return values.text(money)
        case AmountShape.VALUE:
            return {"currency": code, "value": money}
        case _:
            return {"currency": code, "money": money}


def line_amount(line: Mapping[str, Any]) -> Decimal:
    """What a line costs, in what its currency has."""
    price = line["unitPrice"]
    with localcontext(prec=_EXACT):
        return rounded(
            (values.number(line["quantity"]) or Decimal(0)) * (values.number(price["money"]) or Decimal(0)),
            values.text(price["currency"]),
        )


def accounting(
    fields: Sequence[tuple[str, str]], line: Mapping[str, Any], *, shape: str, names: Mapping[str, str | None]
) -> Any:  # noqa: ANN401 - JSON is anything
    """The codes of a line, (the tenant's field, code) in their order with empty ones, as the tenant writes them."""
    if shape == AccountingShape.CODE:
        codes = [code for _, code in fields]
        while codes and not codes[-1]:
            codes.pop()
        return (names["separator"] or "").join(codes)
    custom = [{"internalName": field, "value": code} for field, code in fields if code]
    index: dict[str, Any] = {"customFieldValueList": {"customFieldValue": custom}}
    index_set: dict[str, Any] = {"context": "Line", "splittableFieldIndexList": {"splittableFieldIndex": [index]}}
    if shape != AccountingShape.FIELDS:
        by = {"type": names[shape], "value": _WHOLE if shape == AccountingShape.PERCENT else line_amount(line)}
        for place, part in ((index_set, "type"), (index, "value")):
            if name := names[part]:
                place[name] = by[part]
        if name := names["index"]:
            index[name] = 1
    return {"splittableFieldSetGroup": [{"splittableFieldIndexSet": [index_set]}]}


def check(tree: Mapping[str, Any]) -> None:
    """Raise ConfigurationError for the first shape, constant or pair of names that cannot be meant."""
    for entity, names in tree.items():
        if not isinstance(names, Mapping):
            continue
        for mistake in (*_shapes(entity, names), *_texts(entity, names), *_same_place(entity, names)):
            raise ConfigurationError(mistake)
    if not _says_currency(tree["invoices"]):
        raise ConfigurationError(
            "entities.invoices.shape leaves no amount with a currency: write grandTotal or unitPrice as money or "
            "value, or name entities.invoices.body.currency."
        )


def _shapes(entity: str, names: Mapping[str, Any]) -> Iterator[str]:
    for field, value in names.get("shape", {}).items():
        kind: type[StrEnum] = ChargeShape if field in _CHARGES else AmountShape
        kind = AccountingShape if field == _ACCOUNTING else kind
        shape = name_of(value)
        if shape not in set(kind):
            *most, last = (one.value for one in kind)
            yield f"entities.{entity}.shape.{field} is {shape!r}, but {', '.join(most)} or {last} is expected."


def _texts(entity: str, names: Mapping[str, Any]) -> Iterator[str]:
    """What is left out unless it is set may be set to anything; only text will do."""
    for part, like in (("constants", "a code in quotes, like 'B1'"), ("body", "a name"), ("line", "a name")):
        for field, value in names.get(part, {}).items():
            if value is not None and not (name_of(value) or "").strip():
                yield f"entities.{entity}.{part}.{field} must be {like}, or null to leave it out."


def _same_place(entity: str, names: Mapping[str, Any]) -> Iterator[str]:
    """Two fields in one place: only one of them would be sent."""
    for part in ("body", "line"):
        taken = {name: name for name in _SEEN.get((entity, part), ())}
        for field, value in names.get(part, {}).items():
            name = name_of(value)
            if name is None:
                continue
            for other, before in taken.items():
                if f"{name}.".startswith(f"{other}.") or f"{other}.".startswith(f"{name}."):
                    yield f"entities.{entity}.{part} has {before} and {field} in one place, {name}; name two places."
            taken[name] = field


def _says_currency(invoices: Mapping[str, Any]) -> bool:
    bare = {AmountShape.NUMBER, AmountShape.TEXT}
    body, shape = invoices["body"], invoices["shape"]
    total = name_of(body["grandTotal"]) is not None and name_of(shape["grandTotal"]) not in bare
    return total or name_of(shape["unitPrice"]) not in bare or name_of(body["currency"]) is not None
