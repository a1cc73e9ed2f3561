"""Adding a system or a flow edits no file of the product: one of each is added to a copy of it, and works."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from connector.vault import new_key

ROOT = Path(__file__).resolve().parents[2]
FOURTH = Path(__file__).with_name("fourth")
JOURNEY = Path(__file__).with_name("fourth_journey.py")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The product as links to its files, the documentation as copies, and beside them what is new."""
    tree = tmp_path_factory.mktemp("tree")
    for package in ("connector", "tasks", "workers", "sandbox"):
        shutil.copytree(ROOT / package, tree / package, copy_function=os.symlink)
    written = Path("connector", "flow_outlines.py")  # what is generated is written anew, and not through a link
    (tree / written).unlink()
    shutil.copy(ROOT / written, tree / written)
    for folder in ("docs", "tools", "tests/docs"):
        shutil.copytree(ROOT / folder, tree / folder)
    new = [path.relative_to(FOURTH) for path in FOURTH.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert [str(path) for path in new if (tree / path).exists()] == [], "what is new takes the place of nothing"
    shutil.copytree(FOURTH, tree, dirs_exist_ok=True)
    return tree


@pytest.fixture(scope="module")
def seen(tree: Path, module_database_url: str, redis_server: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What a customer of the fourth system saw."""
    environment = {
        "ML_CONNECTOR_DATABASE_URL": module_database_url,
        "ML_CONNECTOR_BROKER_URL": redis_server.url(),
        "ML_CONNECTOR_MASTER_KEYS": new_key(),
        "ML_CONNECTOR_DATA_DIR": str(tmp_path_factory.mktemp("data")),
        "ML_CONNECTOR_ALLOW_PRIVATE_ADDRESSES": "true",
        "PYTHONPATH": os.pathsep.join([str(tree), str(ROOT)]),
        "PATH": os.environ["PATH"],
    }
    command = [sys.executable, str(JOURNEY), str(tmp_path_factory.mktemp("files"))]
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_its_documents_are_read_mapped_loaded_and_confirmed(seen: Any) -> None:
    assert seen["ends"] == ["done"] * 3
    assert seen["arrived"] == ["7000", "7001", "7002"]
    assert seen["told"].keys() == {"7000", "7001", "7002"}
    assert all(one["as"] and not one["refused"] for one in seen["told"].values())


def test_every_command_knows_it(seen: Any) -> None:
    assert seen["pinged"] is True
    assert seen["flows"] == ["books_accounts_to_jaggaer"]
    assert seen["doctor"]["connection acme-books"] == "ok"


def test_its_simulator_is_started_with_the_others(seen: Any) -> None:
    started = [["qad", 9001, 8], ["jaggaer", 9002, 0], ["concur", 9003, 2], ["books", 9011, 8]]
    assert [one for one in seen["simulators"] if one in started] == started


def test_it_is_part_of_the_demonstration_and_of_the_reconciliation(seen: Any) -> None:
    assert {"acme-accounts", "acme-concur", "acme-jaggaer"} <= {*seen["demonstrated"]}
    [line] = seen["compared"]
    figures = (line["flow"], line["expected"], line["found"], line["missing"], line["wrong"])
    assert figures == ("books_accounts_to_jaggaer", 3, 3, [], [])


def test_the_generated_reference_knows_it(tree: Path, seen: Any) -> None:
    assert seen
    assert "| `--system <str>` | books, concur, " in (tree / "docs/commands.md").read_text()
    assert "base_url: http://127.0.0.1:9011\n" in (tree / "docs/examples/sandbox-books.yaml").read_text()
    assert (tree / "docs/examples/acme-books.yaml").exists()
    assert "| `accounts.fields.account` | `number` | documented |" in (tree / "docs/books.md").read_text()
