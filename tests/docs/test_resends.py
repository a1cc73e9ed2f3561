"""How ``docs/journey.md`` says that a second send is harmless, against what each system says of each document."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
import yaml

from connector import registry
from connector.domain.errors import UnknownName
from connector.domain.exchange import Safety
from connector.domain.outbound import NOTHING_SAID
from connector.operations.setup import yaml_text
from tests.docs.pages import ROOT

if TYPE_CHECKING:
    from connector.ports import Target

ROW = re.compile(r"^\| `([\w-]+)` \| ((?:`\w+`(?:, )?)+) \| (?:`([^`]+)`)? ?\| `([\w ,]+)` \|$", re.MULTILINE)
ROWS = [
    (system, entity, setting, safety)
    for system, entities, setting, safety in ROW.findall((ROOT / "docs" / "journey.md").read_text())
    for entity in re.findall(r"\w+", entities)
]


def target(name: str, setting: str) -> Target:
    system = registry.system(name)
    written = yaml_text.read(system.examples.connection, name=name).data
    config = {key: value for key, value in written.items() if key not in {*system.secrets, "entities"}}
    connection = SimpleNamespace(
        name="acme", system=name, config=config | (yaml.safe_load(setting) if setting else {}), overrides={},
        tokens=None, allow_private_addresses=False,
        outbound=NOTHING_SAID, secrets=dict.fromkeys(system.secrets, "x"), received=None,
    )  # fmt: skip
    return system.target(cast("Any", connection))


@pytest.mark.parametrize(("system", "entity", "setting", "safety"), ROWS)
def test_a_document_is_sent_again_as_the_page_says(system: str, entity: str, setting: str, safety: str) -> None:
    assert target(system, setting).safety(entity) == Safety(safety)


def test_the_page_has_every_document_that_is_written() -> None:
    for system in {system for system, *_ in ROWS}:
        with pytest.raises(UnknownName) as unknown:
            target(system, "").safety("no such document")
        told = {entity for name, entity, *_ in ROWS if name == system}
        assert told == set(cast("list[str]", unknown.value.evidence["known"]))


def test_the_page_has_every_system_that_is_written_to() -> None:
    writing = {flow.target.system for flow in registry.flows().values() if flow.sends}
    others = {name for name, system in registry.systems().items() if getattr(system, "interface_of", None) in writing}
    assert {system for system, *_ in ROWS} == writing | others


def test_the_page_says_of_every_kind_what_a_refusal_means() -> None:
    page = (ROOT / "docs" / "journey.md").read_text()
    rules = page.partition("## When what is sent again is refused")[2].partition("| system |")[0]
    assert all(f"`{kind.value}`" in rules for kind in Safety)
