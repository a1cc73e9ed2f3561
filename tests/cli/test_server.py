"""Commands with ``--server``: an analyst has a token, and no address of a database."""

from __future__ import annotations

import datetime as dt
import os
import re
import signal
from dataclasses import dataclass, is_dataclass, replace
from functools import partial
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

import pytest
from fastapi import FastAPI, Response

from connector.domain.errors import ConnectorError
from connector.domain.identity import new_id
from connector.domain.role import Role
from connector.domain.summary import Summary
from connector.operations.accounts import people, tokens
from connector.operations.operator import Operator
from connector.operations.setup import flows
from connector.operations.work import audit
from connector.ports import Message
from tests.api.conftest import INVOICES, api_of, read
from tests.cli.conftest import LEDGER, move
from tests.console.receiver import Serving
from tests.flows import golden
from tests.http.misbehaving import misbehaving, says, truncates
from tests.store.scene import BURIED, Scene
from workers.cli import reaching
from workers.cli.elsewhere import OF_THIS_MACHINE
from workers.cli.reaching.revived import revived

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connector.bootstrap import Application
    from tests.cli.conftest import Terminal

SUPPLIERS = "acme/qad_suppliers_to_jaggaer"
NOTHING = "01234567-89ab-7def-8123-456789abcdef"


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
    acme.ok("crosswalk", "set", "payment_terms", "N30", "NET30")
    supply(built, replace(scene, invoices=flows.get(operator, SUPPLIERS).id))
    monkeypatch.setenv("ML_CONNECTOR_TOKEN", token)
    with api_of(operator)[1] as serving:
        away = partial(move, monkeypatch, serving.url)
        yield Analyst(terminal=acme, server=serving.url, operator=operator, scene=scene, away=away)


def supply(built: Application, scene: Scene) -> None:
    """A supplier that JAGGAER has, another one that is stuck, and two messages."""
    for key, country in (("10023", "DE"), ("10024", "GERMANY")):
        document = {
            **golden.PAIRS["qad-jaggaer"].read("qad_suppliers_to_jaggaer/active.source.json"),
            "supplier_code": key,
        }
        called = Summary(kind="supplier", number=key, party=key)
        record = read(scene, key, {**document, "country": country}, called)
        if country == "DE":
            scene.finish(record)
        else:
            scene.settle(scene.held(record), BURIED)
    for number, problem in (("one", ""), ("two", "It is torn.")):
        built.inbox("acme-qad").keep(Message(entity="invoices", id=number, key="M-1", problem=problem), b"canary")


#: what is looked at; a file is named by < and its name, and one that is written by >
READING = f"""
needs
flow list
flow show {INVOICES} --json
record list
record list --search 20000 --limit 2 --json
record list --state dead --party 10-300
record list --state nowhere
record show 2000020
record show 200
record replay 2000010
dead list --json
dead show 2000020
dead show nowhere
dead requeue {NOTHING}
dead requeue --reason nothing
dead discard 2000020 --why looked
run list
run list --on-demand --json
run cancel {NOTHING}
message list
message list --connection acme-qad --entity invoices --since 1d --limit 1 --json
message list --quarantined --key M-1
message list --connection nowhere
message show 2
message show 99
message retry 1 99
message retry --connection acme-j1
reconcile acme --period 2026 --csv >months.csv
reconcile {INVOICES} --period 2026 --json
reconcile nowhere --period 2026
reconcile {INVOICES} --period 2026 --list between --limit 1
period list
period show {INVOICES} --period 2026
period show {SUPPLIERS} --period 2026
period withdraw {SUPPLIERS} --period 2026 --why nothing
audit show flow:{INVOICES}
audit show nowhere
audit seals
audit export --until NOW
audit export --document nowhere
audit export --document 2000010
audit export --document 2000010 --csv >one.csv --page >one.html
audit verify --json
audit verify --expect nothing
flow reread {INVOICES}
flow rehearse {SUPPLIERS}
flow rehearse {SUPPLIERS} --codes <codes.csv
flow rehearse {SUPPLIERS} --codes <codes.csv --json
flow rehearse {SUPPLIERS} --codes <wrong.csv
flow rehearse {SUPPLIERS} --options <options.yaml
flow rehearse nowhere/nothing --options <options.yaml
flow rehearse {SUPPLIERS} --options <wrong.yaml
flow reapply {SUPPLIERS} --dry-run
flow reapply {SUPPLIERS} --dry-run --json
flow reapply nowhere/nothing --dry-run
flow run {SUPPLIERS} --dry-run
drift acme
drift {SUPPLIERS} --json
drift nowhere
record show 10023 --lineage
record show 10023 --lineage --json
record show 10024 --lineage
record show 10024 --payload --json
message show 1 --payload --json
record correct 10024 --field country --value DE --why seen --dry-run --json
record correct 10024 --field country --value GERMANY --why seen --dry-run
record correct 10023 --field country --value FR --why seen
""".strip().splitlines()
FILES = {
    "codes.csv": "table,source,target\npayment_terms,N30,NET45\n",
    "wrong.csv": "table,source,target\nno_such_table,N30,NET45\n",
    "options.yaml": "{}\n",
    "wrong.yaml": "no_such_option: 1\n",
}
#: what is otherwise each time
_OWN = re.compile(
    r'"made_(at|by)": "[^"]*"|"events": \d+|"unsealed": \d+|\d+ events|"next_fires": [^]]*|(would run at|then) .*'
)


def typed(terminal: Terminal, line: str) -> tuple[int, str, str, str]:
    """How a command ended, what it said, and what it wrote."""
    words = [terminal.file(word[1:], FILES[word[1:]]) if word.startswith("<") else word for word in line.split()]
    places = [terminal.folder / word[1:] for word in words if word.startswith(">")]
    said = terminal(*(str(terminal.folder / word[1:]) if word.startswith(">") else word for word in words))
    written = [place.read_text() for place in places if place.suffix == ".csv" and place.exists()]
    err = "" if "--limit shows" in said.err else said.err
    return said.code, _OWN.sub("...", said.out), err, "\n".join(written)


def test_what_is_read_over_the_api_is_what_stands_in_the_ledger(analyst: Analyst) -> None:
    terminal = analyst.terminal
    terminal.ok("flow", "schedule", INVOICES, "@daily")  # what comes next is another moment every five minutes
    terminal.ok("period", "sign-off", INVOICES, "--period", "2026", "--why", "as a trial")
    analyst.scene.finish(analyst.scene.read_one("2000040"))
    now = dt.datetime.now(dt.UTC).isoformat()
    lines = [line.replace("NOW", now) for line in READING]
    here = {line: typed(terminal, line) for line in lines}
    analyst.away()
    there = {line: typed(terminal, line) for line in lines}
    assert {line: (here[line], told) for line, told in there.items() if told != here[line]} == {}


@pytest.mark.parametrize("where", ["here", "there"])
def test_an_analyst_does_the_same_with_a_server_and_without(analyst: Analyst, where: str) -> None:
    terminal, flow = analyst.terminal, INVOICES
    if where == "there":
        analyst.away()

    def refused(*words: str) -> str:
        said = terminal(*words)
        assert said.code == 2, said
        return " ".join(said.err.split())

    done = {
        f"flow enable {flow}": f"{flow} is on",
        f"flow run {flow}": "Queued as run",
        f"flow disable {flow} --hold --why upgraded": "records under way wait",
        f"flow enable {SUPPLIERS}": f"{SUPPLIERS} is on",
        f"flow schedule {flow} @daily": f"{flow} runs",
        f"flow reread {flow} 4711 4712": "Queued 2 reads",
        f"flow reapply {SUPPLIERS} --yes --why terms": f"1 document of {SUPPLIERS} sent on their way again.",
        "record correct 10024 --field country --value DE --why seen": "goes on as version 2",
        "message discard 1 --why no": "Discarded message 1 of acme-qad",
        "message restore 1": "Message 1 of acme-qad counts",
        "connection stop acme-qad --why moved": "",
        "connection resume acme-qad": "",
        "crosswalk set payment_terms 30 N30": "",
        f"period sign-off {flow} --period 2026 --why trial": "Signed off",
        f"period withdraw {flow} --period 2026 --why early": "is not signed off",
    }
    assert "Say why it is signed off all the same." in refused("period", "sign-off", flow, "--period", "2026")
    assert terminal("connection", "ping", "acme-qad").code == 1
    for line, said in done.items():
        assert said in terminal.ok(*line.split()).out, line
    run = terminal.json("flow", "run", SUPPLIERS)["run"]["id"]
    assert "it read 0" in terminal.ok("run", "cancel", run).out
    assert "has ended already" in refused("run", "cancel", run)
    assert "one of refused" in refused("dead", "settle", "2000020", "--attempt", "1", "--not-there")
    letter = terminal.json("dead", "show", "2000020")
    assert f"is {letter['id']} (refused" in refused("dead", "discard", letter["record_id"], "--why", "paid by hand")
    terminal.ok("dead", "discard", letter["id"], "--why", "paid by hand")
    for words in (("dead", "requeue"), ("record", "replay")):
        said = refused(*words, "2000020")
        assert "discarded: paid by hand. Its document may have been entered" in said
        command = re.search(r"send it again with `(.*) --discarded`", said)
        assert command is not None, said
        assert command[1].startswith(" ".join(words))
    assert "Requeued 1 of 1." in terminal.ok("dead", "requeue", "2000020", "--discarded").out
    assert "Requeued 0 of 0." in terminal.ok("dead", "requeue", "--flow", flow).out
    events = [one for one in audit.walk(analyst.operator, since=None, until=None) if one.name.startswith("operator.")]
    mine = {one.name: one for one in events if "(API, token laptop)" in one.actor or where == "here"}
    assert mine["operator.reapplied"].detail["why"] == "terms"
    assert {
        "operator.changed",
        "operator.ran",
        "operator.cancelled_run",
        "operator.held",
        "operator.reread",
        "operator.stopped",
        "operator.resumed",
        "operator.set_codes",
        "operator.discarded",
        "operator.restored",
        "operator.reopened",
        "operator.requeued",
        "operator.corrected",
        "operator.signed_off",
        "operator.withdrew_sign_off",
    } <= set(mine)


@pytest.mark.parametrize("module", sorted(one.name for one in iter_modules(reaching.__path__)))
def test_whatever_the_api_answers_can_be_taken_for_what_operations_return(module: str) -> None:
    for kind in vars(import_module(f"workers.cli.reaching.{module}")).values():
        if isinstance(kind, type) and is_dataclass(kind):
            with pytest.raises(ConnectorError, match="one of both is of another release"):
                revived(kind, "nothing")


def test_what_is_of_the_machine_refuses_in_one_sentence_that_says_why(analyst: Analyst) -> None:
    analyst.away()
    for words in (("up",), ("demo",), ("doctor",), ("sandbox", "qad"), ("db", "migrate"), ("vault", "status")):
        said = analyst.terminal(*words)
        assert said.code == 2, words
        assert said.err.startswith("This works on the ledger itself, and not with --server, because "), words
        assert OF_THIS_MACHINE[words[0]] in " ".join(said.err.split())
        assert len(said.err.strip().split(". ")) == 1, words


def test_ctrl_c_stops_a_job_there_and_says_how_far_it_came(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    there, asked = FastAPI(), list[str]()
    job: dict[str, Any] = {"status": "running", "about": "Requeue", "said": "", "done": 500, "of": 1500, "error": ""}

    @there.post("/api/v1/requeues/preview")
    def preview() -> dict[str, int]:
        return {"meant": 1500}

    @there.post("/api/v1/requeues")
    def begin(response: Response) -> dict[str, Any]:
        response.headers["Location"] = "/api/v1/jobs/one"
        return job

    @there.get("/api/v1/jobs/one")
    def look() -> dict[str, Any]:
        if asked:  # what nobody stops is done some time
            return job | ({} if "stop" in asked else {"status": "done", "result": {"requeued": 1500, "refused": []}})
        asked.append("ctrl-c")
        os.kill(os.getpid(), signal.SIGINT)
        return job

    @there.post("/api/v1/jobs/one/stop")
    def stop() -> dict[str, bool]:
        asked.append("stop")
        job["status"] = "stopped"
        return {"stopping": True}

    monkeypatch.setenv("ML_CONNECTOR_TOKEN", "mlc_x_y")
    with Serving(there) as serving:
        said = terminal("--server", serving.url, "dead", "requeue", "--all")
    assert (said.code, asked) == (130, ["ctrl-c", "stop"])
    assert said.err.splitlines()[-1] == "Stopped after 500 of 1500; the same command goes on with the rest."


def test_a_server_is_named_by_an_option_too_and_for_one_command(
    analyst: Analyst, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = analyst.terminal("--server", analyst.server, "operator", "list")
    assert there.err == "That takes the role admin, and the token laptop has operator.\n"
    assert analyst.terminal("operator", "list").code == 0
    for name in LEDGER:
        monkeypatch.delenv(name)
    assert "acme-qad" in analyst.terminal.ok("--server", analyst.server, "connection", "list").out


def test_problems_of_the_api_are_sentences_of_the_command(analyst: Analyst, monkeypatch: pytest.MonkeyPatch) -> None:
    analyst.away()
    assert analyst.terminal("flow", "show", "acme/nothing").err.startswith("There is no flow 'acme/nothing'.")
    monkeypatch.setenv("ML_CONNECTOR_TOKEN", "mlc_00000000000000000000000000000000_x")
    wrong = analyst.terminal("flow", "list")
    assert (wrong.code, wrong.err) == (1, "This token is none of ours, has ended or was revoked.\n")


def test_what_is_no_answer_or_not_all_of_one_is_said_and_nothing_of_it_is_kept(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ML_CONNECTOR_TOKEN", "mlc_x_y")
    kept = terminal.folder / "one.csv"
    with misbehaving() as there:
        there.on("/api/v1/needs", lambda _, connection: connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n"))
        there.on(f"/api/v1/records/{NOTHING}/file", says(), truncates)
        for words in (("needs",), ("audit", "export", "--document", NOTHING, "--csv", str(kept))):
            said = terminal("--server", there.url, *words)
            assert (said.code, said.out) == (1, "")
            assert f"{there.url} does not answer as a console does: " in said.err
    assert not kept.exists()


@pytest.mark.parametrize(
    ("server", "said"),
    [
        ("http://connector.example.com", "not reached over TLS"),
        ("ftp://127.0.0.1", "no address of a console"),
        ("https://anna:word@127.0.0.1", "no address of a console"),
        ("http://127.0.0.1:9", "http://127.0.0.1:9 refuses connections: check that the console runs"),
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
    reading, writing = os.pipe()  # as a shell has it in <(...): read once, and two questions are asked
    os.write(writing, Path(token).read_bytes())
    os.close(writing)
    monkeypatch.setenv("ML_CONNECTOR_TOKEN_FILE", f"/dev/fd/{reading}")
    analyst.terminal.ok("record", "show", "2000010")
    os.close(reading)
    assert "--token" not in analyst.terminal.ok("--help").out


@pytest.mark.parametrize(
    "command",
    [
        ("connection", "show", "acme-qad/webhooks"),
        ("connection", "ping", ""),
        ("integration", "show", "acme/codes"),
        ("alert", "channel", "test", "team/test"),
        ("webhook", "list", "acme-qad/"),
    ],
)
def test_a_name_never_leads_to_another_address(analyst: Analyst, command: tuple[str, ...]) -> None:
    here = analyst.terminal(*command)
    analyst.away()
    there = analyst.terminal(*command)
    assert (here.code, there.code) == (2, 2)
    assert f"nothing called '{command[-1]}'" in " ".join(there.err.split())


@pytest.mark.parametrize(
    "command", [("connection", "add", "acme/qad", "--system", "qad"), ("operator", "add", "a/b", "--role", "viewer")]
)
def test_what_is_to_be_made_is_named_as_it_is_here(analyst: Analyst, command: tuple[str, ...]) -> None:
    if command[0] == "connection":
        command = (*command, "--config", analyst.terminal.file("new.yaml", "base_url: https://qad.example"))
    here = analyst.terminal(*command)
    analyst.away()
    there = analyst.terminal(*command)
    assert (here.code, there.code) == (2, 2)
    assert "nothing called" not in here.err + there.err


def test_what_a_system_has_its_own_names_for_may_be_called_anything(analyst: Analyst) -> None:
    analyst.away()
    there = analyst.terminal("webhook", "remove", "acme-qad", "team/prod")
    assert "takes the role admin" in there.err  # it has been asked for, and not looked at here
