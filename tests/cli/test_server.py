"""Commands with ``--server``: an analyst has a token, and no address of a database."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from fastapi import FastAPI

from connector.api import web
from connector.api.serving.callers import Pace
from connector.domain.identity import new_id
from connector.domain.role import Role
from connector.domain.summary import Summary
from connector.operations.accounts import people, tokens
from connector.operations.operator import Operator
from connector.operations.setup import flows
from connector.operations.work import audit
from tests.api.conftest import INVOICES, read
from tests.console.receiver import Serving
from tests.store.scene import BURIED, Scene
from workers.cli.elsewhere import OF_THIS_MACHINE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connector.bootstrap import Application
    from tests.cli.conftest import Said, Terminal

DATABASE = ("ML_CONNECTOR_DATABASE_URL", "ML_CONNECTOR_MASTER_KEYS", "ML_CONNECTOR_BROKER_URL")


@dataclass(frozen=True, kw_only=True)
class Analyst:
    """Somebody at a terminal that knows a server and a token, and nothing else."""

    terminal: Terminal
    server: str
    operator: Operator
    scene: Scene
    away: Callable[[], None]


@pytest.fixture
def analyst(acme: Terminal, built: Application, monkeypatch: pytest.MonkeyPatch) -> Iterator[Analyst]:
    operator = Operator(application=built, actor="operator:root")
    people.add(operator, "anna", Role.OPERATOR)
    token, _ = tokens.add(operator, "anna", "laptop", Role.OPERATOR)
    invoices, worker = flows.get(operator, INVOICES), new_id()
    built.store.heartbeat(worker, host="here", pid=1, kind="worker", busy_with=())
    scene = Scene(
        ledger=built.store,
        vault=built.vault,
        integration_id=invoices.integration_id,
        suppliers=invoices.id,
        invoices=invoices.id,
        worker=worker,
    )
    for key in ("2000010", "2000020", "2000030"):
        record = read(scene, key, {"id": key}, Summary(kind="invoice", number=key, party="10-300"))
        if key == "2000020":
            scene.settle(scene.held(record), BURIED)
    monkeypatch.setenv("ML_CONNECTOR_TOKEN", token)
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    web.add(app, operator, pace=Pace(burst=10_000, a_second=10_000))

    def away() -> None:
        for name in DATABASE:
            monkeypatch.delenv(name)
        monkeypatch.setenv("ML_CONNECTOR_SERVER", serving.url)

    with Serving(app) as serving:
        yield Analyst(terminal=acme, server=serving.url, operator=operator, scene=scene, away=away)


READING = [
    ("needs",),
    ("flow", "list"),
    ("flow", "show", INVOICES),
    ("record", "list"),
    ("record", "list", "--search", "20000", "--limit", "2"),
    ("record", "list", "--state", "dead", "--party", "10-300"),
    ("record", "show", "2000020"),
    ("dead", "list"),
    ("dead", "show", "2000020"),
    ("run", "list"),
    ("run", "list", "--on-demand"),
    ("connection", "list"),
    ("crosswalk", "list"),
    ("reconcile", "acme", "--period", "2026"),
    ("reconcile", INVOICES, "--period", "2026", "--list", "between", "--limit", "1"),
    ("period", "list"),
    ("period", "show", INVOICES, "--period", "2026"),
    ("audit", "show", f"flow:{INVOICES}"),
    ("audit", "export"),
]


def test_what_is_read_over_the_api_is_what_stands_in_the_ledger(analyst: Analyst) -> None:
    terminal = analyst.terminal
    terminal.ok("flow", "schedule", INVOICES, "@daily")  # what comes next is another moment every five minutes
    terminal.ok("period", "sign-off", INVOICES, "--period", "2026", "--why", "as a trial")
    analyst.scene.finish(analyst.scene.read_one("2000040"))
    here: dict[tuple[str, ...], tuple[Said, Said]] = {}
    for words in READING:
        here[words] = (terminal(*words), terminal(*words, "--json"))
    analyst.away()
    for words, (told, json) in here.items():
        there, json_there = terminal(*words), terminal(*words, "--json")
        assert there.code == told.code, (words, there)
        assert json_there.out == json.out, (words, json_there)
        if words[0] != "reconcile":
            assert there.out == told.out, words


def test_what_an_analyst_does_is_done_in_their_name(analyst: Analyst) -> None:
    analyst.away()
    ok, flow = analyst.terminal.ok, INVOICES
    ok("flow", "enable", flow)
    ok("flow", "run", flow)
    ok("flow", "disable", flow, "--hold", "--why", "the target is upgraded")
    ok("flow", "enable", flow)
    ok("connection", "stop", "acme-qad", "--why", "it is moved")
    ok("connection", "resume", "acme-qad")
    assert analyst.terminal("connection", "ping", "acme-qad").code == 1
    ok("crosswalk", "set", "payment_terms", "30", "N30")
    refused = analyst.terminal("period", "sign-off", flow, "--period", "2026")
    assert (refused.code, "Say why it is signed off all the same." in " ".join(refused.err.split())) == (1, True)
    ok("period", "sign-off", flow, "--period", "2026", "--why", "as a trial")
    ok("period", "withdraw", flow, "--period", "2026", "--why", "too early")
    asked = analyst.terminal("dead", "settle", "2000020", "--attempt", "1", "--not-there")
    assert "one of refused" in " ".join(asked.err.split())
    assert "Requeued 1 of 1." in ok("dead", "requeue", "--flow", flow).out
    events = list(audit.walk(analyst.operator, since=None, until=None))
    mine = [one.name for one in events if one.actor == "operator:anna (API, token laptop)"]
    assert {
        "operator.changed",
        "operator.ran",
        "operator.held",
        "operator.stopped",
        "operator.resumed",
        "operator.set_codes",
        "operator.requeued",
        "operator.signed_off",
        "operator.withdrew_sign_off",
    } <= set(mine)


REFUSED = [
    ("up",),
    ("demo",),
    ("doctor",),
    ("sandbox", "qad"),
    ("db", "migrate"),
    ("vault", "status"),
    ("record", "correct", "2000020", "--field", "a", "--value", "b", "--why", "c"),
    ("audit", "verify"),
]


def test_every_other_command_refuses_in_one_sentence(analyst: Analyst) -> None:
    analyst.away()
    for words in REFUSED:
        said = analyst.terminal(*words)
        assert said.code == 2, words
        assert said.err.startswith("This works on the ledger itself, and not with --server"), words
        assert OF_THIS_MACHINE.get(words[0], "") in " ".join(said.err.split())
        assert len(said.err.strip().split(". ")) == 1, words


def test_a_server_is_named_by_an_option_too_and_for_one_command(
    analyst: Analyst, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = analyst.terminal("--server", analyst.server, "operator", "list")
    assert there.err == "That takes the role admin, and the token laptop has operator.\n"
    assert analyst.terminal("operator", "list").code == 0
    for name in DATABASE:
        monkeypatch.delenv(name)
    assert "acme-qad" in analyst.terminal.ok("--server", analyst.server, "connection", "list").out


def test_problems_of_the_api_are_sentences_of_the_command(analyst: Analyst, monkeypatch: pytest.MonkeyPatch) -> None:
    analyst.away()
    assert analyst.terminal("flow", "show", "acme/nothing").err.startswith("There is no flow 'acme/nothing'.")
    monkeypatch.setenv("ML_CONNECTOR_TOKEN", "mlc_00000000000000000000000000000000_x")
    wrong = analyst.terminal("flow", "list")
    assert (wrong.code, wrong.err) == (1, "This token is none of ours, has ended or was revoked.\n")


@pytest.mark.parametrize(
    ("server", "said"),
    [
        ("http://connector.example.com", "not reached over TLS"),
        ("ftp://127.0.0.1", "no address of a console"),
        ("https://anna:word@127.0.0.1", "no address of a console"),
        ("http://127.0.0.1:9", "does not answer"),
    ],
)
def test_a_token_goes_nowhere_in_clear_but_to_this_machine(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, server: str, said: str
) -> None:
    monkeypatch.setenv("ML_CONNECTOR_TOKEN", "mlc_canary_x")
    told = terminal("--server", server, "flow", "list")
    assert said in told.err
    assert "canary" not in told.err + told.out


def test_a_token_comes_from_a_file_or_the_environment_and_no_option_takes_one(
    analyst: Analyst, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = analyst.terminal.file("token", f"{os.environ['ML_CONNECTOR_TOKEN']}\n")
    analyst.away()
    monkeypatch.delenv("ML_CONNECTOR_TOKEN")
    assert "--server takes a token of yours" in analyst.terminal("flow", "list").err
    monkeypatch.setenv("ML_CONNECTOR_TOKEN_FILE", token)
    analyst.terminal.ok("flow", "list")
    assert "--token" not in analyst.terminal.ok("--help").out
