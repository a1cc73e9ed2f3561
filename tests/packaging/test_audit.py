from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.packaging.scripts import script

ROOT = Path(__file__).resolve().parents[2]
FLAW = {"id": "PYSEC-2026-1", "aliases": ["CVE-2026-1"], "fix_versions": ["2.1"], "description": "Bad."}
CLEAN = {"name": "alembic", "version": "1.20.1", "vulns": []}
FLAWED = {"name": "flower", "version": "2.0", "vulns": [FLAW]}
SKIPPED = {"name": "amqp", "skip_reason": "Dependency not found on PyPI and could not be audited: amqp (5.4.2)"}


@pytest.fixture
def audit() -> Any:
    return script("audit_dependencies")


def says(monkeypatch: pytest.MonkeyPatch, audit: Any, *packages: dict[str, Any]) -> None:
    """Let pip-audit answer this; like the real one, it ends well when it has passed over something."""
    report = json.dumps({"dependencies": packages, "fixes": []})
    monkeypatch.setattr(audit, "COMMAND", [sys.executable, "-c", f"print({report!r})"])


def test_every_package_was_asked_for_and_none_is_known_to_be_vulnerable(
    audit: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    says(monkeypatch, audit, CLEAN)
    assert audit.main() == 0
    assert capsys.readouterr().out == "No known vulnerability in 1 locked dependencies.\n"


@pytest.mark.parametrize(
    ("packages", "sentence"),
    [
        ([CLEAN, FLAWED], "flower 2.0 has a known vulnerability: PYSEC-2026-1, CVE-2026-1, corrected in 2.1; "),
        ([SKIPPED, SKIPPED], "does not answer for a single package from here, so no dependency was checked."),
        ([CLEAN, SKIPPED], "does not know 1 of 2 packages, not checked: amqp."),
    ],
)
def test_what_is_vulnerable_or_was_not_looked_at_is_one_sentence_and_a_failure(
    audit: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    packages: list[dict[str, Any]],
    sentence: str,
) -> None:
    says(monkeypatch, audit, *packages)
    assert audit.main() == 1
    (said,) = capsys.readouterr().err.splitlines()
    assert sentence in said


def test_a_service_that_cannot_be_reached_is_one_sentence_and_a_failure(
    audit: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")  # the real program, and nobody listens there
    for exception in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(exception, raising=False)
    monkeypatch.setattr(audit, "COMMAND", [*audit.COMMAND, "--cache-dir", str(tmp_path)])
    assert audit.main() == 1
    (said,) = capsys.readouterr().err.splitlines()
    assert "could not be asked, so no dependency was checked" in said


def test_no_rule_about_security_is_switched_off_for_the_product() -> None:
    lint = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]
    elsewhere = {files: rules for files, rules in lint["per-file-ignores"].items() if not files.startswith("tests/")}
    switched_off = [rule for rules in (lint["ignore"], *elsewhere.values()) for rule in rules]
    assert [rule for rule in switched_off if rule == "S" or rule[:2] in {f"S{digit}" for digit in range(10)}] == []
