"""A corpus of hostile documents through every flow: each ends in a sentence or an outcome, never in another error."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector import registry
from connector.domain import canonical
from connector.domain.errors import Malformed
from connector.domain.flow import Mapped
from connector.domain.gate import LinkState
from connector.domain.outcome import Outcome
from tests.flows.golden import PAIRS
from tests.flows.hostile import HOSTILE as COMMON
from tests.flows.hostile import JSON, LONGEST_SENTENCE, PAYLOADS, is_a_sentence
from tests.flows.qad_jaggaer.ledger import known_to
from tests.journey.hostile import changed, places

if TYPE_CHECKING:
    from collections.abc import Iterator

KIND = "qad-jaggaer"
FLOWS, GOLDEN = registry.flows(KIND), PAIRS[KIND].folder

HOSTILE: dict[str, Any] = {
    **COMMON,
    "false": False,
    "float infinity": float("inf"),
    "hexadecimal": "0x10",
    "underscored": "1_000",
    "huge number text": "9" * 300_000,
    "markup": "<script>alert(1)</script>",
    "upside down day": "2026-13-45",
    "week day": "2026-W01-1",
    "year nine": "0009-01-01",
    "set": {1},
}


def _documents() -> Iterator[tuple[str, dict[str, Any]]]:
    for name in FLOWS:
        for path in sorted((GOLDEN / name).glob("*.source.json")):
            if path.name.startswith(("active", "new", "matched", "credit-note", "paid-in")):
                yield name, canonical.loads(path.read_bytes())


def survives(name: str, payload: Any) -> str:  # that is the point
    """Run a payload through a flow under every answer of the ledger; returns the sentence if it is malformed."""
    flow = FLOWS[name]
    try:
        document = flow.parse(payload)
        needs = flow.needs(document, {})
        for state in LinkState:
            links = {f"{need.flow}:{need.key}": state.value for need in needs.links}
            codes = {f"{need.table}:{need.code}": "code" for need in needs.codes}
            said = flow.map(document, known_to(name, needs.links, needs.codes, links, codes), {})
            assert isinstance(said, (Mapped, *get_args(Outcome)))
            if isinstance(said, Mapped):
                assert said.key.isprintable()
                assert canonical.loads(canonical.dumps({"key": said.key, "body": said.body}))
            else:
                is_a_sentence(str(said))
    except Malformed as error:
        is_a_sentence(error.message)
        return error.message
    return ""


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_value_in_any_field_ends_in_a_sentence_or_an_outcome(hostile: str) -> None:
    for name, document in _documents():
        for path in places(document):
            sentence = survives(name, changed(document, path, HOSTILE[hostile]))
            assert len(sentence) < LONGEST_SENTENCE


@pytest.mark.parametrize("name", sorted(FLOWS))
def test_a_document_without_any_one_of_its_fields_ends_in_a_sentence_or_an_outcome(name: str) -> None:
    for flow, document in _documents():
        for field in document if flow == name else ():
            survives(name, {key: value for key, value in document.items() if key != field})


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("name", sorted(FLOWS))
def test_what_is_no_document_at_all_ends_in_a_sentence(name: str, payload: object) -> None:
    assert survives(name, payload)


@pytest.mark.parametrize("name", ["qad_orders_to_jaggaer", "qad_invoices_to_jaggaer"])
def test_more_lines_than_any_document_has_are_refused(name: str) -> None:
    _, document = next(pair for pair in _documents() if pair[0] == name)
    lines = [{**document["lines"][0], "line": number} for number in range(10_001)]

    assert "more entries than any real document" in survives(name, {**document, "lines": lines})


@pytest.mark.parametrize("field", ["name", "street1", "city", "postal_code", "phone", "email", "tax_id"])
@pytest.mark.parametrize("value", ["Zebulon\x00", "Zebulon" * 2000, ["Zebulon"], {"Zebulon": 1}, "\ud800Zebulon"])
def test_a_complaint_shows_no_personal_data(field: str, value: object) -> None:
    _, document = next(_documents_of("qad_suppliers_to_jaggaer"))

    sentence = survives("qad_suppliers_to_jaggaer", {**document, field: value})

    assert field.replace("_", " ") in sentence
    assert "Zebulon" not in sentence


def _documents_of(name: str) -> Iterator[tuple[str, dict[str, Any]]]:
    return (pair for pair in _documents() if pair[0] == name)


@given(data=st.data())
def test_random_values_in_random_fields_end_in_a_sentence_or_an_outcome(data: st.DataObject) -> None:
    name, document = data.draw(st.sampled_from(list(_documents())))
    for path in data.draw(st.lists(st.sampled_from(list(places(document))), max_size=3)):
        try:
            document = changed(document, path, data.draw(JSON))
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took this place away
    survives(name, document)


@pytest.mark.parametrize("field", ["tax_id", "postal_code", "phone"])
def test_a_complaint_shows_no_personal_number_either(field: str) -> None:
    _, document = next(_documents_of("qad_suppliers_to_jaggaer"))

    sentence = survives("qad_suppliers_to_jaggaer", {**document, field: Decimal("47110815.25")})

    assert f"{field.replace('_', ' ')} is not a text" in sentence
    assert "4711" not in sentence
