"""Whoever changes what a flow makes of a document raises its version: customers are told by it (``flow reapply``).

``mapping_versions.json`` holds a digest of what each golden document becomes in the target, by flow and version. What
stands there under a version never changes: a mapping that makes something else of one of them is another version. More
documents may be added to the newest one.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from connector import registry
from connector.domain import canonical
from connector.domain.flow import Mapped
from tests.flows.golden import PAIRS

if TYPE_CHECKING:
    from collections.abc import Mapping

KEPT: dict[str, dict[str, dict[str, str]]] = json.loads((Path(__file__).parent / "mapping_versions.json").read_text())


def made_by(name: str) -> dict[str, str]:
    """A digest of what each golden document is in the target, by its case; only of those that are sent."""
    pairs, digests = PAIRS[registry.flow(name).kind], {}
    for case in pairs.cases:
        flow, _, short = case.partition("/")
        if flow == name and isinstance(said := pairs.said(case), Mapped):
            digests[short] = hashlib.sha256(canonical.dumps([said.key, said.body])).hexdigest()[:16]
    return digests


def missing(version: int, kept: Mapping[str, Mapping[str, str]], now: Mapping[str, str]) -> str:
    """What whoever changed the mapping has to do; empty when nothing is."""
    before = kept.get(str(version), {})
    changed = [case for case, digest in before.items() if now.get(case) != digest]
    if changed:
        return f"makes something else of {', '.join(changed)}: raise its version to {version + 1}"
    if list(kept) != [str(number) for number in range(1, version + 1)] or before != now:
        return f'writes into mapping_versions.json: "{version}": {json.dumps(now)}'
    return ""


@pytest.mark.parametrize("name", registry.flows())
def test_a_mapping_that_makes_something_else_has_another_version(name: str) -> None:
    wanted = missing(registry.flow(name).version, KEPT.get(name, {}), made_by(name))
    assert not wanted, f"Whoever changes {name} {wanted}"


def test_flows_that_are_no_more_are_not_kept() -> None:
    assert set(KEPT) == set(registry.flows())


def test_a_change_asks_for_a_version_and_a_new_document_for_a_line() -> None:
    kept = {"1": {"a": "x", "b": "y"}}
    assert not missing(1, kept, {"a": "x", "b": "y"})
    for changed in ({"a": "other", "b": "y"}, {"a": "x"}):
        assert "raise its version to 2" in missing(1, kept, changed)
        assert 'mapping_versions.json: "2"' in missing(2, kept, changed)
        assert not missing(2, {**kept, "2": changed}, changed)
    assert 'mapping_versions.json: "1"' in missing(1, kept, {"a": "x", "b": "y", "c": "z"})
    assert "mapping_versions.json" in missing(1, {}, {"a": "x"})
