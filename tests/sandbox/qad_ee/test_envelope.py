from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.sandbox.qad_ee.conftest import SOAP, Qxi

QUERY = {"dsQuery": {"ttQuery": {"tt_domain": "10USA", "tt_rows": "1"}}}


@pytest.fixture
def qxi(reader: Qxi) -> Qxi:
    return reader


def asked(qxi: Qxi, **changed: Any) -> Any:
    return qxi.send("querySuppliers", QUERY, **{"version": "CUST_1", **changed})


def test_what_is_no_message_for_this_receiver_is_a_fault(qxi: Qxi) -> None:
    assert asked(qxi, to="ELSEWHERE").fault == "Client There is no receiver ELSEWHERE."
    assert qxi.send("maintainNothing", QUERY).fault.startswith("Client The receiver QADERP does not take")
    assert "no version" in asked(qxi, version="").fault
    assert "no schema querySuppliers-ERP3_1" in asked(qxi, version="ERP3_1").fault
    assert qxi.raw("<a>").fault.startswith("Client The message is not well-formed")
    assert qxi.raw('<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>').fault == "Client The message has a DOCTYPE."
    assert qxi.raw("<a/>", SOAPAction="").fault == "Client There is no SOAPAction header."
    newer = '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body><a/></e:Body></e:Envelope>'
    assert qxi.raw(newer).fault.startswith("VersionMismatch")
    wanted = (
        f'<e:Envelope xmlns:e="{SOAP}"><e:Header><s e:mustUnderstand="1"/></e:Header><e:Body><a/></e:Body></e:Envelope>'
    )
    assert qxi.raw(wanted).fault.startswith("MustUnderstand")
    assert (qxi.raw("<a>").status, qxi.raw("<a/>", **{"Content-Type": "text/plain"}).status) == (500, 415)
    qxi.sandbox.set_options(fault_status=200)
    assert qxi.raw("<a>").status == 200


def test_a_receiver_takes_the_apis_it_was_given(qxi: Qxi) -> None:
    qxi.sandbox.set_options(receivers={"READS": ["querySuppliers"], "WRITES": ["bcinvoice"]})
    assert asked(qxi, to="READS").result == "success"
    assert asked(qxi, to="WRITES").fault == "Client The receiver WRITES does not take querySuppliers."


def test_who_asks_is_verified_in_three_ways(qxi: Qxi) -> None:
    assert asked(qxi, username="MFG").result == "success"
    wrong = asked(qxi, password="guess")
    assert (wrong.result, wrong.complaints[0]["tt_msg_nbr"]) == ("error", "ProcessException001")
    qxi.sandbox.set_options(login_failure="fault")
    assert asked(qxi, username="", password="").fault.startswith("Client")
    qxi.sandbox.set_options(auth="receiver_user")
    assert asked(qxi, username="", password="").result == "success"
    assert asked(qxi, password="guess").fault.startswith("Client"), "what is there is always verified"
    qxi.sandbox.set_options(auth="basic")
    assert asked(qxi).status == 401


def test_http_basic_signs_a_message_in(qxi: Qxi) -> None:
    qxi.sandbox.set_options(auth="basic")
    sent: dict[str, str] = {}

    class Listening(Qxi):
        def raw(self, envelope: str, path: str = "/qxi/services/QdocWebService", **headers: str) -> Any:
            given = base64.b64encode(b"mfg:qad-sandbox").decode()
            return super().raw(envelope, path, **headers, **sent, Authorization=f"Basic {given}")

    assert asked(Listening(qxi.sandbox), username="", password="").result == "success"


def test_a_domain_or_an_entity_that_is_not_there_is_an_error(qxi: Qxi) -> None:
    assert asked(qxi, domain="").result == "success", "then it is the receiver's"
    assert asked(qxi, domain="99ZZZ").complaints[0]["tt_msg_field"] == "entity"


@pytest.mark.parametrize("prefixes", ["split", "common", "weird"])
def test_an_answer_means_the_same_whatever_its_prefixes(qxi: Qxi, prefixes: str) -> None:
    qxi.sandbox.set_options(prefixes=prefixes)
    answer = qxi.invoice(Misspelt="1")
    assert (answer.result, answer.complaints[0]["tt_msg_field"]) == ("warning", "Misspelt")
    assert answer.rows("tCInvoice")[0]["CInvoiceReference"] == "A 1"
    shown = {row["propertyName"]: row["propertyValue"] for row in _context(answer)}
    assert (shown["username"], shown["password"], shown["domain"]) == ("", "", "10USA")
    assert answer.root.findtext(f".//{{{SOAP}}}Header/*") == "urn:services-qad-com::7"


def _context(answer: Any) -> list[dict[str, str]]:
    common = "urn:schemas-qad-com:xml-services:common"
    return [
        {cell.tag.partition("}")[2]: cell.text or "" for cell in row}
        for row in answer.root.iter(f"{{{common}}}ttContext")
    ]
