"""Fields that say what was decided in a source: none of them is corrected here."""

from __future__ import annotations

import pytest

from connector import registry
from connector.domain.errors import ConfigurationError, Malformed
from connector.domain.outcome import Wait
from connector.operations.work import fields
from tests.flows.golden import PAIRS


@pytest.mark.parametrize("name", [name for name, flow in registry.flows().items() if flow.controls])
def test_what_the_source_decided_is_not_corrected(name: str) -> None:
    flow, pairs = registry.flow(name), PAIRS[registry.flow(name).kind]
    documents = [pairs.read(f"{case}.source.json") for case in pairs.cases if case.startswith(f"{name}/")]

    for field in flow.controls:
        (document, *_) = [document for document in documents if field in document]
        with pytest.raises(ConfigurationError, match="decided in the source"):
            fields.said(flow, document, field, "true")


def test_whatever_keeps_an_invoice_from_its_match_is_such_a_field() -> None:
    """Or it waits for nothing but that: then no field of it is corrected."""
    flow, pairs = registry.flow("qad_invoices_to_jaggaer"), PAIRS["qad-jaggaer"]
    matched, stops = pairs.read(f"{flow.name}/matched.source.json"), set()
    for name, value in matched.items():
        other = not value if isinstance(value, bool) else f"{value}1"
        try:
            said = pairs.ask(flow, {**matched, name: other})
        except Malformed:
            continue
        if isinstance(said, Wait) and not said.needs:
            stops.add(name)

    assert stops == {*flow.controls} - {"receiver_matching"}, "without receiver matching it never goes"
