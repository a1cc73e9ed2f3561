"""What is sent: every golden order and status as XML, held against the rules, and against the DTDs where they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from connector.domain.exchange import Outgoing
from connector.systems.cxml.documents import bodies
from connector.systems.cxml.documents.bodies import InvoiceState
from connector.systems.cxml.incoming.replies import Code, reply
from connector.systems.cxml.system import SYSTEM
from connector.xml.reading import parse
from tests.flows.golden import PAIRS
from tests.http.misbehaving import says
from tests.systems.cxml.conftest import Connection, network
from tests.systems.cxml.grammar import mistakes
from tests.systems.cxml.published import dtd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.http.misbehaving import Server

GOLDEN = PAIRS["qad-cxml"]
ENTITIES = {"qad_orders_to_cxml": "orders", "qad_payments_to_cxml": "invoice_status"}
SENT = sorted(
    f"{name}/{path.name.removesuffix('.target.json')}"
    for name in ENTITIES
    for path in (GOLDEN.folder / name).glob("*.target.json")
)
WITHOUT_DTDS = "The published DTDs of cXML are not here: CXML_DTDS names no folder with cXML.dtd in it."
OK = b'<cXML payloadID="r" timestamp="2026-11-10T10:00:00Z"><Response><Status code="200" text="OK"/></Response></cXML>'
EXTRINSICS = {"extrinsics": {"buyer": "Requester", "account": "GL", "cost_centre": "CC", "project": "WBS"}}


@pytest.fixture
def there() -> Iterator[Server]:
    with network(says(200, OK)) as server:
        yield server


def outgoing(case: str, **body: Any) -> Outgoing:
    target = GOLDEN.read(f"{case}.target.json")
    entity = ENTITIES[case.partition("/")[0]]
    return Outgoing(entity=entity, key=target["key"], body={**target["body"], **body}, correlation_id="mlc-1")


def sent(there: Server, document: Outgoing, **overrides: Any) -> bytes:
    """The body of the request that a document becomes."""
    connection = Connection(url=f"{there.url}/cxml", overrides=overrides)
    SYSTEM.target(connection).write(document)
    return there.heard[-1].body


@pytest.mark.parametrize("case", SENT)
@pytest.mark.parametrize("overrides", [{}, EXTRINSICS], ids=["", "extrinsics"])
def test_elements_stand_in_their_order_with_what_they_must_have(
    case: str, overrides: dict[str, Any], there: Server
) -> None:
    assert mistakes(parse(sent(there, outgoing(case), **overrides))) == []


def invalid(body: bytes) -> str:
    """What the published DTD finds; it is looked for when it is needed."""
    rules = etree.DTD(str(dtd("cXML.dtd")))
    return "" if rules.validate(parse(body)) else str(rules.error_log)


@pytest.mark.skipif(dtd("cXML.dtd") is None, reason=WITHOUT_DTDS)
@pytest.mark.parametrize("case", SENT)
def test_what_is_sent_is_valid_by_the_published_dtd(case: str, there: Server) -> None:
    assert not invalid(sent(there, outgoing(case), **EXTRINSICS))


@pytest.mark.skipif(dtd("cXML.dtd") is None, reason=WITHOUT_DTDS)
def test_what_a_ping_asks_and_what_suppliers_are_answered_is_valid_too(there: Server) -> None:
    SYSTEM.ping(Connection(url=f"{there.url}/cxml"))
    answers = [reply(code, "Words & <more>", to="1@supplier").body for code in Code]
    assert [found for body in (there.heard[-1].body, *answers) if (found := invalid(body))] == []


def test_an_envelope_names_us_the_supplier_and_shows_our_secret_to_nobody_else(there: Server) -> None:
    body = sent(there, outgoing("qad_orders_to_cxml/new"))
    root = parse(body)

    def text(path: str) -> str | None:
        return root.findtext(path)

    assert text("Header/From/Credential/Identity") == text("Header/Sender/Credential/Identity") == "BUYER"
    assert text("Header/To/Credential/Identity") == "10023"
    assert text("Header/Sender/Credential/SharedSecret") == "our-secret"
    assert body.count(b"our-secret") == 1
    assert re.search(rb'<!DOCTYPE cXML SYSTEM "http://xml.cxml.org/schemas/cXML/1.2.071/cXML.dtd">', body)


def test_the_same_version_is_the_same_message_and_another_one_another(there: Server) -> None:
    ids = [
        parse(sent(there, outgoing(f"qad_orders_to_cxml/{case}"))).get("payloadID")
        for case in ("new", "new", "changed-is-an-update")
    ]
    assert ids[0] == ids[1] != ids[2]
    read = bodies.sent(ids[0])
    assert read is not None
    assert (read.version, read.type) == (1, "new")


@pytest.mark.parametrize("case", ["changed-is-an-update", "cancelled"])
def test_an_update_and_a_delete_name_the_latest_request_and_carry_the_order(case: str, there: Server) -> None:
    document = outgoing(f"qad_orders_to_cxml/{case}")
    root = parse(sent(there, document))
    header = root.find("Request/OrderRequest/OrderRequestHeader")

    assert header is not None
    assert header.get("orderVersion") == "2"
    assert header.get("type") == ("delete" if case == "cancelled" else "update")
    reference = header.find("DocumentReference")
    assert reference is not None
    assert reference.get("payloadID") == document.body["replaces"]
    assert root.findall("Request/OrderRequest/ItemOut")


def test_a_part_is_named_with_paid_alone(there: Server) -> None:
    case = "qad_payments_to_cxml/partly-paid-rest-under-way"
    for state in InvoiceState:
        root = parse(sent(there, outgoing(case, state=state.value)))
        assert (root.find(".//PartialAmount") is not None) is (state is InvoiceState.PAID)


def test_prices_are_exact_and_amounts_have_their_decimals(there: Server) -> None:
    root = parse(sent(there, outgoing("qad_orders_to_cxml/new")))

    prices = [one.findtext("Money") for one in root.iter("UnitPrice")]
    assert prices == ["2.3475", "80.00"]
    assert root.findtext(".//Total/Money") == "314.75"


def test_what_xml_cannot_hold_is_replaced(there: Server) -> None:
    document = outgoing("qad_orders_to_cxml/new")
    header = {**document.body["header"], "remarks": "a\x00b & <c>"}
    root = parse(sent(there, outgoing("qad_orders_to_cxml/new", header=header)))

    assert root.findtext(".//OrderRequestHeader/Comments") == "a\ufffdb & <c>"


def test_the_rules_notice_what_is_wrong() -> None:
    good = '<Credential domain="d"><Identity>i</Identity><SharedSecret>s</SharedSecret></Credential>'
    assert mistakes(etree.fromstring(good)) == []
    for bad in (
        "<Credential><Identity>i</Identity></Credential>",
        '<Credential domain="d"/>',
        '<Credential domain="d"><SharedSecret>s</SharedSecret><Identity>i</Identity></Credential>',
        '<Credential domain="d" x="1"><Identity>i</Identity></Credential>',
        "<Nobody/>",
    ):
        assert mistakes(etree.fromstring(bad)), bad
