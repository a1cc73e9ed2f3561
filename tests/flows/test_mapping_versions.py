"""Whoever changes what a flow makes of a document raises its version: customers are told by it (``flow reapply``)."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from connector import registry

FOLDERS = [Path(__file__).parent / "golden", Path(__file__).parent.parent / "flows_concur" / "golden"]
#: of each flow: its version, and a digest of everything its golden documents become in the target
WRITTEN_DOWN = json.loads((Path(__file__).parent / "mapping_versions.json").read_text())


def made_by(flow: str) -> str:
    digest = hashlib.sha256()
    for file in sorted(file for folder in FOLDERS for file in folder.glob(f"{flow}/*.target.json")):
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:16]


@pytest.mark.parametrize("name", registry.flows())
def test_a_mapping_that_makes_something_else_has_another_version(name: str) -> None:
    now = [registry.flow(name).version, made_by(name)]
    assert WRITTEN_DOWN.get(name) == now, (
        f"What {name} makes of its golden documents has changed: where documents that were loaded before would change, "
        f"raise its version. Then write {json.dumps(now)} into mapping_versions.json."
    )
