"""What a company calls itself in Concur is read on a page by whoever connected it."""

from __future__ import annotations

from connector.inbound.companies import Landed
from connector.inbound.pages import landed
from tests.console.test_connect import Nobody, page
from tests.domain.test_harmless import obeyed

HOSTILE = "Acme \u202egnp.exe\u202c\x1b[2J <script>alert(1)</script>\r\x9b"
COMPANY = "11111111-2222-4333-8444-555555555555"


def test_a_companys_own_name_is_text_on_the_page() -> None:
    profile = {"name": HOSTILE, "domain": HOSTILE}
    found = Landed(connection="c", company=COMPANY, offered=True, again=False, profile=profile, lapses_at=None)
    text = bytes(landed("SAP Concur", found).body).decode()
    assert not {sign for sign in text if obeyed(sign)} - {"\n"}
    assert "<script>" not in text
    assert text.count("&lt;script&gt;") == 3


def test_what_is_not_ready_is_said_harmlessly_to_whoever_looks_from_a_terminal() -> None:
    with page(Nobody(), ready=lambda: f"The ledger says {HOSTILE}") as served:
        answer = served.get("/readyz")
    assert answer.status_code == 503
    assert not {sign for sign in answer.text if obeyed(sign)} - {"\n"}
