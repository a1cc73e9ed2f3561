"""What suppliers are told about their invoices."""

from __future__ import annotations

import pytest

from connector.domain.errors import Refused, Unanswered
from connector.domain.exchange import Result
from connector.systems.cxml.documents.bodies import TOLD_BEFORE
from connector.systems.cxml.system import SYSTEM
from connector.xml.reading import parse
from tests.flows.golden import PAIRS
from tests.http.misbehaving import says
from tests.systems.cxml.conftest import Connection, network
from tests.systems.cxml.grammar import mistakes
from tests.systems.cxml.test_written import OK

PAYLOAD = PAIRS["qad-cxml"].read("cxml_invoices_to_qad/standard.source.json")
TAKEN = Result(target_id="2026/APINV/17", facts={"told": "processing"})


@pytest.mark.parametrize(
    ("result", "state"),
    [(TAKEN, "processing"), (Result(refused="It has no lines."), "rejected"), (Result(), "processing")],
)
def test_a_supplier_is_told_how_its_invoice_ended(result: Result, state: str) -> None:
    with network(says(200, OK)) as server:
        source = SYSTEM.source(Connection(url=f"{server.url}/cxml"))
        words = [source.confirm("invoices", PAYLOAD, result) for _ in range(2)]  # type: ignore[attr-defined]
        roots = [parse(heard.body) for heard in server.heard]

    assert words == [f"The supplier has been told: {state} (OK)."] * 2
    assert roots[0].get("payloadID") == roots[1].get("payloadID")
    assert mistakes(roots[0]) == []
    status = roots[0].find(".//InvoiceStatus")
    assert status is not None
    assert status.get("type") == state
    assert (status.findtext("Comments") or "") == result.refused
    about = status.find("InvoiceIDInfo")
    assert about is not None
    assert (about.get("invoiceID"), about.get("invoiceDate")) == ("INV-1", "2026-11-09T00:00:00+00:00")
    assert roots[0].findtext("Header/To/Credential/Identity") == "123456789"


def test_who_was_told_before_is_not_told_again_unless_it_is_no() -> None:
    with network(says(200, OK)) as server:
        source = SYSTEM.source(Connection(url=f"{server.url}/cxml"))
        words = source.confirm("invoices", PAYLOAD, Result(facts={"told": TOLD_BEFORE}))  # type: ignore[attr-defined]
        assert server.heard == []
        source.confirm("invoices", PAYLOAD, Result(facts={"told": TOLD_BEFORE}, refused="No."))  # type: ignore[attr-defined]
        assert len(server.heard) == 1

    assert words == "The supplier is told nothing: it knew already that the invoice is in the books."


def test_another_reason_to_reject_an_invoice_is_another_message() -> None:
    with network(says(200, OK)) as server:
        source = SYSTEM.source(Connection(url=f"{server.url}/cxml"))
        for why in ("It has no lines.", "It has no date.", "It has no lines."):
            source.confirm("invoices", PAYLOAD, Result(refused=why))  # type: ignore[attr-defined]
        first, other, again = (parse(heard.body).get("payloadID") for heard in server.heard)

    assert first == again != other


def test_without_an_address_nobody_is_told_and_a_rejection_goes_to_a_person() -> None:
    source = SYSTEM.source(Connection(url=""))

    assert "no url" in source.confirm("invoices", PAYLOAD, TAKEN)  # type: ignore[attr-defined]
    with pytest.raises(Refused, match="has no lines"):
        source.confirm("invoices", PAYLOAD, Result(refused="It has no lines."))  # type: ignore[attr-defined]


def test_what_is_not_answered_is_told_again() -> None:
    with network(says(503)) as server, pytest.raises(Unanswered):
        SYSTEM.source(Connection(url=f"{server.url}/cxml")).confirm("invoices", PAYLOAD, TAKEN)  # type: ignore[attr-defined]
