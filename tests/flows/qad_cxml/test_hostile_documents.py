"""A corpus of hostile documents through every flow between QAD and cXML: each ends in a sentence or an outcome."""

from __future__ import annotations

import copy
from typing import Any, get_args

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
from tests.flows.hostile import HOSTILE, JSON, PAYLOADS, is_a_sentence
from tests.flows.qad_cxml.ledger import said_of
from tests.journey.hostile import changed, places

FLOWS, PAIRS_OF_KIND = registry.flows("qad-cxml"), PAIRS["qad-cxml"]
RICHEST = {
    "cxml_invoices_to_qad": "everything-in-the-line",
    "cxml_confirmations_to_qad": "detail",
    "qad_orders_to_cxml": "new-with-every-row",
    "qad_payments_to_cxml": "partly-paid-rest-under-way",
    "qad_receipts_to_cxml": "received",
}
DOCUMENTS = {name: PAIRS_OF_KIND.read(f"{name}/{case}.source.json") for name, case in RICHEST.items()}
#: what the ledger knows of every link, its id there, and what every code means
STRANGE_LEDGERS = (
    (LinkState.LINKED, "t", "code"),
    (LinkState.LINKED, "999999999-update-0123456789abcdef.x", ";;;;;"),
    (LinkState.UNDER_WAY, None, "a:b"),
    (LinkState.SKIPPED, None, "١٢"),
    (LinkState.ABSENT, None, ":"),
)


def survives(name: str, payload: Any) -> str:  # that is the point
    """Run a payload through a flow, with strange ledgers as well; the sentence if it is malformed."""
    flow = FLOWS[name]
    try:
        document = flow.parse(payload)
        _is_sane(said_of(flow, document))
        for state, target_id, code in STRANGE_LEDGERS:
            _is_sane(flow.map(document, flow.known(document, {}, _all_alike(state, target_id, code)), {}))
    except Malformed as error:
        is_a_sentence(error.message)
        return error.message
    return ""


def _all_alike(state: LinkState, target_id: str | None, code: str) -> Any:  # a function as Flow.known takes it
    link = Link(state=state, target_id=target_id, facts={"content": "d"} if target_id else {})
    return lambda needs: Known(links=dict.fromkeys(needs.links, link), codes=dict.fromkeys(needs.codes, code))


def _is_sane(said: object) -> None:
    assert isinstance(said, (Mapped, *get_args(Outcome)))
    if not isinstance(said, Mapped):
        is_a_sentence(str(said))
        return
    assert said.key.isprintable()
    assert canonical.loads(canonical.dumps({"key": said.key, "body": said.body, "facts": said.facts}))


def test_every_flow_has_a_document_that_is_spoiled() -> None:
    assert set(RICHEST) == set(FLOWS)
    assert {name for name, flow in FLOWS.items() if flow.sends} == {
        name
        for name, document in DOCUMENTS.items()
        if isinstance(said_of(FLOWS[name], FLOWS[name].parse(document)), Mapped)
    }


@pytest.mark.parametrize("name", sorted(FLOWS))
@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_value_in_any_field_ends_in_a_sentence_or_an_outcome(hostile: str, name: str) -> None:
    for path in places(DOCUMENTS[name]):
        survives(name, changed(DOCUMENTS[name], path, HOSTILE[hostile]))


@pytest.mark.parametrize("name", sorted(FLOWS))
def test_a_document_without_any_one_of_its_fields_ends_in_a_sentence_or_an_outcome(name: str) -> None:
    for path in places(DOCUMENTS[name]):
        document = copy.deepcopy(DOCUMENTS[name])
        holder: Any = document
        for step in path[:-1]:
            holder = holder[step]
        del holder[path[-1]]
        survives(name, document)


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("name", sorted(FLOWS))
def test_what_is_no_document_at_all_ends_in_a_sentence(name: str, payload: object) -> None:
    assert survives(name, payload)


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
