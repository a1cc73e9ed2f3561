"""When it is believed that a posting is not there: only of an answer that shows that it could tell."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import ConfigurationError
from connector.systems.qad_ee.system import SYSTEM
from tests.systems.qad.posted import invoice
from tests.systems.qad_ee.posting import ASKED, target_of, there
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


def test_an_empty_answer_may_repeat_the_question_and_count_nothing(site: Site) -> None:
    question = "<dsQuery><ttQuery><r>inv 1</r><s>S10001</s></ttQuery></dsQuery>"
    data = f"{question}<BCInvoice><summary><rows>0</rows><more>false</more></summary></BCInvoice>"
    site.answer("queryPosted", said("queryPosted", "success", data=data))
    assert target_of(site).find(invoice()) is None


def test_a_type_is_found_again_by_the_word_it_was_sent_with(site: Site) -> None:
    site.answer("queryPosted", there("", CInvoiceType="CN", CInvoiceOriginalDebitTC="110.00"))
    overrides = {"supplier_invoices": {**ASKED["supplier_invoices"], "types": {"CREDITNOTE": "CN"}}}
    found = SYSTEM.target(connected(site, overrides, posted=POSTED)).find(with_body(invoice_type="CREDITNOTE"))
    assert found is not None
    assert (found.target_id, found.difference) == ("2026/APINV/12", "")


def test_a_number_with_braces_is_asked_for_as_it_is(site: Site) -> None:
    site.answer("queryPosted", said("queryPosted", "success", data="<BCInvoice/>"))
    target_of(site).find(with_body(reference="A{domain}-{1}"))
    assert site.of("queryPosted")[0].texts("ttQuery") == [{"d": "10USA", "r": "A{domain}-{1}"}]
