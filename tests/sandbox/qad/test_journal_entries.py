from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.sandbox.qad.saving import ENTRIES, ENTRY_VIEW, credit_line, entry_line, said, save_entry


def test_a_journal_entry_that_balances_is_posted_however_often_it_comes(qad: Any) -> None:
    assert save_entry(qad)["success"] is True
    assert save_entry(qad)["success"] is True
    found = qad.get(ENTRIES, viewUri=ENTRY_VIEW, postingText="Trip 7")["data"]["journalEntries"]
    assert [one["voucher"] for one in found] == [1, 2]
    assert qad.state("counts")["journal_entries"] == {"Trip 7": 2}
    assert qad.get(ENTRIES, viewUri=ENTRY_VIEW, postingText="Trip 8")["data"]["journalEntries"] == []


def test_a_journal_entry_out_of_balance_is_refused(qad: Any) -> None:
    lines = [{"glCode": "6900", "debitTC": 5}, {"glCode": "2900", "creditTC": 4}]
    assert "differ by 1 USD; they do not balance" in said(save_entry(qad, journalEntryLines=lines))
    assert "at least one line" in said(save_entry(qad, journalEntryLines=[]))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"daybookCode": ""}, "Field is mandatory. (daybookCode)"),
        ({"daybookCode": "NOSUCH"}, "Daybook NOSUCH is not active or does not exist"),
        ({"postingText": "T" * 41}, "longer than 40"),
        ({"currencyCode": ""}, "(currencyCode)"),
        ({"companyCode": "11CANCO"}, "entity does not exist"),
        ({"journalEntryLines": [entry_line(glCode="9999"), credit_line()]}, "GL account 9999 is not active or does"),
        ({"journalEntryLines": [entry_line(glCode=""), credit_line()]}, "GL account  is not active or does not exist"),
        ({"journalEntryLines": [entry_line(glCode="6200"), credit_line()]}, "GL account 6200 requires a cost centre."),
        (
            {"journalEntryLines": [entry_line(glCode="6000", costCentreCode="100"), credit_line()]},
            "GL account 6000 requires a project.",
        ),
        ({"journalEntryLines": [entry_line(costCentreCode="777"), credit_line()]}, "Cost centre 777 is not active or"),
        ({"journalEntryLines": [entry_line(costCentreCode="990"), credit_line()]}, "Cost centre 990 is not active or"),
        ({"journalEntryLines": [entry_line(projectCode="PRJ-99"), credit_line()]}, "Project PRJ-99 is not active or"),
        (
            {"journalEntryLines": [entry_line(), credit_line(glCode="", supplierCode="S10006")]},
            "Supplier S10006 is not active or does not exist",
        ),
        (
            {"journalEntryLines": [entry_line(), credit_line(currencyCode="EUR")]},
            "differ by 5 USD; they do not balance. Debit and credit differ by -5 EUR",
        ),
        (
            {"journalEntryLines": [entry_line(debitTC="5.001"), credit_line(creditTC="5.001")]},
            "5.001 has more decimals than USD allows.",
        ),
    ],
)
def test_a_journal_entry_that_is_wrong_is_refused(qad: Any, changed: dict[str, object], words: str) -> None:
    assert words in said(save_entry(qad, **changed))
    assert qad.state("holds")["journal_entries"] == {}
    assert qad.state("counts") == {}
    assert qad.state("writes")[-1]["outcome"] == "refused"


def test_a_journal_entry_is_found_by_its_texts_and_custom_fields(qad: Any) -> None:
    save_entry(qad, customShort0="R1", customLong0="K1", customLong1="C1")
    save_entry(qad, customShort0="R2", customLong0="K2", customLong1="C2")
    for name, value in (("customShort0", "R2"), ("customLong0", "K2"), ("customLong1", "C2")):
        found = qad.get(ENTRIES, viewUri=ENTRY_VIEW, **{name: value})["data"]["journalEntries"]
        assert [one["voucher"] for one in found] == [2]
    for column, value in (("CustomShort0", "r2"), ("CustomLong0", "k2"), ("CustomLong1", "C2")):
        rows = qad.browse("urn:browse:mfg:xxgl03", filter=f"Posting.{column},eq,{value},")
        assert [(row["Posting.PostingVoucher"], row["Posting.PostingDebitTotalTC"]) for row in rows] == [
            (2, Decimal("5.1"))
        ]
    assert len(qad.browse("urn:browse:mfg:xxgl03", filter="Posting.tcJournalCode,eq,EXT,")) == 2
    assert qad.browse("urn:browse:mfg:xxgl03", filter="Posting.CustomLong1,eq,C3,") == []
