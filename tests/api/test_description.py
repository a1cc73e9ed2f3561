"""The API keeps to its own description: schemathesis asks everything that this allows, and much that it does not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from connector.domain.role import Role
from connector.operations.accounts import tokens
from tests.api.fresh_keys import KEEPER
from tests.e2e.plant import LONG

if TYPE_CHECKING:
    from tests.api.conftest import House

HERE = Path(__file__).parent
#: of each operation, besides the edges of everything it takes
EXAMPLES = 1


@pytest.mark.skipif(not LONG, reason="asks some thousand times: `make outage`")
def test_schemathesis_finds_nothing(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "FREE", 1_000_000)  # it shows many that are wrong
    config = tmp_path / "schemathesis.toml"
    known = {
        "integration": "acme",
        "flow": "qad_invoices_to_jaggaer",
        "record": house.records["2000010"],
        "letter": house.records["2000020"],
        "period": "2026-11",
    }
    config.write_text(
        "".join(
            [
                "[parameters]\n",
                *(f'"path.{name}" = "{value}"\n' for name, value in known.items()),
                f'[auth.openapi.token]\nbearer = "{house.token(Role.ADMIN, of=KEEPER)}"\n',
            ]
        )
    )
    said = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(config)),
            *("run", f"{house.url}/api/openapi.json"),
            *("--phases", "coverage,fuzzing,stateful"),
            *("--max-examples", str(EXAMPLES)),
            *("--generation-database", "none"),
            *("--seed", "20261129"),
            "--continue-on-failure",
        ],
        env={**os.environ, "SCHEMATHESIS_HOOKS": "fresh_keys", "PYTHONPATH": str(HERE), "NO_COLOR": "1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    told = said.stdout + said.stderr
    assert said.returncode == 0, told
    assert f"Tested: {len(house.service.duties)}" in told, told
