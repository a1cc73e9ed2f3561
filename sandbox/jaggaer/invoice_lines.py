"""The lines of an imported invoice: what was bought, on which order line, and to which account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sandbox.jaggaer.accounting import CODE, LIST, check_distribution, check_splits, read_splits, split_code
from sandbox.jaggaer.shape import Node, RefusedError
from sandbox.jaggaer.tenant import InvoiceLine, Tenant

if TYPE_CHECKING:
    from sandbox.jaggaer.options import Options

LINE_FIELDS: Final = (
    *("lineNumber", "ocrItem", "quantity", "unitPrice"),
    # Assumed: seen where invoices are read, not where they are imported.
    *("poNumber", "poLineNumber", LIST, CODE),
)


def read_lines(
    message: Node, list_name: str, item: str, *, supplier: str, tenant: Tenant, options: Options
) -> tuple[tuple[InvoiceLine, ...], str]:
    """Read the lines and their one currency; raise RefusedError for the first line that will not do."""
    rows = message.rows(list_name, item)
    if not rows:
        raise RefusedError("the invoice has no lines.")
    lines: dict[int, InvoiceLine] = {}
    currencies: list[str] = []
    for row in rows:
        row.only(*LINE_FIELDS)
        line, currency = _line(row, options)
        if line.number in lines:
            raise RefusedError(f"{row.where}: line number {line.number} is there twice.")
        _check_order(line, row, supplier=supplier, tenant=tenant, options=options)
        check_distribution(row, line.amount, options)
        check_splits(line.splits, row, tenant=tenant, options=options)
        lines[line.number] = line
        currencies.append(currency)
    if len(set(currencies)) > 1:
        raise RefusedError(f"the lines are in several currencies: {', '.join(sorted(set(currencies)))}.")
    return tuple(lines.values()), currencies[0]


def _line(row: Node, options: Options) -> tuple[InvoiceLine, str]:
    item = row.node("ocrItem")
    item.only("description", "unitOfMeasure", "packagingAmount", "catalogNumber")
    price = row.money("unitPrice", options.prices_as)
    line = InvoiceLine(
        number=row.whole("lineNumber"),
        description=item.text("description"),
        unit=item.maybe_text("unitOfMeasure") or "EA",
        quantity=row.number("quantity"),
        unit_price=price.amount,
        order_number=row.maybe_text("poNumber"),
        order_line=row.maybe_text("poLineNumber"),
        splits=split_code(row, options) if options.accounting_as == "code" else read_splits(row),
    )
    if (line.order_number is None) != (line.order_line is None):
        raise RefusedError(f"{row.where}: poNumber and poLineNumber are given together or not at all.")
    return line, price.currency


def _check_order(line: InvoiceLine, row: Node, *, supplier: str, tenant: Tenant, options: Options) -> None:
    if line.order_number is None or not options.order_required:
        return
    order = tenant.orders.get(line.order_number)
    if order is None:
        raise RefusedError(f"{row.where}: purchase order {line.order_number} is not known.")
    if order.supplier_number != supplier:
        raise RefusedError(
            f"{row.where}: purchase order {order.number} is for supplier {order.supplier_number}, not {supplier}."
        )
    if line.order_line not in {ordered.number for ordered in order.lines}:
        raise RefusedError(f"{row.where}: purchase order {order.number} has no line {line.order_line}.")
