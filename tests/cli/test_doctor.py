from __future__ import annotations

import dataclasses
import datetime as dt
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from connector.config import read_settings
from connector.domain.identity import new_id
from connector.domain.record import Hold
from connector.embedded.redis import EmbeddedRedis
from connector.embedded.server_versions import version_in
from connector.operations.health import machine, postgres, watching
from connector.operations.operator import Operator
from connector.vault import new_key
from tests.store.scene import BURIED, WAITS

if TYPE_CHECKING:
    from connector.bootstrap import Application
    from tests.cli.conftest import Said, Terminal
    from tests.store.scene import Scene


def checks(said: Said) -> dict[str, Any]:
    return {check["what"]: check for check in said.json["checks"]}


def test_settings_that_are_wrong_are_listed_one_by_one(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ML_CONNECTOR_LOG_LEVEL", "loud")
    monkeypatch.setenv("ML_CONNECTOR_FLOWER_PORT", "many")

    said = terminal("doctor", "--json")

    assert said.code == 1
    assert [check["health"] for check in said.json["checks"]] == ["wrong", "wrong"]


def test_missing_tables_are_wrong_and_the_rest_is_looked_at(
    terminal: Terminal, empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ML_CONNECTOR_DATABASE_URL", empty_database_url)

    said = terminal("doctor", "--json")

    assert said.code == 1
    assert checks(said)["migrations"]["advice"] == "Run `ml-connector db upgrade`."
    assert checks(said)["redis"]["health"] == "ok"


def test_servers_that_are_away_are_wrong(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ML_CONNECTOR_DATABASE_URL", "postgresql://u:canary-db@127.0.0.1:9/x")
    monkeypatch.setenv("ML_CONNECTOR_BROKER_URL", "redis://:canary-redis@127.0.0.1:9/0")

    said = terminal("doctor", "--json")

    assert said.code == 1
    assert checks(said)["postgres"]["health"] == "wrong"
    assert checks(said)["redis"]["health"] == "wrong"
    assert "canary" not in said.out + said.err


def test_a_redis_that_throws_messages_away_or_obeys_our_password_in_everything_is_named(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    careless = {"maxmemory-policy": "allkeys-lru", "appendonly": "no", "user": "other off"}
    with EmbeddedRedis(tmp_path / "careless", settings=careless) as server:
        monkeypatch.setenv("ML_CONNECTOR_BROKER_URL", server.url())
        said = terminal("doctor", "--json")

    assert said.code == 1
    found = checks(said)
    assert "noeviction" in found["redis eviction"]["advice"]
    assert found["redis append-only file"]["health"] == "warning"
    assert "docs/security.md" in found["redis commands"]["advice"]


def test_a_redis_that_shows_little_or_is_a_replica_answers_all_the_same(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A user as hardening guides advise it, and a node while a managed Redis fails over."""
    settings = {"user": "app on >canary ~* &* +@all -@dangerous", "replicaof": "127.0.0.1 1"}
    with EmbeddedRedis(tmp_path / "replica", settings=settings) as server:
        monkeypatch.setenv("ML_CONNECTOR_BROKER_URL", f"redis://app:canary@{server.url().rpartition('@')[2]}")
        closed = checks(terminal("doctor", "--json"))
        monkeypatch.setenv("ML_CONNECTOR_BROKER_URL", server.url())
        replica = checks(terminal("doctor", "--json"))

    assert (closed["redis"]["health"], closed["redis"]["found"]) == ("ok", "answers")
    assert "+info" in closed["redis settings"]["advice"]
    assert closed["redis commands"]["health"] == "ok"
    assert "replica: nothing can be queued" in replica["redis role"]["found"]


def test_our_own_redis_is_found_closed_and_old(terminal: Terminal) -> None:
    found = checks(terminal("doctor", "--json"))
    assert found["redis commands"]["health"] == found["redis eviction"]["health"] == "ok"
    version = version_in(found["redis"]["found"])
    assert version is not None
    advice = found["redis version"]["advice"] if version.trouble else ""
    assert ("production wants its own" in advice) == bool(version.trouble)


def test_a_redis_that_refuses_the_password_is_named(
    terminal: Terminal, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = redis_url.rpartition("@")[2]
    monkeypatch.setenv("ML_CONNECTOR_BROKER_URL", f"redis://:canary-wrong@{host}")

    found = checks(terminal("doctor", "--json"))["redis"]

    assert found["health"] == "wrong"
    assert "refuses the password" in found["found"]


def test_what_waits_for_a_person_is_mentioned(terminal: Terminal, scene: Scene) -> None:
    assert scene.settle(scene.held(scene.read_one("A")), BURIED)
    parked = dataclasses.replace(WAITS, hold=Hold.PARK, waits_for=("crosswalk:units:EA",))
    assert scene.settle(scene.held(scene.read_one("B")), parked)

    found = checks(terminal("doctor", "--json"))

    assert found["dead letters"]["found"] == "1 open"
    assert found["missing codes"]["found"] == "1 record waits"


@pytest.mark.parametrize(("free", "health"), [(10**8, "wrong"), (10**9, "warning"), (10**11, "ok")])
def test_little_room_on_the_disk_is_told(free: int, health: str, tmp_path: Path) -> None:
    assert machine.disk(tmp_path / "not" / "yet", free_at=lambda _: free).health.value == health


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"DATABASE_URL": "postgresql://c:x@db.acme.example:5432/l"}, ["db.acme.example"]),
        ({"DATABASE_URL": "postgresql://c:x@db.acme.example:5432/l", "WATCHED_DISK": "/var"}, []),
        ({"DATABASE_URL": "postgresql://c:x@127.0.0.1:5432/l"}, []),
        ({"DATABASE_URL": "postgresql://c@/l?host=/run/postgresql"}, []),
    ],
)
def test_the_disk_of_a_database_elsewhere_is_not_passed_over_in_silence(given: dict[str, str], told: list[str]) -> None:
    settings = read_settings({f"ML_CONNECTOR_{name}": value for name, value in given.items()})
    found = list(machine.database_disk(settings))
    assert [host for check in found for host in told if host in check.found] == told
    assert len(found) == len(told)
    assert machine.watched(settings) == Path(given.get("WATCHED_DISK", settings.data_dir))


@pytest.mark.parametrize(("limit", "health"), [(64, "wrong"), (1023, "warning"), (1024, "ok"), (-1, "ok")])
def test_few_open_files_are_told(limit: int, health: str) -> None:
    assert machine.open_files(limit).health.value == health


def test_shared_memory_that_nobody_may_write_to_is_told_before_a_worker_dies_of_it() -> None:
    def refused() -> None:
        raise PermissionError(13, "Permission denied")

    found = machine.shared_memory(refused)
    assert found.health.value == "wrong"
    assert "(Permission denied)" in found.found
    assert machine.shared_memory().health.value == "ok"


@pytest.mark.parametrize("command", ["up", "demo"])
def test_what_nothing_starts_without_ends_it_at_once(
    command: str, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused() -> None:
        raise PermissionError(13, "Permission denied")

    lacking = {
        "disk": machine.disk(Path("/"), free_at=lambda _: 10**6),
        "shared_memory": machine.shared_memory(refused),
        "open_files": machine.open_files(64),
    }
    for what, found in lacking.items():
        with monkeypatch.context() as here:
            here.setattr(machine, what, lambda *_, found=found: found)
            said = terminal(command)
        assert said.code == 2
        assert " ".join(said.err.split()).startswith(
            f"Nothing was started: {found.what}: {found.found}. {found.advice}"
        )


def test_a_folder_that_this_user_may_not_look_into_is_looked_for_above(tmp_path: Path) -> None:
    class Closed(type(tmp_path)):  # type: ignore[misc]  # the class of paths here
        def exists(self, **_: bool) -> bool:
            raise PermissionError(13, "Permission denied")

    assert machine.disk(Closed(tmp_path) / "data", free_at=lambda _: 10**11).found.endswith(" free at /")


def test_a_missing_master_key_is_wrong(terminal: Terminal, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ML_CONNECTOR_MASTER_KEYS", new_key())

    said = terminal("doctor", "--json")

    assert said.code == 1
    assert "ML_CONNECTOR_MASTER_KEYS" in checks(said)["master keys"]["advice"]


def test_workers_and_beat_are_seen_by_their_heartbeats(
    terminal: Terminal, built: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "_ALIVE", 60 * postgres._ALIVE)
    for kind in ("worker", "worker", "beat"):
        built.store.heartbeat(new_id(), host="here", pid=1, kind=kind, busy_with=())

    found = checks(terminal("doctor", "--json"))

    assert found["workers"]["found"] == "2 alive on here"
    assert found["beat"]["health"] == "ok"


def test_queues_are_seen_by_their_canaries(terminal: Terminal, built: Application, scene: Scene) -> None:
    assert "has not sent a canary yet" in checks(terminal("doctor", "--json"))["canaries"]["found"]
    for queue, canary in built.store.recovery.due_canaries(["map", "load"], []):
        if queue == "map":
            built.store.canary_came_back(canary, new_id(), queue)
    assert checks(terminal("doctor", "--json"))["queues"]["health"] == "ok"

    scene.change("UPDATE canaries SET waiting_since = waiting_since - interval '121 seconds'")
    silent = checks(terminal("doctor", "--json"))
    scene.change("UPDATE canaries SET sent_at = sent_at - interval '121 seconds'")
    stopped = checks(terminal("doctor", "--json"))

    assert silent["queue load"]["health"] == "wrong"
    assert "worker-load" in silent["queue load"]["advice"]
    assert {"queue map", "queues", "canaries"} & set(silent) == set()
    sentence = re.compile(
        r"Beat has sent no canary for (1[2-9]|[2-9]\d)\d seconds"
    )  # a slow machine took some of its own
    assert sentence.search(stopped["canaries"]["found"])
    not_ready = watching.not_ready(Operator(application=built, actor="test"), dt.timedelta(seconds=120))
    assert "The queue load is silent" in not_ready
    assert sentence.search(not_ready)


def test_master_keys_are_rotated_while_older_ones_still_open(
    acme: Terminal, built: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = built.vault.key_ids[0]
    newest = new_key()
    keys = f"{newest},{built.settings.master_keys_text()}"
    monkeypatch.setenv("ML_CONNECTOR_MASTER_KEYS", keys)
    assert checks(acme("doctor", "--json"))["master keys"]["health"] == "warning"

    rotated = acme.json("vault", "rotate")
    status = acme.json("vault", "status")

    assert rotated["rewrapped"]["connections.secrets"] == 2
    assert status["removable"] == [old]
    assert status["lost"] == []
    monkeypatch.setenv("ML_CONNECTOR_MASTER_KEYS", newest)
    acme.ok("connection", "rotate", "acme-qad", "--config", acme.file("p.yaml", "password: env:QAD_PASSWORD"))
    assert acme.json("audit", "verify")["ok"]


def test_a_lost_master_key_is_named(acme: Terminal, built: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ML_CONNECTOR_MASTER_KEYS", new_key())

    said = acme("vault", "status")

    assert said.code == 1
    assert built.vault.key_ids[0] in said.err


def test_a_new_key_can_be_used_at_once(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ML_CONNECTOR_MASTER_KEYS", terminal.ok("vault", "new-key").out.strip())

    assert len(terminal.json("vault", "status")["keys"]) == 1


def test_a_wrong_master_key_is_a_line_and_the_connections_are_called_by_their_names(
    acme: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    concur = Path("docs/examples/sandbox-concur.yaml").read_text(encoding="utf-8")  # its refresh token lapses
    monkeypatch.setenv("CONCUR_SECRET", "canary")
    monkeypatch.setenv("CONCUR_REQUEST_TOKEN", "canary")
    acme.ok("connection", "add", "acme-concur", "--system", "concur", "--config", acme.file("c.yaml", concur))
    monkeypatch.setenv("ML_CONNECTOR_MASTER_KEYS", new_key())

    said = acme("doctor", "--json")

    assert said.code == 1, said.err
    found = checks(said)
    assert "which is not set" in found["master keys"]["found"]
    for name in ("acme-concur", "acme-j1", "acme-qad"):
        told = found[f"connection {name}"]
        assert told["health"] == "wrong"
        assert told["found"].startswith(f"connection:{name} is sealed under the master key")
        assert told["advice"] == f"Correct this, then `ml-connector connection ping {name}`."
    assert all(check["health"] != "ok" for what, check in found.items() if what in {"master keys", "setup"})
