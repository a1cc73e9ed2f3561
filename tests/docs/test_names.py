from __future__ import annotations

import pytest

from connector.reading.names import Basis, packaged
from tests.docs.pages import ROOT, entities, package_of, tables_of_names

SYSTEMS = sorted(entities())


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_page_of_a_system_has_every_name_with_its_basis(system: str) -> None:
    text = (ROOT / "docs" / f"{system}.md").read_text()
    wrong = [table for table in tables_of_names(system).values() if f"\n{table}\n" not in text]
    assert not wrong, f"docs/{system}.md is behind; `make reference` writes: " + "\n\n".join(wrong)


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_page_of_a_system_has_every_entity_its_flows_use_and_what_all_of_them_share(system: str) -> None:
    text = (ROOT / "docs" / f"{system}.md").read_text()
    common = {"paths", "lookup", "envelope", "parameters", "already_there", "query_service", "push"}
    shared = common & set(packaged(package_of(system)))
    assert [name for name in sorted(entities()[system] | shared) if f"\n### {name}\n" not in text] == []


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_page_of_a_system_says_what_each_basis_means(system: str) -> None:
    text = (ROOT / "docs" / f"{system}.md").read_text()
    for basis in (Basis.DOCUMENTED, Basis.SEEN_IN_CODE, Basis.ASSUMED):
        assert f"\n| {basis.value} |" in text


@pytest.mark.parametrize("system", SYSTEMS)
def test_words_in_lists_are_on_the_page_too(system: str) -> None:
    text = (ROOT / "docs" / f"{system}.md").read_text()
    lists = [value for value in packaged(package_of(system)).values() if isinstance(value, list)]
    assert [word for words in lists for word in words if f"`{word}`" not in text] == []
