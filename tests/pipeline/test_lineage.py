"""What a record's target document is made of, asked of a ledger; a look is audited."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import ConfigurationError, DocumentRemoved
from connector.operations.work.lineage import explain
from tests.privileged import alter

if TYPE_CHECKING:
    from tests.pipeline.conftest import Bench
    from tests.pipeline.office import Office

P1 = {"part": "p1", "unit": "EA", "n": "5"}


def made_of(office: Office, bench: Bench) -> dict[str, str]:
    lineage = explain(office.operator, bench.record("p1").id).lineage
    return {one.path: lineage.made_of(one) for one in lineage.origins}


def test_fields_and_codes_of_what_was_loaded(office: Office, bench: Bench) -> None:
    office.loaded(P1)

    assert made_of(office, bench) == {
        "unit": "unit; units EA -> each",
        "change": "fixed: nothing that was tried changes it",
        "n": "n",
    }
    assert ("operator.read_payload", {"record": str(bench.record("p1").id), "what": "lineage"}) in office.told(
        "operator:operator:ann"
    )
    assert not explain(office.operator, bench.record("p1").id).otherwise


def test_it_says_that_it_was_mapped_to_something_else_before(office: Office, bench: Bench) -> None:
    office.loaded(P1)
    office.code("EA", "piece")

    assert explain(office.operator, bench.record("p1").id).otherwise


def test_what_is_mapped_to_nothing_says_why(office: Office, bench: Bench) -> None:
    bench.read({**P1, "unit": "new"})
    bench.work()

    with pytest.raises(ConfigurationError, match=r"p1 is mapped to nothing now.*units 'new'"):
        explain(office.operator, bench.record("p1").id)


def test_without_its_document_nothing_is_explained(office: Office, bench: Bench) -> None:
    office.loaded(P1)
    alter(bench.ledger, "DELETE FROM payloads")

    with pytest.raises(DocumentRemoved):
        explain(office.operator, bench.record("p1").id)
