"""The very same document sent twice, in each way in which its target may answer: what it comes to.

Which answer a real system gives is not known; so none of them may be concluded from wrongly.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import AlreadyThere, ConnectorError, Refused, Unanswered
from connector.systems.cxml.system import SYSTEM as CXML
from sandbox.server import running
from tests.systems.cxml import conftest as cxml
from tests.systems.cxml.test_written import outgoing as cxml_outgoing
from tests.systems.jaggaer import conftest as jaggaer
from tests.systems.jaggaer_xml import conftest as indirect

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.domain.exchange import Outgoing
    from connector.ports import Target

    Way = tuple[str, str, Mapping[str, Any], bool, object, int]

TAKEN = "taken"
BUYER = {"identities": ["NetworkId:BUYER"]}
OTHER = {"duplicate_words": "This document was received before."}
JAGGAER, INDIRECT, CXML_ORDERS = "jaggaer", "jaggaer-xml", "cxml"
#: system, document, options of its simulator, whether the first answer was lost, what the second comes to, how many
WAYS: list[Way] = [
    (JAGGAER, "invoices", {}, True, AlreadyThere, 1),
    (JAGGAER, "invoices", OTHER, True, AlreadyThere, 1),  # whatever it says, it is looked for
    (JAGGAER, "invoices", {"duplicate_status": 409}, True, AlreadyThere, 1),
    (JAGGAER, "invoices", {**OTHER, "duplicate_status": 400}, True, AlreadyThere, 1),
    (JAGGAER, "orders", {"order_new_twice": "update"}, True, TAKEN, 1),
    (JAGGAER, "orders", {"order_new_twice": "refuse"}, True, TAKEN, 1),  # as an update of what the list shows
    (JAGGAER, "orders", {"order_new_twice": "refuse", **OTHER, "duplicate_status": 409}, True, TAKEN, 1),
    (JAGGAER, "orders", {"order_new_twice": "refuse", **OTHER}, True, Refused, 1),
    (INDIRECT, "orders", {"order_new_twice": "refuse"}, True, TAKEN, 1),  # as an update
    (INDIRECT, "orders", {"order_new_twice": "refuse"}, False, AlreadyThere, 1),  # may be another one of that number
    (INDIRECT, "orders", {"order_new_twice": "refuse", **OTHER}, True, Refused, 1),
    (INDIRECT, "orders", {"order_new_twice": "double"}, True, TAKEN, 2),  # why orders are not sent twice unasked
    (INDIRECT, "invoices", {"order_required": False}, True, AlreadyThere, 1),
    (INDIRECT, "invoices", {"order_required": False, **OTHER}, True, Refused, 1),
    (INDIRECT, "invoices", {"order_required": False, "invoice_twice": "double"}, True, TAKEN, 2),
    (CXML_ORDERS, "orders", {"repeats": "remembered"}, True, TAKEN, 1),
    (CXML_ORDERS, "orders", {"repeats": "conflict"}, True, Refused, 1),
    (CXML_ORDERS, "orders", {"repeats": "already processed"}, True, Unanswered, 1),
    (CXML_ORDERS, "orders", {"repeats": "already processed", "repeat_http": 500}, True, Unanswered, 1),
    (CXML_ORDERS, "orders", {"repeats": "forgotten"}, True, TAKEN, 2),
]


def opened(system: str, entity: str, url: str) -> tuple[Target, list[Outgoing], Outgoing]:
    """The writer, what has to be there first, and the document."""
    if system == JAGGAER:
        before = [jaggaer.company(), jaggaer.account()]
        document = jaggaer.order() if entity == "orders" else jaggaer.invoice()
        return jaggaer.Connection(url=url).target(), [*before, *([jaggaer.order()] * (entity != "orders"))], document
    if system == INDIRECT:
        target = indirect.Connection(url=url, settings={"order_numbers_unique": True}).target()
        document = indirect.NEW if entity == "orders" else indirect.MATCHED
        return target, [indirect.supplier()], document
    return (
        CXML.target(
            cxml.Connection(
                url=f"{url}/cxml", secrets={"shared_secret": "cxml-buyer", "partner_secret": "x"}, settings=BUYER
            )
        ),
        [],
        cxml_outgoing("qad_orders_to_cxml/new"),
    )


@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{way[0]}-{way[1]}-{'-'.join(map(str, way[2].values()))}")
def test_a_second_send_is_never_taken_for_what_it_is_not(way: Way) -> None:
    system, entity, options, lost, comes_to, times = way
    with running(system, documents=0, options=options) as sandbox:
        target, before, document = opened(system, entity, sandbox.url)
        for one in (*before, document):
            target.write(one)
        assert said(target, replace(document, in_doubt=lost)) is comes_to
        writes = [write for write in sandbox.state("writes")["writes"] if write["entity"] == entity]
        assert sum(write["outcome"] == "created" for write in writes) == times


def said(target: Target, document: Outgoing) -> object:
    try:
        target.write(document)
    except ConnectorError as error:
        return type(error)
    return TAKEN
