"""When it is believed that a posting is not there: only of an answer that shows that it could tell."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import ConfigurationError, SourceLies
from connector.systems.qad_ee.system import SYSTEM
from tests.systems.qad.posted import invoice
from tests.systems.qad_ee.posting import ASKED, NOTHING, target_of, there
from tests.systems.qad_ee.standing_in import Site, connected, said

if TYPE_CHECKING:
    from connector.domain.exchange import Outgoing

POSTED: Any = {"supplier_invoices": "query_qdoc"}


def with_body(**changes: str) -> Outgoing:
    document = invoice()
    return replace(document, body={**document.body, **changes})


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (there().replace("tCInvoice>", "ttPosted>"), "gave no tCInvoice and a ttPosted"),
        (there("x").replace("tcCompanyCode", "tcCompany"), "a posting without tcCompanyCode"),
        (there("x").replace("CInvoiceReference", "Reference"), "a posting without CInvoiceReference"),
        (there("x").replace("CInvoiceType", "Type"), "a posting without CInvoiceType"),
        (there("x").replace("CustomLong1", "CustomLong2"), "a posting without CustomLong1"),
    ],
)
def test_silence_is_not_believed_of_an_answer_that_cannot_tell(site: Site, answer: str, words: str) -> None:
    site.answer("queryPosted", answer)
    with pytest.raises(ConfigurationError, match=words):
        target_of(site).find(invoice())


OTHERS = there(CInvoiceReference="INV 1b").split("<tCInvoice>")[1].split("</tCInvoice>")[0]


@pytest.mark.parametrize("gone", ["tcCompanyCode", "tcCreditorCode", "CInvoiceType"])
@pytest.mark.parametrize("how", ["", "<{0}/>", "<{0}>?</{0}>"])
def test_one_posting_that_cannot_be_told_from_others_is_not_passed_over(site: Site, gone: str, how: str) -> None:
    whole = there("")
    lacking = re.sub(f"<{gone}>[^<]*</{gone}>", how.format(gone), whole)
    site.answer("queryPosted", lacking.replace("</BCInvoice>", f"<tCInvoice>{OTHERS}</tCInvoice></BCInvoice>"))
    with pytest.raises(ConfigurationError, match=f"a posting without {gone}"):
        target_of(site).find(invoice())


@pytest.mark.parametrize(("others", "most"), [("INV 2", None), ("", None), ("INV 2", 50)])
def test_a_question_that_is_not_heeded_says_nothing_of_what_it_leaves_out(
    site: Site, others: str, most: int | None
) -> None:
    asked = {**ASKED["supplier_invoices"]["search"]["query_qdoc"], "most_rows": most}
    overrides = {"supplier_invoices": {"search": {"query_qdoc": asked}}}
    site.answer("queryPosted", there("", CInvoiceReference=others))
    target = SYSTEM.target(connected(site, overrides, posted=POSTED))
    if most:
        assert target.find(invoice()) is None
        return
    with pytest.raises(SourceLies, match=f"was asked for CInvoiceReference inv 1 and gave a posting with {others}"):
        target.find(invoice())


def test_a_posting_whose_number_begins_with_the_one_that_was_asked_for_is_another_one(site: Site) -> None:
    site.answer("queryPosted", there("", CInvoiceReference="inv 10"), NOTHING)
    assert target_of(site).find(invoice()) is None


def test_what_can_be_asked_only_together_with_something_else_is_not_asked(site: Site) -> None:
    parameters = {"d": "{domain}", "r": "{supplier_code}/{reference}", "c": "{correlation}"}
    asked = {**ASKED["supplier_invoices"]["search"]["query_qdoc"], "parameters": parameters}
    overrides = {"supplier_invoices": {"search": {"query_qdoc": asked}}}
    site.answer("queryPosted", said("queryPosted", "success", data="<BCInvoice/>"))
    with pytest.raises(ConfigurationError, match="is not asked by reference"):
        SYSTEM.target(connected(site, overrides, posted=POSTED)).find(invoice())
    assert site.of("queryPosted") == []


def test_an_empty_answer_may_repeat_the_question_and_count_nothing(site: Site) -> None:
    question = "<dsQuery><ttQuery><r>inv 1</r><s>S10001</s></ttQuery></dsQuery>"
    data = f"{question}<BCInvoice><summary><rows>0</rows><more>false</more></summary></BCInvoice>"
    site.answer("queryPosted", said("queryPosted", "success", data=data))
    assert target_of(site).find(invoice()) is None


def test_a_type_is_found_again_by_the_word_it_was_sent_with(site: Site) -> None:
    site.answer("queryPosted", there(CInvoiceType="CN", CInvoiceOriginalDebitTC="110.00"))
    overrides = {"supplier_invoices": {**ASKED["supplier_invoices"], "types": {"CREDITNOTE": "CN"}}}
    found = SYSTEM.target(connected(site, overrides, posted=POSTED)).find(with_body(invoice_type="CREDITNOTE"))
    assert found is not None
    assert (found.target_id, found.difference) == ("2026/APINV/12", "")


def test_a_number_with_braces_is_asked_for_as_it_is(site: Site) -> None:
    site.answer("queryPosted", said("queryPosted", "success", data="<BCInvoice/>"))
    target_of(site).find(with_body(reference="A{domain}-{1}"))
    assert site.of("queryPosted")[0].texts("ttQuery") == [{"d": "10USA", "r": "A{domain}-{1}"}]
