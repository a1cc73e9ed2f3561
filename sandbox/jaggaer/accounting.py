"""The accounting of a line: splittable custom fields, keyed by names the tenant chose.

The nesting was seen where invoices are read; that an import takes the same nesting is assumed.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from sandbox.jaggaer.shape import Node, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.jaggaer.options import Options
    from sandbox.jaggaer.tenant import Tenant

LIST, GROUP = "splittableFieldSetGroupList", "splittableFieldSetGroup"
#: the field of a tenant that takes one text with all codes (assumed)
CODE: Final = "accountingCode"
_DISTRIBUTIONS: Final = {"percent": "PercentOfPrice", "amount": "AmountOfPrice"}


def read_splits(line: Node) -> tuple[dict[str, str], ...]:
    """Read a line's accounting, one mapping of field name to value for each part; raise RefusedError."""
    return tuple(
        _values(index)
        for index_set in _index_sets(line)
        for index in index_set.rows("splittableFieldIndexList", "splittableFieldIndex")
    )


def _index_sets(line: Node) -> Iterator[Node]:
    for group in line.rows(LIST, GROUP):
        group.only("splittableFieldIndexSet")
        sets = group.content.get("splittableFieldIndexSet", [])
        if not isinstance(sets, list):
            raise RefusedError(f"{group.where}.splittableFieldIndexSet must be a list.")
        for one in sets:
            if not isinstance(one, dict):
                raise RefusedError(f"{group.where}.splittableFieldIndexSet must hold objects.")
            index_set = Node(one, "splittableFieldIndexSet")
            index_set.only("context", "distributionType", "splittableFieldIndexList")
            yield index_set


def split_code(line: Node, options: Options) -> tuple[dict[str, str], ...]:
    """Read one text with all codes, in the order of the tenant's fields; raise RefusedError."""
    if not line.has(CODE):
        return ()
    codes = line.text(CODE).split("-")
    if len(codes) > len(options.accounting_fields):
        raise RefusedError(f"{line.where}.{CODE} has more codes than this tenant has accounting fields.")
    return ({field: code for field, code in zip(options.accounting_fields, codes, strict=False) if code},)


def check_distribution(line: Node, amount: Decimal, options: Options) -> None:
    """Raise RefusedError for accounting that this tenant wants otherwise, or that distributes another sum."""
    shape = options.accounting_as
    if line.has(LIST if shape == "code" else CODE):
        raise RefusedError(f"{line.where}: this tenant wants the accounting as {shape}.")
    for index_set in _index_sets(line):
        kind = index_set.maybe_text("distributionType")
        if kind != _DISTRIBUTIONS.get(shape):
            raise RefusedError(f"{line.where}: distributionType {kind} is not {_DISTRIBUTIONS.get(shape)}.")
        rows = index_set.rows("splittableFieldIndexList", "splittableFieldIndex")
        wanted = Decimal(100) if shape == "percent" else amount
        if kind and round(sum((row.number("distributionValue") for row in rows), Decimal(0)) - wanted, 2):
            raise RefusedError(f"{line.where}: the distribution does not come to {wanted}.")


def check_splits(splits: tuple[dict[str, str], ...], line: Node, *, tenant: Tenant, options: Options) -> None:
    """Raise RefusedError for a field the tenant has not, an account it does not know, or no account at all."""
    account_field = options.account_field
    for split in splits:
        if unknown := sorted(set(split) - set(options.accounting_fields)):
            raise RefusedError(f"{line.where}: this tenant has no accounting field {', '.join(unknown)}.")
        account = split.get(account_field)
        if account is None:
            continue
        known = tenant.field_values.get((account_field, account))
        if known is None:
            raise RefusedError(f"{line.where}: {account_field} {account} is not a known value.")
        if not known.active:
            raise RefusedError(f"{line.where}: {account_field} {account} is not active.")
    if options.account_required and not any(account_field in split for split in splits):
        raise RefusedError(f"{line.where} has no {account_field}.")


def write_splits(splits: tuple[dict[str, str], ...], *, tenant: Tenant) -> dict[str, Any]:
    """Write a line's accounting as a read answers it: with descriptions, and ``{}`` where there is none."""
    if not splits:
        return {}
    indexes = [
        {"customFieldValueList": {"customFieldValue": [_described(name, value, tenant) for name, value in one.items()]}}
        for one in splits
    ]
    index_set = {"context": "Line", "splittableFieldIndexList": {"splittableFieldIndex": indexes}}
    return {GROUP: [{"splittableFieldIndexSet": [index_set]}]}


def _values(index: Node) -> dict[str, str]:
    index.only("distributionValue", "splitIndex", "customFieldValueList")
    values: dict[str, str] = {}
    for row in index.rows("customFieldValueList", "customFieldValue"):
        row.only("internalName", "value", "description")
        if row.has("value"):  # a field that is not filled comes as its bare name
            values[row.text("internalName")] = row.text("value")
    return values


def _described(name: str, value: str, tenant: Tenant) -> dict[str, str]:
    known = tenant.field_values.get((name, value))
    row = {"internalName": name, "value": value}
    return {**row, "description": known.description} if known and known.description else row
