from __future__ import annotations

import csv
import datetime as dt
import io
from typing import TYPE_CHECKING

import pytest

from connector.domain.journey import Step
from tests.store.scene import BURIED, Scene

if TYPE_CHECKING:
    from connector.bootstrap import Application
    from tests.cli.conftest import Terminal

FLOW = "acme/qad_invoices_to_jaggaer"


@pytest.fixture
def october(acme: Terminal, built: Application) -> Terminal:
    """Invoices of October: two are done, one is dead, one is on its way; one of November; one without a name."""
    scene = Scene.set_up(built.store, built.vault, prefix="other-")
    (row,) = scene.ask("SELECT id FROM flows WHERE name = 'qad_invoices_to_jaggaer'")
    named = (
        ("1", "A-1", "2026-10-01", "119.00", "EUR"),
        ("2", "=A-2", "2026-10-31", "-19.00", "EUR"),
        ("3", "A-3", "2026-10-15", "7", "JPY"),
        ("4", "A-4", "2026-10-15", "1.00", "EUR"),
        ("5", "A-5", "2026-11-01", "5.00", "EUR"),
    )
    for key, number, date, amount, currency in named:
        record = scene.read_one(key, flow=row.id)
        scene.change(
            "INSERT INTO summaries (record_id, kind, number, party, party_name, date, amount, currency) "
            "VALUES (:id, 'supplier invoice', :number, 'S1', 'Acme', CAST(:date AS date), CAST(:amount AS numeric), "
            ":currency)",
            id=record,
            number=number,
            date=date,
            amount=amount,
            currency=currency,
        )
        if key in "12":
            scene.finish(record, target_id=f"T{key}")
        if key == "3":
            claim = scene.claim(record, Step.MAP)
            assert claim is not None
            scene.settle(claim, BURIED)
    scene.read_one("6", flow=row.id)
    acme.ok("flow", "enable", FLOW)
    return acme


def test_a_month_is_reconciled_from_the_ledger_by_itself(october: Terminal) -> None:
    said = october("reconcile", FLOW, "--period", "2026-10")
    told = october("reconcile", FLOW, "--period", "2026-10", "--json")

    assert (said.code, told.code) == (1, 1)
    assert said.out.index("dead letter") < said.out.index("read from the source"), "differences first"
    assert "1 difference of 4 documents." in said.err
    (read,) = [line for line in said.out.splitlines() if "read from the source" in line]
    assert "101.00 EUR" in read, "all that was read has its sums"
    (line,) = told.json["flows"]
    assert (told.json["ok"], line["documents"], line["source"], line["target"]) == (False, 4, None, None)
    assert [(one["figure"], one["currency"], one["documents"], one["amount"]) for one in line["sums"]] == [
        ("in target", "EUR", 2, "100.00"),
        ("between", "EUR", 1, "1.00"),
        ("dead", "JPY", 1, "7"),
    ]
    assert [(one["kind"], one["number"], one["amount"]) for one in line["differences"]] == [("dead letter", "A-3", "7")]


def test_a_month_without_a_difference_ends_well_and_a_document_without_a_name_is_said(october: Terminal) -> None:
    assert october.ok("reconcile", "acme", "--period", "2026-11-01").out.endswith(
        "nothing is wrong with 1 document.\n\n"
    )
    today = dt.datetime.now(dt.UTC).date()
    said = october.ok("reconcile", FLOW, "--period", f"{today - dt.timedelta(days=1)}..{today + dt.timedelta(days=1)}")
    assert "1 document without a name yet, so without an amount here" in " ".join(said.err.split())


def test_a_flow_that_is_held_is_compared_where_it_has_documents_of_the_period(october: Terminal) -> None:
    october.ok("flow", "disable", FLOW, "--hold", "--why", "we close October")
    sheet = october.folder / "held.csv"

    said = october("reconcile", "acme", "--period", "2026-10", "--csv", str(sheet))

    assert said.code == 1, "what a person has to look at is not passed over"
    assert f"{FLOW}: 1 difference of 4 documents." in said.err
    assert "The flow is held, so nothing of it moves: " in " ".join(said.err.split())
    assert len(sheet.read_text(encoding="utf-8").splitlines()) == 6
    other = october.ok("reconcile", "acme", "--period", "2026-09")
    assert other.out == "No flow is switched on there, and none has documents of 2026-09.\n"


def test_every_figure_is_listed(october: Terminal) -> None:
    read = october.json("reconcile", FLOW, "--period", "2026-10", "--list", "read from the source")
    assert (read["count"], [one["number"] for one in read["documents"]]) == (4, ["A-1", "=A-2", "A-3", "A-4"])
    named = october.json("reconcile", FLOW, "--period", "2026-10", "--list", "in the target")
    assert named["count"] == 2
    listed = october.json("reconcile", FLOW, "--period", "2026-10", "--list", "in-target", "--limit", "1")
    assert (listed["count"], [one["number"] for one in listed["documents"]]) == (2, ["A-1"])
    cut = october.ok("reconcile", FLOW, "--period", "2026-10", "--list", "in target", "--limit", "1")
    assert "1 of 2" in cut.err
    assert "There is none." in october.ok("reconcile", FLOW, "--period", "2026-10", "--list", "rejected").out


def test_a_spreadsheet_has_every_document_differences_first_and_no_formula(october: Terminal) -> None:
    sheet = october.folder / "october.csv"
    assert f"Written: {sheet}." in october("reconcile", "--period", "2026-10", "--csv", str(sheet)).out
    rows = list(csv.DictReader(io.StringIO(sheet.read_text(encoding="utf-8"))))
    assert [(row["figure"], row["difference"], row["number"], row["amount"]) for row in rows] == [
        ("", "dead letter", "A-3", "7"),
        ("in target", "", "A-1", "119.00"),
        ("in target", "", "'=A-2", "-19.00"),
        ("dead", "", "A-3", "7"),
        ("between", "", "A-4", "1.00"),
    ]
    assert sheet.stat().st_mode & 0o777 == 0o600


def test_a_side_that_does_not_answer_is_said_and_the_command_fails(october: Terminal) -> None:
    said = october("reconcile", FLOW, "--period", "2026-11-01", "--live")
    assert said.code == 1
    assert "127.0.0.1" in said.err
    assert "T5" not in said.out
    told = " ".join(said.err.split())
    assert "lists 0 documents" not in told, "what was not listed is not known"
    assert "QAD Adaptive was not read; " in told
    assert "0 differences of 1 document; QAD Adaptive did not answer about everything." in told


def test_a_connection_that_a_person_stopped_is_not_asked(october: Terminal) -> None:
    for connection in ("acme-qad", "acme-j1"):
        october.ok("connection", "stop", connection, "--why", "we move to another tenant")
    told = october("reconcile", FLOW, "--period", "2026-11-01", "--live", "--json")
    (line,) = told.json["flows"]
    assert told.code == 1
    for side in (line["source"], line["target"]):
        assert "is stopped, so it was not asked: " in side["why"]
        assert "we move to another tenant" in side["why"]
    drift = october("drift", "acme/qad_suppliers_to_jaggaer", "--json")
    assert "Connection acme-j1 is stopped, so it was not asked" in drift.json["flows"][0]["unasked"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Which period? Name it: --period 2026-10."),
        (("--period", "soon"), "'soon' is no period"),
        (("--period", "2026-10", "--list", "lost", FLOW), "There is no figure 'lost'"),
        (("--period", "2026-10", "--list", "dead", "acme"), "--list shows the documents of one flow"),
        (("--period", "2026-10", "acmi"), "There is no integration 'acmi'. Did you mean 'acme'?"),
    ],
)
def test_a_mistake_is_a_sentence(acme: Terminal, words: tuple[str, ...], said: str) -> None:
    refused = acme("reconcile", *words)
    assert (refused.code, refused.out) == (2, "")
    assert said in refused.err
