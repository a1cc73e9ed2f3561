from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from tests.prepared import PLACE, lay_ready, place_for_one

if TYPE_CHECKING:
    import pytest


def test_the_place_of_the_prepared_ledger_goes_with_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PLACE, "is there again after this test")
    with place_for_one(tmp_path):
        assert list(tmp_path.iterdir()) == [Path(os.environ[PLACE])]
    assert list(tmp_path.iterdir()) == []
    assert PLACE not in os.environ


def test_where_no_tests_run_a_server_fills_its_directory_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(PLACE, raising=False)
    lay_ready(tmp_path / "postgres")
    assert not (tmp_path / "postgres").exists()
