"""Which refusals of a system mean that it has the document already: words, nearly all of them assumed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.errors import AlreadyThere, Refused
from connector.http.request import Answer
from connector.systems.concur import answers as concur
from connector.systems.concur.names import Names as ConcurNames
from connector.systems.jaggaer import answers as jaggaer
from connector.systems.jaggaer.names import Names as JaggaerNames
from connector.systems.jaggaer_xml import answers as jaggaer_xml
from connector.systems.jaggaer_xml.names import Names as XmlNames
from connector.systems.qad.adaptive import answers as qad
from connector.systems.qad.adaptive.names import names as qad_names
from tests.docs.pages import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

THERE: dict[str, tuple[str, ...]] = {
    "jaggaer": (
        "Duplicate supplier invoice number.",
        "Company V1001 already exists",
        "the poNumber needs to be unique",
        "extCode must be unique",
        "The number is NOT UNIQUE",
    ),
    "jaggaer-xml": (
        "Duplicate order PO-1",
        "Duplicate purchase order",
        "duplicate PO number",
        "Duplicate Supplier Invoice Number",
        "It already exists.",
        "PONumber needs to be unique",
        "PONumber must be unique",
        "PONumber is not unique",
    ),
    "concur": ("Vendor already exists", "Duplicate vendor code", "The code must be unique", "The value is not unique"),
    "qad": ("Supplier S1 already exists", "The posting ALREADY EXISTS in daybook APINV", "These already exist in QAD"),
}
NOT_THERE: dict[str, tuple[str, ...]] = {
    "jaggaer": ("Unknown supplier V9", "The invoice has no lines", "the order is closed already"),
    "jaggaer-xml": (
        "Duplicate line number 2",
        "duplicate attribute",
        "Order is not open any more",
        "unique id missing",
    ),
    "concur": ("The vendor does not exist", "Field is required", "already submitted"),
    "qad": ("Field is mandatory. (currencyCode)", "Supplier S1 does not exist", "The period is closed already"),
}


def _jaggaer(words: str, overrides: Mapping[str, Any]) -> Refused:
    names = JaggaerNames(overrides)
    body = {names("envelope", "code"): 2, names("envelope", "message"): words}
    with pytest.raises(Refused) as refused:
        jaggaer.opened(answer(body), names=names, path="x")
    return refused.value


def _concur(words: str, overrides: Mapping[str, Any]) -> Refused:
    return concur.refusal(words, names=ConcurNames(overrides))


def _xml(words: str, overrides: Mapping[str, Any]) -> Refused:
    said = jaggaer_xml.Answered(code=406, text="", said=jaggaer_xml.Said(errors=(words,)))
    return (AlreadyThere if said.has(XmlNames(overrides), "already_there") else Refused)(words)


def _qad(words: str, overrides: Mapping[str, Any]) -> Refused:
    body = {"submitResult": {"success": False, "errors": [{"message": words}]}}
    with pytest.raises(Refused) as refused:
        qad.submitted(answer(body), where="QAD", path="x", already_there=qad_names(overrides).already_there)
    return refused.value


def answer(body: Mapping[str, Any]) -> Answer:
    return Answer(status=200, headers={}, text=json.dumps(body), writes=True, where="acme")


READ: dict[str, Callable[[str, Mapping[str, Any]], Refused]] = {
    "jaggaer": _jaggaer, "jaggaer-xml": _xml, "concur": _concur, "qad": _qad,
}  # fmt: skip
SAID = [(system, words) for system, all_words in THERE.items() for words in all_words]


@pytest.mark.parametrize(("system", "words"), SAID)
def test_words_that_mean_that_it_is_there(system: str, words: str) -> None:
    assert type(READ[system](words, {})) is AlreadyThere


@pytest.mark.parametrize(("system", "words"), [(name, words) for name, many in NOT_THERE.items() for words in many])
def test_words_that_do_not(system: str, words: str) -> None:
    assert type(READ[system](words, {})) is Refused


@pytest.mark.parametrize("system", READ)
def test_a_list_of_the_connection_replaces_them(system: str) -> None:
    ours = {"already_there": ["ist schon da"]}
    assert type(READ[system]("Beleg 7 IST SCHON DA", ours)) is AlreadyThere
    assert {type(READ[system](words, ours)) for words in THERE[system]} == {Refused}


@pytest.mark.parametrize("system", READ)
def test_the_page_says_that_they_are_assumed(system: str) -> None:
    page = (ROOT / "docs" / f"{system}.md").read_text()
    assert "assumed" in page.partition("### already_there")[2].partition("\n### ")[0]
