from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from connector.config import read_settings
from connector.domain.errors import ConfigurationError
from connector.embedded.generated_secrets import ensure_flower_password, ensure_master_key
from connector.vault import parse_keys

if TYPE_CHECKING:
    from pathlib import Path


def test_a_master_key_is_made_once_and_never_replaced(tmp_path: Path) -> None:
    first = ensure_master_key(tmp_path).read_text()
    assert ensure_master_key(tmp_path).read_text() == first
    assert [entry.name for entry in tmp_path.iterdir()] == ["master.keys"]


def test_a_given_master_key_wins_over_the_made_one(tmp_path: Path) -> None:
    ensure_master_key(tmp_path)
    settings = read_settings({"ML_CONNECTOR_DATA_DIR": str(tmp_path), "ML_CONNECTOR_MASTER_KEYS": "mine:abc"})
    assert settings.master_keys_text() == "mine:abc"


def test_a_data_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match=r"cannot be made: .*Set ML_CONNECTOR_DATA_DIR to another one"):
        ensure_master_key(tmp_path / "file" / "inside")


def test_flowers_password_is_made_once_unless_it_is_given(tmp_path: Path) -> None:
    settings = read_settings({"ML_CONNECTOR_DATA_DIR": str(tmp_path)})
    made = ensure_flower_password(settings)
    assert len(made) >= 12
    assert ensure_flower_password(settings) == made
    assert ensure_flower_password(settings.model_copy(update={"flower_password": "given"})) == "given"


def test_without_a_master_key_the_sentence_says_how_to_make_one_and_the_made_one_fits(tmp_path: Path) -> None:
    settings = read_settings({"ML_CONNECTOR_DATA_DIR": str(tmp_path)})
    with pytest.raises(ConfigurationError, match="There is no master key"):
        settings.master_keys_text()
    file = ensure_master_key(tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    (key,) = parse_keys(settings.master_keys_text())
    assert len(key.key) == 32
