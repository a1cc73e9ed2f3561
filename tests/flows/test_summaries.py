"""What each flow calls its documents: ``summaries/<flow>.json`` has one line for each golden document."""

from __future__ import annotations

import dataclasses
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connector import registry
from connector.domain import canonical
from connector.domain.errors import Malformed
from connector.domain.summary import MOST_OF_ONE_KIND, Summary, employee, named
from tests.flows.golden import PAIRS
from tests.flows.hostile import HOSTILE
from tests.journey.hostile import changed, places

FOLDER = Path(__file__).parent / "summaries"
#: whatever of a document is somebody's
PERSONAL = ("First", "Last", "MiddleInitial", "mail", "phone", "street", "postal", "tax_id")

#: what may stand in a field and be taken, or not
STRANGE = (
    *(HOSTILE[name] for name in ("nothing", "blank", "zero", "minus one", "only invisible", "template", "list")),
    Decimal("999999999999999.999999999999"),
)


def summaries(name: str) -> dict[str, Any]:
    """What a flow calls each of its golden documents, by their cases."""
    flow, pairs, found = registry.flow(name), PAIRS[registry.flow(name).kind], {}
    for case in pairs.cases:
        if case.startswith(f"{name}/"):
            payload = pairs.read(f"{case}.source.json")
            try:
                said = flow.summary(flow.parse(payload), str(payload.get(flow.key_field)))
            except Malformed:
                continue
            found[case.partition("/")[2]] = dataclasses.asdict(said)
    return found


def written(found: dict[str, Any]) -> str:
    """As the file has it."""
    lines = [f"{json.dumps(case)}: {canonical.dumps(said).decode()}" for case, said in found.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


@pytest.mark.parametrize("name", registry.flows())
def test_every_flow_calls_its_documents_as_written_down(name: str) -> None:
    assert registry.flow(name).summarise is not None
    assert written(summaries(name)) == (FOLDER / f"{name}.json").read_text()


def test_no_flow_that_is_gone_is_kept() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.json")) == sorted(registry.flows())


@pytest.mark.parametrize("kind", PAIRS)
def test_nothing_personal_is_in_a_summary(kind: str) -> None:
    pairs = PAIRS[kind]
    for case in pairs.cases:
        name, _, short = case.partition("/")
        said = json.loads((FOLDER / f"{name}.json").read_text()).get(short)
        private = set(_personal(pairs.read(f"{case}.source.json")))
        assert not private & set(_texts(said)), case


@pytest.mark.parametrize("name", registry.flows())
def test_whatever_can_be_read_can_be_named(name: str) -> None:
    flow, pairs = registry.flow(name), PAIRS[registry.flow(name).kind]
    case = next(case for case in pairs.cases if case.startswith(f"{name}/"))
    document = pairs.read(f"{case}.source.json")
    assert flow.summarise is not None
    for path in places(document):
        for value in STRANGE:
            payload = changed(document, path, value)
            try:
                read = flow.parse(payload)
            except Malformed:
                assert flow.summary_of(payload, "K") == flow.plain_summary("K")
            else:
                said = flow.summarise(read)
                assert said.number
                assert all(isinstance(text, str) for text in (said.party, said.party_name, *said.references.values()))


def test_an_employee_is_named_by_id_and_never_by_address() -> None:
    assert employee("E1007") == "E1007"
    assert employee("juno.fernwood@example.com") == ""


def test_references_are_few_each_once_and_never_empty() -> None:
    assert named(purchase_order=("PO1", "", "PO1", "PO2"), voucher="") == {
        "purchase order": "PO1",
        "purchase order 2": "PO2",
    }
    assert len(named(purchase_order=map(str, range(1_000)))) == MOST_OF_ONE_KIND


def test_a_flow_from_outside_that_does_not_say_calls_a_document_by_its_key() -> None:
    flow = dataclasses.replace(registry.flow("qad_accounts_to_jaggaer"), summarise=None)
    assert flow.summary(None, "4000") == Summary(kind="GL accounts", number="4000")


def _personal(value: Any, field: str = "") -> list[str]:
    if isinstance(value, dict):
        return [found for name, inner in value.items() for found in _personal(inner, name)]
    if isinstance(value, list):
        return [found for inner in value for found in _personal(inner, field)]
    return [value] if isinstance(value, str) and value and any(word in field for word in PERSONAL) else []


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [found for inner in value.values() for found in _texts(inner)]
    return [value] if isinstance(value, str) else []
