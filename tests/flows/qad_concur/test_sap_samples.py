"""SAP's own example documents: each becomes a balanced journal with SAP's amounts for each account, tax and party."""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest

from connector.domain import canonical
from connector.domain.flow import Mapped
from connector.flows.concur_cash_advances_to_qad import FLOW as CASH_ADVANCES
from connector.flows.concur_expenses_to_qad import FLOW as EXPENSES
from tests.flows.qad_concur.ledger import ask
from tests.sap_files import FOLDER

SAMPLES = FOLDER / "samples"
#: account or party -> what SAP's explanation of the document posts there, debit positive
SAID: dict[str, dict[str, str]] = {
    "expense-1.1": {"474230": "10", "474210": "20", "COPD": "-30"},
    "expense-2.1": {"37": "8.40", "VA": "1.60", "EMPL": "-10"},
    "expense-2.4": {"474210": "51.83", "JC1E": "1.22", "JC2T": "1.95", "EMPL": "-55"},
    "expense-3.1": {"474230": "325", "COPD": "-325"},
    "expense-4.1": {"474230": "325", "COPD": "-325"},
    "expense-5.2.1": {"109": "245", "105": "60", "130": "10", "CADV": "-300", "EMPL": "-15"},
    "expense-6.1.2": {"11": "56.10", "56": "23", "IBCP": "-56.10", "EMPL": "-23"},
    "expense-6.2.1": {"cbcp180": "0", "compaid374": "0", "CBCP": "-49", "COPD": "-32", "EMPL": "81"},
    "cashadvance-5.1.1": {"CASH": "7000", "EMPL": "-7000"},
}
#: each party and tax on an account of its own, so that the journal shows them apart
CODES = {
    **{f"payees:{party}": party for party in ("EMPL", "IBCP", "CBCP", "COPD")},
    **{f"tax_accounts:{code}": code for code in ("VA", "JC1E", "JC2T")},
}

pytestmark = pytest.mark.skipif(not SAMPLES.exists(), reason="SAP's example documents are not beside this checkout")


def document(name: str) -> dict[str, Any]:
    listed = canonical.loads((SAMPLES / f"{name}.json").read_bytes())["fIDocuments"][0]
    inner = listed["document"]
    key = inner["report"]["reportId"] if "report" in inner else inner["cashAdvanceData"]["cashAdvanceId"]
    revision = inner.get("report", {}).get("revisionNumber", "")
    header = {"doc_id": listed["id"], "doc_type": listed["docType"], "source_key": key, "revision": revision}
    return {**header, "company_id": listed["companyId"], "is_test": False, "document": inner}


def posted(name: str, **options: Any) -> Mapped:
    flow = EXPENSES if name.startswith("expense") else CASH_ADVANCES
    said = ask(flow, document(name), codes=CODES, options=options)
    assert isinstance(said, Mapped), said
    return said


def test_every_sample_is_told_of() -> None:
    assert {path.stem for path in SAMPLES.glob("*.json")} == set(SAID)


@pytest.mark.parametrize("name", SAID)
def test_a_sample_posts_what_sap_says(name: str) -> None:
    lines = posted(name).body["lines"]

    balance: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        balance[line["account"]] += line["debit"] - line["credit"]
    assert dict(balance) == {account: Decimal(amount) for account, amount in SAID[name].items()}
    assert sum(line["debit"] for line in lines) == sum(line["credit"] for line in lines)
    assert all((line["debit"] > 0) is (line["credit"] == 0) for line in lines)


def test_a_personal_item_is_paid_to_the_card_and_owed_by_the_employee() -> None:
    lines = posted("expense-6.2.1").body["lines"]

    sides = [(line["account"], line["party_type"], line["party"], line["debit"], line["credit"]) for line in lines]
    assert ("CBCP", "card", "CBCP", 0, Decimal(49)) in sides
    assert ("EMPL", "employee", "uiexp", Decimal(81), 0) in sides


def test_each_allocation_keeps_its_own_cost_centre() -> None:
    lines = posted("expense-4.1", cost_centre_field=["allocationCustom4Code", "entryOrgUnit4Code"]).body["lines"]

    assert [(line["cost_centre"], line["debit"]) for line in lines if line["debit"]] == [
        ("21-BELLEV1", 250),
        ("21-BELLEV1", 50),
        ("21-BELLEV1", Decimal("12.5")),
        ("1000", Decimal("12.5")),
    ]


def test_tax_nobody_gives_back_can_have_an_account_of_its_own() -> None:
    lines = posted("expense-2.4", non_reclaimable_tax="1999").body["lines"]

    assert {line["account"]: line["debit"] for line in lines if line["debit"]} == {
        "474210": Decimal("48.68"),
        "1999": Decimal("3.15"),
        "JC1E": Decimal("1.22"),
        "JC2T": Decimal("1.95"),
    }


@pytest.mark.parametrize("name", SAID)
def test_the_entry_names_its_document_and_the_day_it_was_released(name: str) -> None:
    said, source = posted(name), document(name)

    assert said.body["reference"] == source["source_key"]
    assert said.facts == {"doc_id": source["doc_id"]}
    assert source["source_key"] in said.body["text"]
    assert len(said.body["text"]) <= 40
    assert re.fullmatch(r"201\d-\d\d-\d\d", said.body["posting_date"])
