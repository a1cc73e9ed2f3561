from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import CredentialsRefused, Refused, Unanswered
from connector.domain.exchange import Written
from tests.http.misbehaving import says
from tests.systems.jaggaer_xml.conftest import NEW, Connection, supplier

if TYPE_CHECKING:
    from connector.domain.errors import ConnectorError
    from connector.systems.jaggaer_xml.target import JaggaerXmlTarget
    from tests.http.misbehaving import Server


def answering(server: Server, content: str) -> JaggaerXmlTarget:
    for path in ("/apps/Router/TSMSupplierXMLImport", "/apps/Router/POXMLImport"):
        server.on(path, says(body=content.encode(), Content_Type="text/xml"))
    return Connection(url=server.url).target()


def status(code: str, text: str, inside: str = "") -> str:
    return f"<Status><StatusCode>{code}</StatusCode><StatusText>{text}</StatusText>{inside}</Status>"


def supplier_answer(*content: str) -> str:
    inside = f"<SupplierResponseMessage>{''.join(content)}</SupplierResponseMessage>"
    return f"<SupplierSyncMessage><Header/>{inside}</SupplierSyncMessage>"


def errors(number: str, text: str = "no", inner: str = "") -> str:
    ref = f"<SupplierRef><ERPNumber> {number} </ERPNumber></SupplierRef>"
    return f'<SupplierErrors>{ref}<ErrorMessage type="Error">{text}</ErrorMessage>{inner}</SupplierErrors>'


def outcomes(server: Server, content: str, *numbers: str) -> list[type[Written | ConnectorError]]:
    return [type(one) for one in answering(server, content).write_many([supplier(number) for number in numbers])]


def test_those_that_are_not_named_were_taken_where_the_numbers_agree(server: Server) -> None:
    counted = "Some failed (Counts: Total documents attempted=2, Total documents completed=1.)"
    content = supplier_answer(status("406", counted), errors("1"))
    assert outcomes(server, content, "1", "2") == [Refused, Written]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Some failed (Counts: Total documents attempted=2, Total documents completed=0.)", "1"),
        ("Some failed (Counts: Total documents attempted=2, Total documents completed=1.)", "999"),
    ],
    ids=["nothing was done", "somebody else is named"],
)
def test_those_that_are_not_named_are_sent_again_alone_where_they_do_not(
    server: Server, text: str, number: str
) -> None:
    content = supplier_answer(status("406", text), errors(number))
    assert Written not in outcomes(server, content, "1", "2")


def test_a_success_that_counts_nothing_is_none(server: Server) -> None:
    counted = "Success (Counts: Total documents attempted=1, Total documents completed=0.)"
    with pytest.raises(Unanswered):
        answering(server, supplier_answer(status("200", counted))).write(supplier())


def test_errors_of_an_address_are_the_suppliers(server: Server) -> None:
    inner = "<AddressErrors><AddressRef/><ErrorMessage>City &amp; state</ErrorMessage></AddressErrors>"
    content = supplier_answer(status("406", "Failed"), errors("10023", "no address", inner))
    with pytest.raises(Refused, match=r"^JAGGAER refuses it: no address; City & state\.$"):
        answering(server, content).write(supplier())


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (status("200", " \n success \n "), None),
        (status("500", "Success"), Unanswered),
        (status("200", "Success", "<Errors><ErrorMessage>but</ErrorMessage></Errors>"), Unanswered),
        (status("406", "Failure"), Refused),
        (status("401", "Who are you?"), CredentialsRefused),
        (status("500", "Invalid shared secret"), CredentialsRefused),
        (status("500", "Error while parsing the input / All documents failed."), Refused),
        (status("500", "Something happened", "<Errors><ErrorMessage>x</ErrorMessage></Errors>"), Unanswered),
        (status("", "No custom field found", "<Errors><ErrorMessage>x</ErrorMessage></Errors>"), Refused),
        (status("", "Success"), None),
        (status("200", "Success") + status("406", "Failure"), Unanswered),
        (status("x", "Success"), Unanswered),
        ("<other/>", Unanswered),
        ("<!DOCTYPE x [<!ENTITY y 'z'>]><x>" + status("200", "Success") + "</x>", Unanswered),
    ],
)
def test_an_order_was_taken_only_where_that_is_said_without_contradiction(
    server: Server, content: str, kind: type[Exception] | None
) -> None:
    target = answering(
        server, content if content.startswith("<!") else f"<PurchaseOrderMessage>{content}</PurchaseOrderMessage>"
    )
    if kind is None:
        assert target.write(NEW).target_id == "PO10001"
        return
    with pytest.raises(kind) as caught:
        target.write(NEW)
    assert type(caught.value) is kind


def test_a_secret_that_is_repeated_to_us_is_hidden(server: Server) -> None:
    content = f"<x>{status('406', 'Failure', '<Errors><ErrorMessage>jaggaer-xml-sandbox!</ErrorMessage></Errors>')}</x>"
    with pytest.raises(Refused) as refused:
        answering(server, content).write(NEW)
    assert "jaggaer-xml-sandbox" not in refused.value.message
    assert "[hidden]!" in refused.value.message
