"""A corpus of hostile documents through every flow between Concur and QAD: each ends in a sentence or an outcome."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector import registry
from connector.domain import canonical
from connector.domain.errors import Malformed
from connector.domain.flow import Mapped
from connector.domain.gate import Known, Link, LinkState
from connector.domain.outcome import Outcome
from tests.flows.golden import PAIRS
from tests.flows.hostile import HOSTILE as COMMON
from tests.flows.hostile import JSON, LONGEST_SENTENCE, PAYLOADS, is_a_sentence
from tests.flows.qad_concur.ledger import ask, said_of
from tests.journey.hostile import changed, places

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from connector.domain.gate import Needs

KIND = "qad-concur"
FLOWS, GOLDEN, read = registry.flows(KIND), PAIRS[KIND].folder, PAIRS[KIND].read

HOSTILE: dict[str, Any] = {
    **COMMON,
    "a zero of sap": "0E-8",
    "huge exponent text": "9e99",
    "american nowhere": "13/45/2026",
    "american long ago": "01/01/0009",
}
OPTIONS = {
    "concur_expenses_to_qad": {
        "cost_centre_field": ["allocationCustom4Code", "entryOrgUnit4Code"],
        "project_field": ["reportCustom1Code", "journalAccountCode"],
        "employee_field": "employeeCustom17Code",
        "non_reclaimable_tax": "6990",
    },
    "concur_invoices_to_qad": {"invoice_mode": "FULL", "cost_centre_field": "allocationCustom4Code"},
}
#: what the ledger knows of every link, and what every code means
STRANGE_LEDGERS = (
    (LinkState.LINKED, "code"),
    (LinkState.UNDER_WAY, "supplier"),
    (LinkState.SKIPPED, "1 Street; City; ST; 1; US"),
    (LinkState.ABSENT, "code"),
)


@dataclass(frozen=True, kw_only=True)
class Golden:
    """A document with what the ledger knows when it is sent."""

    document: dict[str, Any]
    ledger: dict[str, Any]


def _golden(name: str) -> list[Golden]:
    """The golden sources of a flow: first those that are sent, of them those with most fields and shapes of entries."""
    found = []
    for path in sorted((GOLDEN / name).glob("*.source.json")):
        case = f"{name}/{path.name.removesuffix('.source.json')}"
        sent, kept = ((GOLDEN / f"{case}.{kind}.json").exists() for kind in ("target", "ledger"))
        document = read(f"{case}.source.json")
        rank = (sent, len({*map(_field, places(document))}), len([*places(document)]))
        found.append((rank, Golden(document=document, ledger=read(f"{case}.ledger.json") if kept else {})))
    return [golden for _, golden in sorted(found, key=lambda one: one[0], reverse=True)]


def _field(path: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple(step for step in path if isinstance(step, str))


def _places(name: str) -> Iterator[tuple[Golden, tuple[Any, ...]]]:
    """Every place of the richest document, and of the others those whose field no document before them has."""
    seen: set[tuple[str, ...]] = set()
    for golden in _golden(name):
        fresh = [path for path in places(golden.document) if _field(path) not in seen]
        seen |= {_field(path) for path in fresh}
        yield from ((golden, path) for path in fresh)


RICHEST = {name: _golden(name)[0] for name in sorted(FLOWS)}
DOCUMENTS = {name: golden.document for name, golden in RICHEST.items()}
PLACES = {name: list(_places(name)) for name in FLOWS}


def survives(name: str, payload: Any, ledger: Mapping[str, Any] | None = None) -> str:  # that is the point
    """Run a payload through a flow, with its own ledger and with strange ones; the sentence if it is malformed."""
    flow, own = FLOWS[name], RICHEST[name].ledger if ledger is None else ledger
    richest = {**own.get("options", {}), **OPTIONS.get(name, {})}
    try:
        document = flow.parse(payload)
        _is_sane(said_of(flow, document, **own))
        if richest != own.get("options", {}):
            _is_sane(said_of(flow, document, **{**own, "options": richest}))
        for state, code in STRANGE_LEDGERS:
            _is_sane(flow.map(document, flow.known(document, richest, _all_alike(state, code)), richest))
    except Malformed as error:
        is_a_sentence(error.message)
        return error.message
    return ""


def _all_alike(state: LinkState, code: str) -> Any:  # a function as Flow.known takes it
    link = Link(state=state, target_id="t" if state is LinkState.LINKED else None, facts={"doc_id": "d"})

    def answer(needs: Needs) -> Known:
        return Known(links=dict.fromkeys(needs.links, link), codes=dict.fromkeys(needs.codes, code))

    return answer


def _is_sane(said: object) -> None:
    assert isinstance(said, (Mapped, *get_args(Outcome)))
    if not isinstance(said, Mapped):
        is_a_sentence(str(said))
        return
    assert said.key.isprintable()
    assert canonical.loads(canonical.dumps({"key": said.key, "body": said.body, "facts": said.facts}))
    assert not [value for value in _values(said.body) if isinstance(value, float)]
    if "lines" in said.body and "debit" in said.body["lines"][0]:
        debit, credit = (sum(line[side] for line in said.body["lines"]) for side in ("debit", "credit"))
        assert debit == credit


def _values(body: Any) -> Iterator[object]:  # any JSON
    if isinstance(body, dict):
        for value in body.values():
            yield from _values(value)
    elif isinstance(body, list):
        for value in body:
            yield from _values(value)
    else:
        yield body


@pytest.mark.parametrize("name", sorted(FLOWS))
def test_the_document_that_is_spoiled_would_be_sent(name: str) -> None:
    assert isinstance(ask(FLOWS[name], DOCUMENTS[name], **RICHEST[name].ledger), Mapped)


@pytest.mark.parametrize("name", sorted(FLOWS))
@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_value_in_any_field_ends_in_a_sentence_or_an_outcome(hostile: str, name: str) -> None:
    for golden, path in PLACES[name]:
        sentence = survives(name, changed(golden.document, path, HOSTILE[hostile]), golden.ledger)
        assert len(sentence) < LONGEST_SENTENCE


@pytest.mark.parametrize("name", sorted(FLOWS))
def test_a_document_without_any_one_of_its_fields_ends_in_a_sentence_or_an_outcome(name: str) -> None:
    for golden, path in PLACES[name]:
        document = copy.deepcopy(golden.document)
        holder: Any = document
        for step in path[:-1]:
            holder = holder[step]
        del holder[path[-1]]
        survives(name, document, golden.ledger)


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("name", sorted(FLOWS))
def test_what_is_no_document_at_all_ends_in_a_sentence(name: str, payload: object) -> None:
    assert survives(name, payload)


def test_more_rows_than_any_document_has_are_refused() -> None:
    document = copy.deepcopy(DOCUMENTS["concur_expenses_to_qad"])
    document["document"]["expenseEntry"] = [{}] * 10_001

    assert "more entries than any real document" in survives("concur_expenses_to_qad", document)


@pytest.mark.parametrize("value", ["Zebulon\x00", "Zebulon" * 2000, ["Zebulon"], {"Zebulon": 1}, "\ud800Zebulon"])
@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("concur_expenses_to_qad", ("document", "employee", "employeeId")),
        ("concur_expenses_to_qad", ("document", "expenseEntry", 0, "expenseTypeName")),
        ("concur_cash_advances_to_qad", ("document", "cashAdvanceData", "name")),
        ("concur_invoices_to_qad", ("document", "vendor", "vendorName")),
    ],
)
def test_a_complaint_shows_no_personal_data(name: str, path: tuple[Any, ...], value: object) -> None:
    sentence = survives(name, changed(DOCUMENTS[name], path, value))

    assert path[-1] in sentence
    assert "Zebulon" not in sentence


def test_a_custom_field_nobody_asked_for_may_hold_anything() -> None:
    document = copy.deepcopy(DOCUMENTS["concur_expenses_to_qad"])
    document["document"]["expenseEntry"][0]["entryCustom12Code"] = ["x" * 5000]

    assert not survives("concur_expenses_to_qad", document)
    with pytest.raises(Malformed, match="entryCustom12Code of this Concur document"):
        ask(FLOWS["concur_expenses_to_qad"], document, options={"cost_centre_field": "entryCustom12Code"})


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_random_values_in_random_fields_end_in_a_sentence_or_an_outcome(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(FLOWS)))
    document = DOCUMENTS[name]
    for path in data.draw(st.lists(st.sampled_from(list(places(document))), max_size=3)):
        try:
            document = changed(document, path, data.draw(JSON))
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took this place away
    survives(name, document)
