from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import (
    UnknownName,
)
from connector.domain.exchange import Safety
from tests.systems.concur.asked import ENTITIES
from tests.systems.concur.outgoing import item, order, payment, receipt, vendor

if TYPE_CHECKING:
    from connector.domain.exchange import Outgoing
    from tests.systems.concur.conftest import Connection


@pytest.mark.parametrize("entity", ENTITIES)
def test_sending_again_is_harmless_by_the_keys_of_concur(unasked: Connection, entity: str) -> None:
    shown = entity != "payment_confirmations"
    assert unasked.target().safety(entity) is (Safety.NATIVE_KEY if shown else Safety.RESENT)


def test_an_unknown_entity_has_its_sentence(unasked: Connection) -> None:
    with pytest.raises(UnknownName, match="There is no entity of Concur 'vendor'"):
        unasked.target().safety("vendor")


@pytest.mark.parametrize(
    ("document", "place"),
    [
        (vendor(), "vendor V1 with address code A1 (Invoice, Vendors)"),
        (item(kind="cost_centres"), "code 4000 in the list of cost centres (Administration, Lists)"),
        (order(), "purchase order PO1 (Invoice, Purchase Orders)"),
        (receipt(), "receipts RC7 of purchase order PO1 (Invoice, Purchase Orders, Receipts)"),
        (
            payment("d1"),
            "payment 2026/EFT/7 of 79.10 USD in the expense report with document id d1 (Expense, Process Reports)",
        ),
    ],
)
def test_a_person_is_told_where_to_look(unasked: Connection, document: Outgoing, place: str) -> None:
    sentence = unasked.target().where_to_look(document)

    assert sentence == f"Look in Concur for {place}."
