from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sandbox.cxml.buyer import BILL_TO, HEADER, ITEM, MOMENT, TOTAL, Answer, cxml, order

if TYPE_CHECKING:
    from tests.sandbox.cxml.buyer import Buyer

SHIPPING = '<Shipping><Money currency="US$">1</Money><Description xml:lang="en">Freight</Description></Shipping>'
FROM = HEADER.partition("<To>")[0]


def test_an_order_is_kept_as_its_supplier_sees_it(buyer: Buyer) -> None:
    assert buyer.send(order()) == Answer(200, 200, "Order PO1 accepted.")
    held = buyer.order()
    assert (held["supplier"], held["version"], held["payload"], held["copies"]) == ("S1", 1, "1@buyer", 1)
    assert (held["total"], held["lines_total"], held["currency"]) == ("21.00", "21.00", "USD")
    assert held["lines"] == [{"line": 1, "quantity": "10", "price": "2.10", "unit": "EA"}]
    assert buyer.state("counts") == {"orders": {"PO1": 1}}


def test_updates_and_the_end_of_an_order_name_its_latest_document(buyer: Buyer) -> None:
    buyer.send(order())
    changed = order("2@buyer", "update", "2", "1@buyer").replace('quantity="10"', 'quantity="4"')
    assert buyer.send(changed).code == 200
    assert buyer.order()["lines_total"] == "8.40"
    assert buyer.send(order("3@buyer", "delete", "3", "1@buyer")) == Answer(
        200, 409, "Order PO1 last came as 2@buyer, not as 1@buyer."
    )
    assert buyer.send(order("4@buyer", "delete", "3", "2@buyer")).code == 200
    assert buyer.order()["deleted"] is True
    assert buyer.send(order("5@buyer", "update", "4", "4@buyer")).code == 409
    assert [one["outcome"] for one in buyer.state("writes")] == ["created", "updated", "refused", "updated", "refused"]


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (order("2@buyer", "update", "2"), 400),
        (order("2@buyer", "update", "2", "never@buyer"), 417),
        (order("2@buyer", "update", "1", "1@buyer"), 409),
        (order("2@buyer", "update", "2", "1@buyer").replace(' orderVersion="2"', ""), 400),
        (order("2@buyer", "update", "2", "1@buyer", number="PO2"), 417),
        (order("2@buyer", "update", "2", "1@buyer").replace("<Identity>S1<", "<Identity>S2<"), 417),
        (order("2@buyer"), 409),
    ],
    ids=["no reference", "unknown", "same version", "no version", "unknown order", "not its supplier", "new twice"],
)
def test_what_does_not_follow_an_order_is_refused(ordered: Buyer, document: str, code: int) -> None:
    assert ordered.send(document).code == code
    assert (ordered.order()["payload"], ordered.order()["copies"]) == ("1@buyer", 1)


@pytest.mark.parametrize(
    ("was", "becomes", "code", "says"),
    [
        ("cxml-buyer<", "guessed<", 401, "not recognised"),
        (FROM, FROM.replace("BUYER", "OTHER"), 401, "does not name the buyer"),
        ('deploymentMode="production"', 'deploymentMode="test"', 400, "production system"),
        ("OrderRequest>", "PunchOutSetupRequest>", 450, "does not take PunchOutSetupRequest"),
        (TOTAL + BILL_TO, BILL_TO + TOTAL, 406, "expecting (Total , ShipTo? , BillTo"),
        (BILL_TO, "", 406, "OrderRequestHeader"),
        (ITEM, "", 406, "expecting (OrderRequestHeader , ItemOut+)"),
        (' xml:lang="en"', "", 406, "xml:lang"),
        ("<UserAgent>test</UserAgent>", "", 406, "UserAgent"),
        ('type="new"', 'type="create"', 406, "create"),
        (f'timestamp="{MOMENT}"', "", 406, "timestamp"),
        (f'orderDate="{MOMENT}"', 'orderDate="2026-11-01"', 400, "time zone"),
        (f'timestamp="{MOMENT}"', 'timestamp="2026-11-01T10:00:00"', 400, "timestamp"),
        ("<ItemOut", '<ItemOut requestedDeliveryDate="soon"', 400, "requestedDeliveryDate"),
        (ITEM, ITEM.replace("</ItemDetail>", "</ItemDetail>" + SHIPPING), 400, "US$"),
        ('payloadID="1@buyer"', 'payloadID=" "', 400, "payloadID is empty"),
        ("21.00", "21,00", 400, "no number"),
        (' lineNumber="1"', "", 400, "lineNumber"),
        (HEADER, "", 406, "Header"),
        ("</cXML>", "", 406, "cannot be parsed"),
        ("<cXML", '<!DOCTYPE cXML [<!ENTITY e "x">]><cXML', 406, "declares entities"),
    ],
)
def test_what_is_no_order_of_the_buyer_is_refused_with_a_sentence(
    strict: Buyer, was: str, becomes: str, code: int, says: str
) -> None:
    assert was in order()
    answered = strict.send(order().replace(was, becomes))
    assert (answered.http, answered.code) == (200, code)
    assert says in answered.sentence
    assert strict.state("holds")["orders"] == {}


def test_a_refusal_may_come_under_its_own_http_status(buyer: Buyer) -> None:
    buyer.server.set_options(refuses_with_http="code")
    assert buyer.send(order().replace("cxml-buyer<", "guessed<")).http == 401


def test_only_suppliers_there_are_get_orders(buyer: Buyer) -> None:
    buyer.server.set_options(suppliers=["NetworkId:S2"])
    assert buyer.send(order()).code == 417
    buyer.server.set_options(suppliers=["NetworkId:S1"])
    assert buyer.send(order()).code == 200


def test_who_asks_what_the_network_takes_is_told(buyer: Buyer) -> None:
    response = buyer.post(cxml("<ProfileRequest/>", "p@buyer"))
    assert f"<URL>{buyer.server.url}/cxml</URL>" in response.text
    buyer.server.set_options(profile=False)
    assert buyer.send(cxml("<ProfileRequest/>", "p@buyer")).code == 450
