from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from connector.bootstrap import Application
    from tests.cli.conftest import Terminal

SETUP = """
connections:
  acme-qad:
    system: qad
    base_url: https://acme.qad.com/clouderp
    auth: basic
    username: mfg
    password: env:QAD_PASSWORD
    workspace: 10USA_10USACO
    shared_set: CORP
    timeout_seconds: 30.5
  acme-j1:
    system: jaggaer
    base_url: https://acme.jaggaer.com
    token_url: https://login.jaggaer.com/auth/realms/J1p-integrations/protocol/openid-connect/token
    client_id: ml-connector
    client_secret: env:JAGGAER_SECRET
integrations:
  acme:
    kind: qad-jaggaer
    from: acme-qad
    to: acme-j1
    flows:
      qad_suppliers_to_jaggaer: {enabled: true, schedule: every 10m}
      qad_invoices_to_jaggaer:
        enabled: true
        schedule: 0 6 * * MON-FRI
        timezone: Europe/Berlin
        options:
          matched_status_codes: [AP-RMALLOC, AP-GLALLOC]
          longest_invoice_number: 30
    crosswalks:
      business_units:
        10USACO: ACME
      payment_terms:
        30: NET30
        007: NET7
        NO: NONE
"""


def verdicts(applied: list[dict[str, str]]) -> dict[str, str]:
    return {row["name"]: row["verdict"] for row in applied}


def test_applying_twice_changes_nothing_the_second_time(terminal: Terminal) -> None:
    file = terminal.file("setup.yaml", SETUP)

    first = verdicts(terminal.json("apply", file))
    second = verdicts(terminal.json("apply", file))

    assert first == {
        "acme-qad": "created",
        "acme-j1": "created",
        "acme": "created",
        "acme/qad_suppliers_to_jaggaer": "changed",
        "acme/qad_invoices_to_jaggaer": "changed",
        "acme/business_units": "created",
        "acme/payment_terms": "created",
    }
    assert set(second.values()) == {"unchanged"}
    assert {c["source"] for c in terminal.json("crosswalk", "list")} == {"10USACO", "30", "007", "NO"}


def test_what_is_exported_applies_unchanged_once_its_secrets_are_there(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal.ok("apply", terminal.file("setup.yaml", SETUP))

    exported = terminal.ok("export").out
    monkeypatch.setenv("ACME_QAD_PASSWORD", "canary-qad-password")
    monkeypatch.setenv("ACME_J1_CLIENT_SECRET", "canary-jaggaer-secret")
    again = verdicts(terminal.json("apply", "-", stdin=exported))

    assert "canary" not in exported
    assert "password: env:ACME_QAD_PASSWORD" in exported
    assert set(again.values()) == {"unchanged"}
    assert "acme/qad_payments_to_jaggaer" in again


def test_a_changed_secret_is_a_change_that_is_named_but_not_shown(
    terminal: Terminal, built: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = terminal.file("setup.yaml", SETUP)
    terminal.ok("apply", file)
    monkeypatch.setenv("QAD_PASSWORD", "canary-other")

    said = terminal.ok("apply", file, "--json")

    assert [(row["name"], row["detail"]) for row in said.json if row["verdict"] == "changed"] == [
        ("acme-qad", "password")
    ]
    assert "canary" not in said.out
    assert built.open_connection("acme-qad").secrets["password"] == "canary-other"


def test_a_mistake_in_the_last_line_undoes_the_whole_file(terminal: Terminal) -> None:
    said = terminal("apply", terminal.file("setup.yaml", SETUP + '        "40": ""\n'))

    assert said.code == 2
    assert "crosswalks.payment_terms" in said.err
    assert terminal.json("connection", "list") == []
    assert terminal.json("integration", "list") == []


def test_every_mistake_is_shown_with_its_line(terminal: Terminal) -> None:
    wrong = SETUP.replace("kind: qad", "kinds: qad").replace("schedule: every 10m", "sched_ule: 1")
    said = terminal("apply", terminal.file("setup.yaml", wrong))
    assert said.code == 2
    assert "There is no key 'kinds'" in said.err
    assert "There is no key 'sched_ule'" in said.err
    many = "".join(f"  k{number}: {{}}\n" for number in range(25))
    said = terminal("apply", terminal.file("many.yaml", f"connections:\n{many}"))
    assert said.err.count(" is missing.") == 20
    assert said.err.rstrip().endswith("And 5 more.")


def test_a_file_that_changes_an_option_needs_nothing_else_of_an_integration_that_is_there(terminal: Terminal) -> None:
    terminal.ok("apply", terminal.file("setup.yaml", SETUP))
    flow = "qad_invoices_to_jaggaer"
    text = f"integrations: {{NAME: {{flows: {{{flow}: {{options: {{longest_invoice_number: 12}}}}}}}}}}"
    terminal.ok("apply", terminal.file("one.yaml", text.replace("NAME", "acme")))
    shown = terminal.json("flow", "show", f"acme/{flow}")
    assert (shown["options"]["longest_invoice_number"], shown["timezone"]) == (12, "Europe/Berlin")
    said = terminal("apply", terminal.file("two.yaml", text.replace("NAME", "new")))
    assert said.code == 2
    assert "integrations.new: there is no such integration yet" in said.err
    assert "write kind and from and to as well" in " ".join(said.err.split())


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("schedule: every 10m", "sched_ule: every 10m", "There is no key 'sched_ule'. Did you mean 'schedule'?"),
        ("kind: qad", "kinds: qad", "There is no key 'kinds'. Did you mean 'kind'?"),
        ("integrations:", "integration:", "There is no key 'integration'. Did you mean 'integrations'?"),
        ("qad_suppliers_to", "qad_supliers_to", "There is no flow 'qad_supliers_to_jaggaer'. Did you mean 'qad_sup"),
        ("every 10m", "every 10x", "acme.flows.qad_suppliers_to_jaggaer: The schedule 'every 10x'"),
        ("client_id: ml-connector", "base_url: x", "'base_url' is there twice"),
        ("to: acme-j1", "\tto: acme-j1", "this is not YAML"),
    ],
)
def test_a_mistake_is_named_with_its_line(terminal: Terminal, old: str, new: str, sentence: str) -> None:
    wrong = SETUP.replace(old, new, 1)
    line = wrong[: wrong.index(new)].count("\n") + 1

    said = terminal("apply", terminal.file("setup.yaml", wrong))

    assert said.code == 2
    assert f"setup.yaml, line {line}: " in said.err
    assert sentence in said.err


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("qad-jaggaer", "qad-coupa", "There is no kind of integration 'qad-coupa'"),
        ("from: acme-qad", "from: acme-j1", "'acme-j1' is a connection to jaggaer; an integration of kind qad-jaggaer"),
        ("to: acme-j1", "to: acme-j2", "There is no connection 'acme-j2'. Did you mean 'acme-j1'?"),
        ("0 6 * * MON-FRI", "0 6 30 2 *", "never fires"),
        ("Europe/Berlin", "Europe/Berlinn", "There is no time zone 'Europe/Berlinn'. Did you mean 'Europe/Berlin'?"),
        ("longest_invoice_number", "longest_number", "There is no option of qad_invoices_to_jaggaer 'longest_number'"),
        ("_number: 30", "_number: ten", "a whole number of at least 1 is expected"),
        ("enabled: true\n", "enabled: yes\n", "qad_invoices_to_jaggaer.enabled should be true or false"),
        ("env:QAD_PASSWORD", "hunter2", "password is a secret and must not stand here in clear"),
        ("env:QAD_PASSWORD", "env:NOT_SET", "password refers to the environment variable NOT_SET, which is not set"),
        ("workspace: 10USA_10USACO", "workspaces: 10USA_10USACO", "connections.acme-qad: "),
        ("system: qad", "system: quad", "There is no system 'quad'. Did you mean 'qad'?"),
        ("    system: qad\n", "", "connections.acme-qad.system is missing"),
        ("  acme-qad:\n    system", "  ACME QAD:\n    system", "'ACME QAD' cannot name a connection"),
        (
            "    to: acme-j1\n",
            "",
            "integrations.acme: there is no such integration yet, and a new one needs kind, from, to: write to",
        ),
        ("business_units:\n        10USACO: ACME", "business_units: ACME", "should hold `key: value` lines"),
    ],
)
def test_each_mistake_gets_one_sentence_and_nothing_is_done(
    terminal: Terminal, old: str, new: str, sentence: str
) -> None:
    assert old in SETUP

    said = terminal("apply", terminal.file("setup.yaml", SETUP.replace(old, new, 1)))

    assert said.code == 2
    assert len(said.err.strip().splitlines()) == 1
    assert sentence in said.err
    assert "hunter2" not in said.err
    assert terminal.json("connection", "list") == []


def test_an_integration_keeps_its_connections(terminal: Terminal) -> None:
    terminal.ok("apply", terminal.file("setup.yaml", SETUP))
    moved = SETUP.replace("acme-qad:", "other-qad:").replace("from: acme-qad", "from: other-qad")

    said = terminal("apply", terminal.file("moved.yaml", moved))

    assert said.code == 2
    assert "its from is acme-qad and cannot become other-qad" in said.err
