"""The ledger is backed up while documents are on their way, and restored after all of them and more have arrived."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from connector.config import PREFIX, read_settings
from connector.embedded.programs import beat
from connector.embedded.stack import Stack
from tests.e2e.plant import LONG, Plant, new_customer, worker

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def home(server_directory: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data directory of a stack that is started more than once."""
    directory = server_directory / "restored"
    for name, value in {"DATA_DIR": str(directory), "ALLOW_PRIVATE_ADDRESSES": "true"}.items():
        monkeypatch.setenv(f"{PREFIX}{name}", value)
    return directory


@pytest.mark.skipif(not LONG, reason="tests/recovery does it without workers; with them: `make outage`")
def test_a_restored_ledger_finds_at_the_target_what_arrived_since_its_backup(home: Path, tmp_path: Path) -> None:
    backup = str(tmp_path / "ledger.dump")
    first, second = (Stack(read_settings(), programs=[worker("all", processes=2), beat()]) for _ in range(2))
    with new_customer(Plant(first), documents=10) as customer:
        with first, closing(customer.plant) as plant:
            customer.set_up(tmp_path, schedule="every 3s")
            plant.until(lambda: "invoices" in customer.jaggaer.state("creates")["creates"], "the first invoice arrived")
            plant.ok("db", "dump", backup)
            customer.qad.add_documents({"generate": {"suppliers": 1, "orders": 2, "invoices": 6, "payments": 3}})
            customer.settled_since(plant.now())
            customer.reconciled()

        plant.ok("db", "restore", backup)

        with second, closing(Plant(second)) as plant:
            again = replace(customer, plant=plant)
            again.settled_since(plant.now())
            again.reconciled()
            assert again.ask("SELECT id FROM attempts WHERE answer = 'adopted'"), "what arrived since was found"
            assert again.dead() == {}
            assert plant.json("audit", "verify")["findings"] == []
