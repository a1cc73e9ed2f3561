"""A site's own WSDL shows before the first posting which of our names it does not know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connector.domain.exchange import EntityCheck, Verdict
from connector.systems.qad_ee import wsdl
from connector.systems.qad_ee.names import names
from connector.systems.qad_ee.system import SYSTEM
from tests.systems.qad_ee.standing_in import Site, connected

if TYPE_CHECKING:
    from pathlib import Path

READS = dict.fromkeys(("suppliers", "orders", "receipts"), "qxo")
POSTED = [name for posting in names({}).postings.values() for name in (posting.api, *wsdl.elements_of(posting))]


def described(*elements: str, schema: str = "bcinvoice-ERP3_1", more: str = "") -> str:
    inside = "".join(f'<xs:element name="{name}"/>' for name in dict.fromkeys(elements))
    return (
        '<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:xs="http://www.w3.org/2001/XMLSchema"><types>'
        f'<xs:schema id="{schema}">{more}{inside}</xs:schema></types></definitions>'
    )


def checked(site: Site, path: Path, **changes: Any) -> EntityCheck:
    config = {"reads": READS, "wsdl_file": str(path), "writes": True} | changes
    return next(one for one in SYSTEM.ping(connected(site, **config)).checks if one.entity == "wsdl")


@pytest.mark.parametrize(
    ("text", "verdict", "words"),
    [
        (described(*POSTED), Verdict.FOUND, "It knows the names that are used."),
        (
            described(*(name for name in POSTED if name not in ("CustomLong1", "tPostingLine"))),
            Verdict.MISSING,
            "It has bcinvoice without CustomLong1, tPostingLine; bjournalentry without CustomLong1, tPostingLine; ",
        ),
        (described(*(name for name in POSTED if name != "bjournalentry")), Verdict.MISSING, "It has no bjournalentry;"),
        (described(*POSTED, schema="bcinvoice-ERP3_3"), Verdict.MISSING, "bcinvoice in version ERP3_3 and not ERP3_1"),
        # the elements may stand in the file that is not there
        (
            described("bcinvoice", "bjournalentry", more='<xs:import schemaLocation="bcinvoice-ERP3_1.xsd"/>'),
            Verdict.FOUND,
            "knows",
        ),
        ("<html/>", Verdict.UNCERTAIN, "is no WSDL but holds html"),
        ("<definitions", Verdict.UNCERTAIN, "is not well-formed"),
    ],
)
def test_a_ping_compares_our_names_with_the_wsdl(
    site: Site, tmp_path: Path, text: str, verdict: Verdict, words: str
) -> None:
    file = tmp_path / "qxi.wsdl"
    file.write_text(text)
    check = checked(site, file)
    assert (check.verdict, words in check.detail) == (verdict, True), check.detail


def test_only_what_is_used_is_compared(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "qxi.wsdl"
    file.write_text(described("somethingElse"))
    assert checked(site, file, writes=None).verdict is Verdict.FOUND
    asked = checked(site, file, writes=None, reads=READS | {"orders": "query_service"})
    assert asked.detail.startswith("It has no querySourceApplication;")
    assert "cannot be read" in checked(site, tmp_path / "none.wsdl").detail
