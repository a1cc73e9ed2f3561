"""What each flow's target document is made of, field by field: ``lineage/<flow>.json``, for a person who knows the
mapping to read. Every field was found out by changing something, none is written down by whoever wrote the flow.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from connector import registry
from connector.domain.flow import Mapped
from connector.domain.lineage.tracing import Lineage, trace
from tests.flows.golden import PAIRS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.gate import Known

FOLDER = Path(__file__).parent / "lineage"
#: golden documents that say the most; of the others the first that is mapped
SAYING_MUCH = {
    "concur_expenses_to_qad": "two-taxes-one-partly-reclaimed",
    "concur_invoices_to_qad": "full-without-order",
    "cxml_invoices_to_qad": "entity-of-the-name-it-was-sent-to",
    "qad_invoices_to_jaggaer": "matched",
    "qad_orders_to_concur": "accounting-in-custom-fields-and-units",
    "qad_orders_to_cxml": "new",
    "qad_payments_to_concur": "instrument-through-the-crosswalk",
}


def lineage(name: str, case: str, *, most: int | None = None) -> Lineage | None:
    """Of one golden document; None where nothing is mapped."""
    flow, pairs, asked = registry.flow(name), PAIRS[registry.flow(name).kind], dict[str, Any]()

    def heard(document: Any, known: Known, options: Mapping[str, Any]) -> Any:
        asked.update(known=known, options=options)
        return flow.map(document, known, options)

    if not isinstance(pairs.said(f"{name}/{case}", dataclasses.replace(flow, map=heard)), Mapped):
        return None
    payload = pairs.read(f"{name}/{case}.source.json")
    return trace(flow, payload, asked["known"], asked["options"], **({} if most is None else {"most": most}))


def cases(name: str) -> list[str]:
    every = [case.partition("/")[2] for case in PAIRS[registry.flow(name).kind].cases if case.startswith(f"{name}/")]
    return [SAYING_MUCH[name]] if name in SAYING_MUCH else every


def told(name: str) -> dict[str, str] | None:
    found = next((found for case in cases(name) if (found := lineage(name, case)) is not None), None)
    return None if found is None else {one.path: found.made_of(one) for one in found.origins}


@pytest.mark.parametrize("name", registry.flows())
def test_every_field_is_made_of_what_is_written_down(name: str) -> None:
    path, found = FOLDER / f"{name}.json", told(name)

    assert (found is None) is not path.exists()
    assert found is None or found == json.loads(path.read_text())


def test_an_amount_that_cannot_be_changed_alone_is_changed_with_its_sums() -> None:
    found = lineage("concur_invoices_to_qad", "full-without-order")

    assert found is not None
    made = {one.path: one.fields for one in found.origins}
    assert made["taxes.1.amount"] == {"document.lineItem.1.allocation.1.journal.tax.1.amountTax"}


def test_what_cannot_be_changed_is_not_said_to_be_fixed() -> None:
    found = lineage("qad_invoices_to_jaggaer", "matched")

    assert found is not None
    kind = next(one for one in found.origins if one.path == "header.invoiceType")
    assert found.made_of(kind) == "not found out, perhaps invoice_type"


def test_it_says_when_it_ended_early() -> None:
    found = lineage("qad_invoices_to_jaggaer", "matched", most=20)

    assert found is not None
    assert found.cut
