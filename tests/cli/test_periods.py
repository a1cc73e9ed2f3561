"""A period is signed off, what changes later is named, and nobody signs behind the product's back."""

from __future__ import annotations

import signal
import zlib
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from connector.domain import canonical
from connector.domain.accounting_period import read
from connector.domain.journey import Step
from connector.operations.operator import Operator
from connector.operations.work import closing, since_signing
from tests.cli.processes import typed
from tests.cli.test_bulk_requeue import waits
from tests.privileged import alter
from tests.store.scene import BURIED, Scene
from tests.waiting import HANG_SECONDS, until

if TYPE_CHECKING:
    from uuid import UUID

    from connector.bootstrap import Application
    from tests.cli.conftest import Terminal

FLOW = "acme/qad_invoices_to_jaggaer"
OCTOBER = ("--period", "2026-10")
SUBJECT = f"period:{FLOW}/2026-10-01..2026-10-31"


def told_of(terminal: Terminal) -> set[str]:
    """What a verification of the trail complains of."""
    return {one["subject"] for one in terminal("audit", "verify", "--json").json["findings"]}


class Month:
    """Invoices of October of which one is done, and one is on its way."""

    def __init__(self, terminal: Terminal, built: Application) -> None:
        self.terminal, self.built = terminal, built
        self.scene = Scene.set_up(built.store, built.vault, prefix="other-")
        (row,) = self.scene.ask("SELECT id FROM flows WHERE name = 'qad_invoices_to_jaggaer'")
        self.flow = row.id
        self.done, self.waits = self.invoice("1", "119.00"), self.invoice("2", "1.50")
        self.scene.finish(self.done, target_id="T1")
        terminal.ok("flow", "enable", FLOW)

    def invoice(self, key: str, amount: str, date: str = "2026-10-15") -> UUID:
        record = self.scene.read_one(key, flow=self.flow)
        self.scene.change(
            "INSERT INTO summaries (record_id, kind, number, party, party_name, date, amount, currency) "
            "VALUES (:id, 'supplier invoice', :number, 'S1', 'Acme', CAST(:date AS date), CAST(:amount AS numeric), "
            "'EUR')",
            id=record,
            number=f"A-{key}",
            date=date,
            amount=amount,
        )
        return record


@pytest.fixture
def month(acme: Terminal, built: Application) -> Month:
    return Month(acme, built)


def test_what_is_open_is_signed_with_a_reason_and_what_changes_later_is_named(month: Month) -> None:
    terminal = month.terminal
    refused = terminal("period", "sign-off", FLOW, *OCTOBER)
    assert refused.code == 2
    assert "1 document is on its way. Say why it is signed off all the same." in " ".join(refused.err.split())
    assert terminal.json("period", "list") == []

    (signed,) = terminal.json("period", "sign-off", FLOW, *OCTOBER, "--why", "it comes in November")
    assert (signed["sign_off"]["documents"], signed["sign_off"]["genuine"]) == (2, True)
    assert "Nothing has changed since then." in terminal.ok("period", "show", FLOW, *OCTOBER).out
    assert "There is nothing to sign off" in terminal("period", "sign-off", FLOW, *OCTOBER, "--why", "again").err

    month.scene.finish(month.waits, target_id="T2")
    month.invoice("3", "7.00")
    month.scene.change("UPDATE summaries SET amount = 120 WHERE record_id = :id", id=month.done)
    shown = terminal("period", "show", FLOW, *OCTOBER, "--json")
    assert shown.code == 1
    told = {one["key"]: (one["before"] or {}, one["now"] or {}) for one in shown.json["changes"]}
    assert {key: (was.get("figure"), now.get("figure")) for key, (was, now) in told.items()} == {
        "1": ("in target", "in target"),
        "2": ("between", "in target"),
        "3": (None, "between"),
    }
    assert (told["1"][0]["amount"], told["1"][1]["amount"]) == ("119.00", "120")
    moved = {
        one["figure"]: (one["before"]["documents"], one["now"]["documents"], one["now"]["amount"])
        for one in shown.json["figures"]
    }
    assert moved == {"between": (1, 1, "7.00"), "in target": (1, 2, "121.50")}
    said = terminal("period", "show", FLOW, *OCTOBER)
    assert "was between, is in target; another number in the target" in " ".join(said.out.split())
    assert "Changed since sign-off: 3 of 2 documents." in said.err


def test_a_flow_that_is_off_is_signed_off_where_it_has_documents_of_the_period(month: Month) -> None:
    terminal = month.terminal
    terminal.ok("flow", "disable", FLOW)
    refused = terminal("period", "sign-off", "acme", *OCTOBER)
    assert f"{FLOW} is not settled: 1 document is on its way." in " ".join(refused.err.split())
    (signed,) = terminal.json("period", "sign-off", "acme", *OCTOBER, "--why", "it comes in November")
    assert signed["flow"] == FLOW
    again = terminal("period", "sign-off", "acme", *OCTOBER, "--why", "again")
    assert "acme is signed off for 2026-10 already. To sign anew, withdraw the sign-off first." in again.err
    nothing = terminal("period", "sign-off", "acme", "--period", "2026-09")
    assert "no flow of acme is switched on, and none has documents of 2026-09." in " ".join(nothing.err.split())


def test_a_sign_off_is_taken_back_with_a_reason_and_both_stay_on_record(month: Month) -> None:
    terminal = month.terminal
    (signed,) = terminal.json("period", "sign-off", FLOW, *OCTOBER, "--why", "it comes in November")
    assert terminal("period", "withdraw", FLOW, *OCTOBER, "--why", " ").code == 2
    terminal.ok("period", "withdraw", FLOW, *OCTOBER, "--why", "an invoice is missing")
    assert "is not signed off for 2026-10" in terminal("period", "withdraw", FLOW, *OCTOBER, "--why", "again").err
    (kept,) = terminal.json("period", "list", "acme")
    assert (kept["sign_off"]["id"], kept["sign_off"]["withdrawn_why"]) == (
        signed["sign_off"]["id"],
        "an invoice is missing",
    )
    history = terminal.json("audit", "show", f"period:{FLOW}/2026-10-01..2026-10-31")
    assert [(one["name"], one["detail"]["why"]) for one in history] == [
        ("operator.signed_off", "it comes in November"),
        ("operator.withdrew_sign_off", "an invoice is missing"),
    ]
    assert {one["detail"]["fingerprint"] for one in history} == {signed["sign_off"]["fingerprint"]}
    terminal.ok("period", "sign-off", FLOW, *OCTOBER, "--why", "now it is there")


def test_an_integration_is_signed_flow_by_flow_and_a_clean_month_needs_no_reason(month: Month) -> None:
    month.scene.finish(month.waits, target_id="T2")
    month.terminal.ok("flow", "enable", "acme/qad_suppliers_to_jaggaer")
    came: list[UUID] = []

    def comes(what: str, done: int, _of: int) -> None:
        if (what, done) == ("Counting", 1):
            came.append(month.invoice("3", "7.00"))

    operator, october = Operator(application=month.built, actor="operator:test"), read("2026-10")
    (one,) = closing.sign_off(operator, FLOW, october, report=comes)
    assert one.sign_off.documents == 2, "settled was what was counted, and no more is signed"
    assert [one.what for one in since_signing.find(operator, FLOW, october).changes] == ["came into the period"]
    closing.withdraw(operator, FLOW, october, "one came late")
    month.scene.finish(came[0], target_id="T3")
    signed = month.terminal.json("period", "sign-off", "acme", *OCTOBER)
    assert {one["flow"]: one["sign_off"]["documents"] for one in signed} == {
        FLOW: 3,
        "acme/qad_suppliers_to_jaggaer": 0,
    }


def test_a_dead_letter_and_a_month_that_is_not_over_are_open(month: Month) -> None:
    claim = month.scene.claim(month.waits, Step.MAP)
    assert claim is not None
    month.scene.settle(claim, BURIED)
    assert "1 dead letter. Say why" in " ".join(month.terminal("period", "sign-off", FLOW, *OCTOBER).err.split())
    assert "the period is not over" in month.terminal("period", "sign-off", FLOW, "--period", "2199-01").err


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE sign_offs SET actor = 'operator:boss'",
        "UPDATE sign_offs SET digest = repeat('0', 64)",
        "UPDATE sign_offs SET why = 'all is well'",
        "UPDATE sign_offs SET id = gen_random_uuid()",
        "UPDATE sign_offs SET signed = ''",
    ],
)
def test_a_sign_off_that_was_changed_behind_its_back_is_none(month: Month, change: str) -> None:
    terminal = month.terminal
    terminal.ok("period", "sign-off", FLOW, *OCTOBER, "--why", "it comes in November")
    alter(month.built.store, change)
    (one,) = terminal.json("period", "list")
    shown = terminal("period", "show", FLOW, *OCTOBER)
    assert shown.code != 0
    assert one["sign_off"]["genuine"] == ("signed = " in change), "the row does not vouch for what is sealed beside it"
    assert SUBJECT in told_of(terminal)


@pytest.mark.parametrize(
    ("altered", "said"),
    [
        ({"lines": []}, "the documents, the sums"),
        ({"postings": [["1", "6100\x1fEUR\x1f1\x1f0"]]}, "the postings"),
        ({"stated": {"last": "2026-11-30"}}, "the fingerprint, the period"),
    ],
)
def test_figures_that_were_sealed_anew_by_somebody_with_the_key_are_found(
    month: Month, altered: dict[str, Any], said: str
) -> None:
    terminal, vault = month.terminal, month.built.vault
    (told,) = terminal.json("period", "sign-off", FLOW, *OCTOBER, "--why", "it comes in November")
    month.scene.alter("DELETE FROM flows WHERE name IN ('suppliers', 'invoices')")  # which nobody set up as people do
    month.scene.seal()
    assert told_of(terminal) == set()
    (row,) = month.scene.ask("SELECT signed FROM sign_offs")
    identity = f"sign_offs:{told['sign_off']['id']}:signed"
    kept = canonical.loads(zlib.decompress(vault.open(bytes(row.signed), identity)))
    stated = {**kept["stated"], **altered.get("stated", {})}
    sealed = vault.seal(zlib.compress(canonical.dumps({**kept, **altered, "stated": stated})), identity)
    month.scene.alter("UPDATE sign_offs SET signed = :sealed", sealed=sealed)
    assert terminal.json("audit", "verify", "--since-last")["findings"] == [], "its figures were opened before"
    found = {one["subject"]: one["problem"] for one in terminal("audit", "verify", "--json").json["findings"]}
    assert found[SUBJECT] == f"its signed figures are not those it was signed with: {said}"


def test_a_sign_off_that_was_put_back_is_none(month: Month) -> None:
    terminal = month.terminal
    terminal.ok("period", "sign-off", FLOW, *OCTOBER, "--why", "it comes in November")
    alter(month.built.store, "CREATE TABLE kept AS SELECT * FROM sign_offs")
    terminal.ok("period", "withdraw", FLOW, *OCTOBER, "--why", "an invoice is missing")
    alter(month.built.store, "DELETE FROM sign_offs")
    alter(month.built.store, "INSERT INTO sign_offs SELECT * FROM kept")
    shown = terminal("period", "show", FLOW, *OCTOBER)
    assert shown.code == 1
    assert "changed behind ml-connector's back" in shown.err
    assert SUBJECT in told_of(terminal)


def test_a_sign_off_that_was_removed_is_found_by_verifying_the_trail(month: Month) -> None:
    month.terminal.ok("period", "sign-off", FLOW, *OCTOBER, "--why", "it comes in November")
    assert SUBJECT not in told_of(month.terminal)
    alter(month.built.store, "DELETE FROM sign_offs")
    assert SUBJECT in told_of(month.terminal)
    month.terminal.ok("period", "withdraw", FLOW, *OCTOBER, "--why", "somebody removed it")
    assert SUBJECT not in told_of(month.terminal)


def test_ctrl_c_between_two_flows_signs_neither(month: Month) -> None:
    month.terminal.ok("flow", "enable", "acme/qad_suppliers_to_jaggaer")
    first = SUBJECT.replace("qad_invoices", "qad_suppliers")
    with typed("period", "sign-off", "acme", *OCTOBER, "--why", "it comes in November") as process:
        with month.built.store.engine.connect() as holder:
            lock = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:about, 7304118006))")
            holder.execute(lock, {"about": first})
            until(lambda: waits(month.scene), "the sign-off waits in the middle")
            process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=HANG_SECONDS)
    assert (process.returncode, said.splitlines()[0]) == (130, "Stopped; nothing was signed off.")
    assert month.terminal.json("period", "list") == []
    assert SUBJECT not in told_of(month.terminal)
