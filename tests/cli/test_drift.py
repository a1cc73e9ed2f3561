from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

    from tests.cli.conftest import Terminal


def test_what_cannot_be_reached_is_said_of_its_flow_and_the_command_fails(acme: Terminal) -> None:
    for flow in ("qad_suppliers_to_jaggaer", "qad_accounts_to_jaggaer", "qad_orders_to_jaggaer"):
        acme.ok("flow", "enable", f"acme/{flow}")
    sheet = acme.folder / "drift.csv"
    said = acme("drift", "acme", "--csv", str(sheet), "--json")
    assert (said.code, said.json["ok"]) == (1, False)
    flows = {line["flow"] for line in said.json["flows"]}
    assert flows == {"acme/qad_suppliers_to_jaggaer", "acme/qad_accounts_to_jaggaer"}
    assert all("127.0.0.1" in line["unasked"] for line in said.json["flows"]), said.json
    assert next(csv.reader(io.StringIO(sheet.read_text())))[:3] == ["flow", "drift", "source key"]
    assert "audit" not in acme("audit", "show", "drift:acme/qad_suppliers_to_jaggaer").out, "nothing was compared"


def test_a_flow_that_is_off_is_compared_when_it_is_named_and_only_master_data_is(acme: Terminal) -> None:
    assert acme.json("drift") == {"ok": True, "flows": []}
    assert acme("drift", "acme/qad_suppliers_to_jaggaer").code == 1
    said = acme.ok("drift", "acme/qad_orders_to_jaggaer").out
    assert said == "acme/qad_orders_to_jaggaer brings no master data, so there is nothing to compare.\n"
    assert "There is no integration 'acmi'. Did you mean 'acme'?" in acme("drift", "acmi").err


def test_a_flow_that_ran_and_is_off_is_not_passed_over_without_a_word(acme: Terminal) -> None:
    acme.ok("flow", "run", "acme/qad_suppliers_to_jaggaer")
    acme.ok("flow", "run", "acme/qad_orders_to_jaggaer")
    told = " ".join(acme.ok("drift", "acme").err.split())
    assert told == (
        "acme/qad_suppliers_to_jaggaer: It is switched off, so it was not compared; `ml-connector drift "
        "acme/qad_suppliers_to_jaggaer` compares it all the same."
    )


def test_a_target_without_lists_cannot_be_asked_which_is_nobodys_fault(
    acme: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JAGGAER_SHARED_SECRET", "canary")
    config = Path("docs/examples/sandbox-jaggaer-xml.yaml").read_text(encoding="utf-8")
    acme.ok("connection", "add", "one-way", "--system", "jaggaer-xml", "--config", acme.file("xml.yaml", config))
    acme.ok("integration", "add", "xml", "--kind", "qad-jaggaer", "--from", "acme-qad", "--to", "one-way")
    acme.ok("flow", "enable", "xml/qad_suppliers_to_jaggaer")
    said = acme.ok("drift", "xml")
    assert "JAGGAER Indirect has no list of its companies, so it cannot be asked." in said.err.replace("\n", " ")
