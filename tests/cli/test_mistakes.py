"""Every mistake at the command line: one sentence on stderr, exit code 2, no traceback, nothing on stdout."""

from __future__ import annotations

from importlib.metadata import version
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import TYPE_CHECKING

import pytest

from connector.vault import new_key
from tests.cli.conftest import JAGGAER, QAD
from tests.serving import serving

if TYPE_CHECKING:
    from tests.cli.conftest import Terminal

NOWHERE = "01900000-0000-7000-8000-00000000000a"
FLOW = "acme/qad_invoices_to_jaggaer"

MISTAKES: list[tuple[tuple[str, ...], str]] = [
    (("conection", "list"), "No such command 'conection'. Did you mean 'connection',"),
    (("connection", "add", "x"), "Missing option '--system'"),
    (("connection", "list", "--fast"), "No such option: --fast"),
    (("connection", "show", "acme-kad"), "There is no connection 'acme-kad'. Did you mean 'acme-qad'?"),
    (("connection", "ping", "nobody"), "There is no connection 'nobody'"),
    (("connection", "add", "A B", "--system", "qad", "--config", "{qad}"), "'A B' cannot name a connection"),
    (("connection", "add", "acme-qad", "--system", "qad", "--config", "{qad}"), "a connection 'acme-qad' already"),
    (("connection", "add", "x", "--system", "sap", "--config", "{qad}"), "There is no system 'sap'"),
    (("connection", "add", "x", "--system", "qad", "--config", "/no/such/file"), "/no/such/file does not exist"),
    (("connection", "add", "x", "--system", "qad", "--config", "/"), "/ is a directory"),
    (("connection", "add", "x", "--system", "qad", "--config", "{binary}"), "is not UTF-8 text"),
    (("connection", "add", "x", "--system", "qad", "--config", "{empty}"), "is empty"),
    (("connection", "add", "x", "--system", "qad", "--config", "{list}"), "expected `key: value` lines"),
    (("connection", "add", "x", "--system", "qad", "--config", "{broken}"), "line 2: this is not YAML"),
    (("connection", "add", "x", "--system", "qad", "--config", "{clear}"), "password is a secret and must not"),
    (("connection", "add", "x", "--system", "qad", "--config", "{nosecret}"), "password is missing"),
    (("connection", "add", "x", "--system", "qad", "--config", "{badurl}"), "base_url should be a full address"),
    (("connection", "add", "x", "--system", "qad", "--config", "{typo}"), "Did you mean 'username'?"),
    (("connection", "add", "x", "--system", "qad", "--config", "{entity}"), "supliers"),
    (("connection", "rotate", "acme-qad", "--config", "{unset}"), "environment variable NOT_SET, which is not set"),
    (("connection", "rotate", "acme-qad", "--config", "{nofile}"), "/no/such/secret does not exist"),
    (("integration", "add", "x", "--kind", "qad-sap", "--from", "acme-qad", "--to", "acme-j1"), "no kind of"),
    (("integration", "add", "x", "--kind", "qad-jaggaer", "--from", "acme-j1", "--to", "acme-qad"), "after --from"),
    (("integration", "add", "acme", "--kind", "qad-jaggaer", "--from", "acme-qad", "--to", "acme-j1"), "already"),
    (("integration", "show", "acne"), "Did you mean 'acme'?"),
    (("flow", "show", "qad_invoices_to_jaggaer"), "write <integration>/<flow>"),
    (("flow", "enable", "acme/qad_invoice_to_jaggaer"), "Did you mean 'acme/qad_invoices_to_jaggaer'?"),
    (("flow", "schedule", FLOW, "0 0 30 2 *"), "never fires"),
    (("flow", "schedule", FLOW, "hourly"), "Expected `every 5m`"),
    (("flow", "schedule", FLOW, "every 5m", "--timezone", "Berlin"), "There is no time zone 'Berlin'"),
    (("flow", "run", FLOW, "--since", "yesterday"), "is not a moment"),
    (("flow", "run", FLOW, "--since", "2999-01-01"), "lies in the future"),
    (("flow", "run", FLOW, "--limit", "0"), "--limit"),
    (("flow", "run", FLOW, "--dry-run", "--wait"), "nothing that could be waited for"),
    (("flow", "reread", FLOW), "Name the documents to read again"),
    (("flow", "reread", FLOW, "A", "--from", "{empty}"), "Name the documents to read again"),
    (("flow", "reread", FLOW, "--from", "{empty}"), "Name the documents to read again"),
    (("flow", "reread", FLOW, "--from", "/no/such/file"), "/no/such/file does not exist"),
    (("flow", "reread", FLOW, "a\x00b"), "cannot name a document"),
    (("flow", "reread", "acme/none", "A"), "There is no flow 'acme/none'"),
    (("db", "dump", "x"), "names a PostgreSQL of your own: `ml-connector db backup DIRECTORY` backs it up"),
    (("db", "restore", "x"), "use its pg_restore, then `ml-connector db restored`"),
    (("run", "show", "7"), "'7' is not the id of a run"),
    (("run", "show", NOWHERE), "There is no run"),
    (("run", "watch"), "There is no run yet"),
    (("record", "show", NOWHERE), "There is no record"),
    (("record", "list", "--state", "finished"), "There is no state 'finished'"),
    (("record", "list", "--hold", "gates"), "Did you mean 'gate'?"),
    (("record", "list", "--state", "gates"), "Did you mean 'gate'?"),
    (("dead", "list", "--reason", "refuse"), "There is no reason 'refuse'. Did you mean 'refused'?"),
    (("dead", "requeue", "--reason", "crashed"), "There is no reason 'crashed'."),
    (("record", "replay", "x"), "There is no record 'x': name its id, how that begins, or the key of its document"),
    (("dead", "show", NOWHERE), "There is no dead letter"),
    (("dead", "requeue", NOWHERE), "There is no dead letter"),
    (("dead", "requeue", "--flow", "acme/none"), "There is no flow 'acme/none'"),
    (("dead", "discard", NOWHERE), "Missing option '--why'"),
    (("dead", "discard", NOWHERE, "--why", " "), "Say why"),
    (("crosswalk", "set", "units", "EA", " "), "The target ' ' of a row is not usable"),
    (("crosswalk", "import", "/no/such.csv"), "does not exist"),
    (("crosswalk", "set", "unit", "ST", "EA"), "There is no crosswalk table 'unit'. Did you mean 'units'?"),
    (("crosswalk", "list", "--table", "payment_term"), "Did you mean 'payment_terms'?"),
    (("crosswalk", "remove", "units", "ST"), "The crosswalk units has no row 'ST'."),
    (("crosswalk", "import", "{columns}"), "crosswalk column 'sources'. Did you mean 'source'? Known: source"),
    (("crosswalk", "import", "{short}"), "line 2: 2 cells where 3 are expected"),
    (("crosswalk", "import", "{twice}"), "line 3: units 'EA' stands on line 2 already"),
    (("crosswalk", "import", "{hole}"), "line 2: the target is empty"),
    (("crosswalk", "import", "{quote}"), "this is not CSV"),
    (("crosswalk", "import", "{halfhead}"), "must name each column once: table,source,target"),
    (("crosswalk", "list", "--integration", "other"), "There is no integration 'other'"),
    (("audit", "show", NOWHERE), "Nothing is written about"),
    (("audit", "export", "--since", "soon"), "is not a moment"),
    (("apply", "/no/such.yaml"), "does not exist"),
    (("apply", "{list}"), "expected `key: value` lines"),
    (("sandbox", "sap"), "sap"),
    (("sandbox", "qad", "--port", "99999"), "--port"),
    (("sandbox", "qad", "--faults", "{broken}"), "this is not JSON"),
    (("sandbox", "qad", "--faults", "{norules}"), "holds no fault rules"),
    (("sandbox", "qad", "--faults", "{badrule}"), "kind"),
]  # fmt: skip

FILES = {
    "qad": QAD,
    "empty": "",
    "list": "- a\n- b\n",
    "broken": "base_url: x\n  username: [\n",
    "clear": QAD.replace("env:QAD_PASSWORD", "hunter2"),
    "nosecret": QAD.replace("password: env:QAD_PASSWORD\n", ""),
    "badurl": QAD.replace("http://127.0.0.1:9/clouderp", "acme.qad.com"),
    "typo": QAD.replace("username", "usrname"),
    "entity": QAD + "entities:\n  supliers:\n    path: /x\n",
    "unset": "password: env:NOT_SET\n",
    "nofile": "password: file:/no/such/secret\n",
    "columns": "table,sources,target\nunits,EA,EA\n",
    "short": "table,source,target\nunits,EA\n",
    "twice": "table,source,target\nunits,EA,EA\nunits,EA,PC\n",
    "hole": "table,source,target\nunits,EA,\n",
    "quote": 'table,source,target\nunits,"EA,EA\n',
    "halfhead": "table,source\nunits,EA\n",
    "norules": '{"rule": []}',
    "badrule": '[{"kind": "earthquake"}]',
}


@pytest.mark.parametrize("group", sorted({words[0] for words, _ in MISTAKES}))
def test_a_mistake_is_one_sentence_and_exit_code_2(acme: Terminal, group: str) -> None:
    for name, text in FILES.items():
        acme.file(name, text)
    (acme.folder / "binary").write_bytes(b"\xff\xfe\x00")

    for words, sentence in MISTAKES:
        if words[0] == group:
            said = acme(*(str(acme.folder / word[1:-1]) if word.startswith("{") else word for word in words))

            assert said.code == 2, (words, said)
            assert sentence in said.err
            assert len(said.err.strip().splitlines()) == 1, said.err
            assert said.out == ""
            assert "hunter2" not in said.err


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DATABASE_URL", "mysql://x/y", "ML_CONNECTOR_DATABASE_URL"),
        ("DATABASE_URL", "", "ML_CONNECTOR_DATABASE_URL"),
        ("BROKER_URL", "kafka://x", "ML_CONNECTOR_BROKER_URL"),
        ("MASTER_KEYS", "", "There is no master key"),
        ("MASTER_KEYS", "main:short", "32 bytes in base64"),
        ("LOG_LEVEL", "loud", "ML_CONNECTOR_LOG_LEVEL"),
    ],
)
def test_a_wrong_setting_is_one_sentence_and_exit_code_2(
    terminal: Terminal, name: str, value: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"ML_CONNECTOR_{name}", value)

    said = terminal("connection", "list")

    assert said.code == 2
    assert sentence in said.err
    assert len(said.err.strip().splitlines()) == 1


def test_a_database_without_tables_is_told_what_to_do(
    terminal: Terminal, empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ML_CONNECTOR_DATABASE_URL", empty_database_url)

    said = terminal("connection", "list")
    terminal.ok("db", "upgrade")

    assert said.code == 2
    assert "ml-connector db upgrade" in said.err
    terminal.ok("connection", "list")


def test_a_postgres_that_is_away_is_one_sentence_and_a_failure(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ML_CONNECTOR_DATABASE_URL", "postgresql://nobody:canary-database@127.0.0.1:9/none")

    said = terminal("flow", "list")

    assert said.code == 1
    assert "ledger cannot be reached" in said.err
    assert "canary" not in said.err


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("127.0.0.1:9", "127.0.0.1:9: it refuses connections."),
        ("127.0.0.1:9,127.0.0.1:8", "127.0.0.1:9, 127.0.0.1:8: it refuses connections."),
        ("ledger.invalid", "ledger.invalid:5432: there is no such host in DNS."),
        ("", "the socket /nowhere, port 5432: there is no such socket."),
        ("STRANGE", "STRANGE: what answers there is no Postgres."),
    ],
)
def test_a_postgres_that_is_away_is_told_with_where_it_was_asked_and_why_it_was_in_vain(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, place: str, words: str
) -> None:
    class Strange(StreamRequestHandler):
        def handle(self) -> None:
            self.request.recv(8)
            self.wfile.write(b"SSH-2.0-OpenSSH_9.6\r\n")

    with serving(ThreadingTCPServer(("127.0.0.1", 0), Strange)) as server:
        here = f"127.0.0.1:{server.server_address[1]}"
        socket = "" if place else "?host=/nowhere"
        url = f"postgresql://nobody:canary-database@{place.replace('STRANGE', here)}/none{socket}"
        monkeypatch.setenv("ML_CONNECTOR_DATABASE_URL", url)
        said, checked = terminal("flow", "list"), terminal("doctor", "--json")
    expected = f"Asked at {words.replace('STRANGE', here)}"
    assert (said.code, expected in " ".join(said.err.split())) == (1, True), said.err
    assert expected in next(one["found"] for one in checked.json["checks"] if one["what"] == "postgres")
    assert "canary" not in said.err + checked.out + checked.err


def test_a_lost_master_key_is_one_sentence(acme: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ML_CONNECTOR_MASTER_KEYS", new_key())

    said = acme("connection", "ping", "acme-qad")

    assert said.code == 2
    assert "key" in said.err
    assert len(said.err.strip().splitlines()) == 1


def test_what_we_did_not_foresee_is_one_sentence_with_the_place_of_its_details(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("password=canary")

    monkeypatch.setattr("connector.operations.setup.connections.list_", broken)
    said = terminal("connection", "list")

    assert said.code == 1
    assert "did not foresee (ZeroDivisionError)" in said.err
    log = terminal.folder / "data" / "ml-connector-errors.log"
    assert str(log) in said.err
    assert "ZeroDivisionError" in log.read_text()
    assert "canary" not in log.read_text() + said.err


@pytest.mark.parametrize(
    "group", ["", "connection", "integration", "flow", "run", "record", "dead", "crosswalk", "audit"]
)
def test_a_group_without_a_command_shows_its_commands(terminal: Terminal, group: str) -> None:
    said = terminal(*filter(None, [group]))

    assert said.code == 2
    assert "Commands:" in said.err


@pytest.mark.parametrize("command", [(), ("flow",), ("flow", "schedule"), ("doctor",)])
def test_help_has_a_short_name_everywhere(terminal: Terminal, command: tuple[str, ...]) -> None:
    assert terminal.ok(*command, "-h").out == terminal.ok(*command, "--help").out


def test_the_program_says_which_version_it_is(terminal: Terminal) -> None:
    assert terminal.ok("--version").out == f"ml-connector {version('ml-connector')}\n"


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("f", ["flow"]), ("flow re", ["reapply", "rehearse", "reread"]), ("dead requeue --a", ["--all"])],
)
def test_the_shell_completes_what_is_typed(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, typed: str, offered: list[str]
) -> None:
    monkeypatch.setenv("_ML_CONNECTOR_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", f"ml-connector {typed}")
    monkeypatch.setenv("COMP_CWORD", str(len(typed.split())))

    assert terminal.ok().out.split() == offered


def test_every_command_has_help_and_machine_output(terminal: Terminal) -> None:
    groups = ["connection", "integration", "flow", "run", "record", "dead", "crosswalk", "audit", "vault", "db"]
    for group in groups:
        listed = terminal.ok(group, "--help").out.split("Commands:")[1].splitlines()
        for command in [
            line.split()[0] for line in listed if line.strip() and line.startswith("  ") and line[2] != " "
        ]:
            assert "--json" in terminal.ok(group, command, "--help").out, (group, command)
    for command in ("doctor", "apply", "export", "sandbox"):
        assert "--json" in terminal.ok(command, "--help").out


def test_a_dump_where_nothing_runs_says_whose_ledger_it_backs_up_and_what_backs_up_others(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ML_CONNECTOR_DATABASE_URL")
    said = terminal("db", "dump", "x")
    assert said.code == 2
    assert "the PostgreSQL of `ml-connector up`, which does not run on" in said.err
    assert "named in ML_CONNECTOR_DATABASE_URL, and backed up by `ml-connector db backup DIRECTORY`" in said.err


def test_jaggaer_mistakes_are_sentences_too(terminal: Terminal) -> None:
    wrong = terminal.file("j.yaml", JAGGAER.replace("token_url", "tokenurl"))

    said = terminal("connection", "add", "j1", "--system", "jaggaer", "--config", wrong)

    assert said.code == 2
    assert "token_url" in said.err
