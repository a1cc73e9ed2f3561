"""What systems sent goes by age and at a person's request, unless somebody still needs it; that it came stays."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from connector.bootstrap import application
from connector.config import load_settings
from connector.embedded import roles
from connector.operations.health.retaining import retain
from connector.operations.operator import Operator
from connector.ports import Kept, Message
from tests.privileged import url_of
from tests.store.scene import BURIED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.store.connection.inbox import StoredInbox
    from tests.cli.conftest import Terminal
    from tests.store.scene import Scene

LATER = dt.timedelta(days=61)


@pytest.fixture
def inbox(scene: Scene) -> StoredInbox:
    """Of the connection that the scene's flows read."""
    scene.change("UPDATE connections SET system = 'cxml' WHERE name = 'qad'")
    return scene.ledger.inbox(scene.ledger.connection("qad").id, scene.vault)


@pytest.fixture
def owner(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Iterator[Operator]:
    url = url_of(scene.ledger.engine.url, roles.OWNER)
    monkeypatch.setenv("ML_CONNECTOR_OWNER_DATABASE_URL", url)
    opened = application(load_settings().model_copy(update={"database_url": url}))
    yield Operator(application=opened, actor="operator:test")
    opened.close()


def sent(inbox: StoredInbox, number: str, key: str, **more: Any) -> Message:
    message = Message(**{"entity": "invoices", "id": number, "key": key, **more})
    inbox.keep(message, f"says {number}".encode())
    return message


def bodies(inbox: StoredInbox, key: str) -> list[bytes]:
    return [one.body for one in inbox.about("invoices", key)]


def removed(owner: Operator, after: dt.timedelta = LATER) -> int:
    with owner.transaction() as tx:
        now = tx.now
    return retain(owner, payload_days=60, record_days=0, now=now + after).messages


def test_what_a_flow_has_taken_goes_by_age_and_is_known_when_it_is_sent_again(
    scene: Scene, owner: Operator, inbox: StoredInbox
) -> None:
    message = sent(inbox, "m1", "INV-1")
    scene.finish(scene.read_one("INV-1"), "T-1")
    assert removed(owner, dt.timedelta(days=59)) == 0, "not old enough"
    assert bodies(inbox, "INV-1") == [b"says m1"]
    assert removed(owner) == 1
    assert (bodies(inbox, "INV-1"), inbox.read("invoices")) == ([b""], [])
    assert inbox.keep(message, b"says m1") is Kept.REPEATED
    assert inbox.keep(message, b"says something else") is Kept.OTHER
    assert removed(owner) == 0, "there is nothing more to be done"
    assert scene.ask("SELECT FROM audit_events WHERE subject = 'retention:messages'")


def test_what_somebody_needs_stays(scene: Scene, owner: Operator, inbox: StoredInbox) -> None:
    scene.finish(scene.read_one("INV-NEWER"), "T-1")
    for key in ("INV-UNREAD", "INV-WAITS", "INV-DEAD", "INV-NEWER"):
        sent(inbox, f"m-{key}", key)
    sent(inbox, "m-amiss", "INV-AMISS", problem="nobody can read it")
    scene.read_one("INV-WAITS")
    dead = scene.read_one("INV-DEAD")
    scene.settle(scene.held(dead), BURIED)
    assert removed(owner) == 0
    assert len(scene.ask("SELECT FROM received_messages WHERE octet_length(body) > 0")) == 5
    scene.change("UPDATE dead_letters SET resolved_at = now() WHERE record_id = :id", id=dead)
    assert removed(owner) == 1


def test_what_a_later_one_overtook_and_what_nobody_reads_goes(
    scene: Scene, owner: Operator, inbox: StoredInbox
) -> None:
    sent(inbox, "m1", "INV-1")
    sent(inbox, "m2", "INV-1")
    sent(inbox, "m3", "", entity="")
    sent(inbox, "m4", "INV-4")
    scene.change("UPDATE received_messages SET discarded_at = now() WHERE message_id = 'm4'")
    assert removed(owner) == 3
    assert bodies(inbox, "INV-1") == [b"says m2", b""]


def test_of_systems_that_look_into_what_was_sent_all_stays(scene: Scene, owner: Operator, inbox: StoredInbox) -> None:
    sent(inbox, "m1", "INV-1")
    scene.finish(scene.read_one("INV-1"), "T-1")
    scene.change("UPDATE connections SET system = 'qad-ee' WHERE name = 'qad'")
    assert removed(owner) == 0


def test_a_message_goes_with_the_document_that_is_erased(
    terminal: Terminal, scene: Scene, owner: Operator, inbox: StoredInbox
) -> None:
    sent(inbox, "m1", "INV-1")
    sent(inbox, "m2", "INV-2")
    record_id = scene.read_one("INV-1")
    scene.finish(record_id, "T-1")
    said = terminal.json("db", "erase", str(record_id), "--why", "request of today", "--yes")
    assert (bodies(inbox, "INV-1"), bodies(inbox, "INV-2")) == ([b""], [b"says m2"])
    (event,) = terminal.json("audit", "show", said["certificate"])
    assert event["detail"]["messages"] == [1]
    assert "was removed" in terminal("message", "show", "1", "--payload").err
    assert terminal("db", "erase", str(record_id), "--why", "again", "--yes").code != 0, "nothing is left"


def test_a_message_that_waits_for_a_person_is_named_and_goes_once_it_is_discarded(
    terminal: Terminal, scene: Scene, owner: Operator, inbox: StoredInbox
) -> None:
    record_id = scene.read_one("INV-1")
    scene.finish(record_id, "T-1")
    sent(inbox, "m1", "INV-1", problem="nobody can read it")
    assert "message 1" in terminal.ok("db", "erase", str(record_id), "--why", "request", "--yes").err
    terminal.ok("message", "discard", "1", "--why", "wrong")
    terminal.ok("db", "erase", str(record_id), "--why", "request", "--yes")
    assert bodies(inbox, "INV-1") == []
    assert scene.ask("SELECT FROM received_messages WHERE octet_length(body) > 0") == []


def test_a_message_without_a_document_is_erased_by_its_number_once_nobody_reads_it(
    terminal: Terminal, scene: Scene, owner: Operator, inbox: StoredInbox
) -> None:
    sent(inbox, "m1", "INV-1", problem="nobody can read it")
    sent(inbox, "m2", "INV-2")
    for number in ("1", "2"):
        refused = " ".join(terminal("db", "erase", f"message:{number}", "--why", "request", "--yes").err.split())
        assert f"`ml-connector message discard {number} --why TEXT`" in refused
    terminal.ok("message", "discard", "1", "--why", "a stranger's")
    assert terminal.json("db", "erase", "message:1", "--why", "request", "--dry-run")["certificate"] == ""
    said = terminal.json("db", "erase", "message:1", "--why", "request", "--yes")
    left = scene.ask("SELECT number FROM received_messages WHERE octet_length(body) > 0")
    assert [row.number for row in left] == [2]
    (event,) = terminal.json("audit", "show", said["certificate"])
    assert (event["detail"]["messages"], event["detail"]["records"]) == ([1], [])
    assert "gone already" in terminal("db", "erase", "message:1", "--why", "again", "--yes").err
