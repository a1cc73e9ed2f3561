"""Somebody who writes a connection's file tries to have the product's own secrets sent to a listener of theirs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import ConfigurationError
from connector.operations.setup import references
from connector.vault import new_key

if TYPE_CHECKING:
    from pathlib import Path

SECRETS = frozenset({"password"})


@pytest.fixture
def master_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A deployment with its secrets in the environment, in a file and in the data directory."""
    key = new_key()
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "master.keys").write_text(key)
    (tmp_path / "database").write_text("postgresql://ledger:from-a-file@db/ledger\n")
    for name, value in {
        "ML_CONNECTOR_DATA_DIR": str(tmp_path / "data"),
        "ML_CONNECTOR_BROKER_URL": "sentinel://:broker-password@one;two/0?master_name=m&sentinel_password=watch-word",
        "QUEUES": "broker-password",
        "WATCHED": "watch-word",
        "ML_CONNECTOR_DATABASE_URL_FILE": str(tmp_path / "database"),
        "PGPASSWORD": "ledger-password",
        "COPIED": f"Bearer {key.partition(':')[2]}",
        "ALONE": "from-a-file",
        "FLOWERS_QAD_PASSWORD": "a-florist",
        "OWN": "own-password",
    }.items():
        monkeypatch.setenv(name, value)
    return key


def resolved(reference: str) -> dict[str, str]:
    return references.resolve({"password": reference}, SECRETS)


@pytest.mark.usefixtures("master_key")
@pytest.mark.parametrize(
    "name",
    ["ML_CONNECTOR_BROKER_URL", "ml_connector_master_keys", "PGPASSWORD", "COPIED", "ALONE", "QUEUES", "WATCHED"],
)
def test_no_variable_of_the_product_is_reached(name: str) -> None:
    with pytest.raises(ConfigurationError, match="product") as refused:
        resolved(f"env:{name}")
    assert os.environ.get(name, "broker-password") not in refused.value.message


@pytest.mark.usefixtures("master_key")
def test_a_customer_whose_name_begins_like_a_server_is_no_server() -> None:
    assert resolved(references.placeholder("flowers-qad", "password")) == {"password": "a-florist"}


@pytest.mark.usefixtures("master_key")
@pytest.mark.parametrize("way", ["data/master.keys", "data/../database", "link", "hard", "copy"])
def test_no_file_of_the_product_is_reached_by_whatever_name(tmp_path: Path, way: str) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "data" / "master.keys")
    (tmp_path / "hard").hardlink_to(tmp_path / "database")
    (tmp_path / "copy").write_text((tmp_path / "database").read_text())

    with pytest.raises(ConfigurationError, match="secret of the product"):
        resolved(f"file:{tmp_path / way}")


@pytest.mark.usefixtures("master_key")
@pytest.mark.parametrize("place", ["/proc/self/environ", "/proc/1/environ", "/dev/fd/0", "/dev/null"])
def test_what_the_machine_tells_of_its_processes_is_no_secret_of_a_connection(place: str) -> None:
    with pytest.raises(ConfigurationError, match="not a plain file"):
        resolved(f"file:{place}")


@pytest.mark.usefixtures("master_key")
def test_what_is_kept_in_clear_is_fetched_from_nowhere() -> None:
    with pytest.raises(ConfigurationError, match="username is no secret"):
        references.resolve({"username": "env:OWN"}, SECRETS)


@pytest.mark.usefixtures("master_key")
def test_a_secret_of_its_own_is_reached(tmp_path: Path) -> None:
    (tmp_path / "own").write_text("own-in-a-file\n")
    assert resolved("env:OWN") == {"password": "own-password"}
    assert resolved(f"file:{tmp_path / 'own'}") == {"password": "own-in-a-file"}
