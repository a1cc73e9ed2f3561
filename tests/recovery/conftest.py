"""A customer of both integrations, without any process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from connector.vault import new_key
from tests.cli.conftest import Terminal
from tests.e2e.plant import SECRETS
from workers.demo import scenario_concur

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any


#: of every ledger that a test works on, and of those that tests copy
KEYS = new_key()


def sit_down(redis_url: str, folder: Path, environment: pytest.MonkeyPatch) -> Terminal:
    """A terminal in this environment."""
    for name, value in {
        "ML_CONNECTOR_BROKER_URL": redis_url,
        "ML_CONNECTOR_MASTER_KEYS": KEYS,
        "ML_CONNECTOR_DATA_DIR": str(folder / "data"),
        "ML_CONNECTOR_ALLOW_PRIVATE_ADDRESSES": "true",
        **SECRETS,
        **scenario_concur.SECRETS,
    }.items():
        environment.setenv(name, value)
    return Terminal(folder)


@pytest.fixture
def terminal(redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal; which ledger it works on the test says."""
    return sit_down(redis_url, tmp_path, monkeypatch)


@pytest.fixture
def apply(terminal: Terminal) -> Callable[[dict[str, Any]], None]:
    """Applies a set-up as a customer does."""

    def applied(setup: dict[str, Any]) -> None:
        terminal.ok("apply", terminal.file("setup.yaml", yaml.safe_dump(setup)))

    return applied
