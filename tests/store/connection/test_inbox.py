"""What a connection was sent: stored once, read in order, the latest of each document, by each tenant its own."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Protocol
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.domain.errors import ConfigurationError
from connector.ports import Inbox, Kept, Message
from connector.store.connection import inbox as stored
from tests.inboxes import InboxInMemory
from tests.waiting import HANG_SECONDS

if TYPE_CHECKING:
    from connector.store.connection.inbox import StoredInbox
    from tests.store.scene import Scene

NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


class Keeping(Inbox, Protocol):
    def keep(self, message: Message, body: bytes) -> Kept: ...


def message(number: str, key: str = "", **more: Any) -> Message:
    return Message(**{"entity": "invoices", "id": number, "key": key, **more})


def inbox_of(scene: Scene, tenant: str = "", name: str = "qad") -> StoredInbox:
    return scene.ledger.inbox(scene.ledger.connection(name).id, scene.vault, tenant)


@pytest.fixture(params=["stored", "in memory"])
def inbox(request: pytest.FixtureRequest) -> Keeping:
    return inbox_of(request.getfixturevalue("scene")) if request.param == "stored" else InboxInMemory()


# What every inbox does.


def test_a_message_is_stored_once_and_what_has_its_id_is_told_from_it(inbox: Keeping) -> None:
    assert inbox.keep(message("1"), b"a") is Kept.NEW
    assert inbox.keep(message("1"), b"a") is Kept.REPEATED
    assert inbox.keep(message("1"), b"b") is Kept.OTHER
    assert [one.body for one in inbox.read("invoices")] == [b"a"]


@pytest.mark.parametrize(
    "stands_at",
    [
        dt.datetime(9999, 12, 31, 23, 59, 59, tzinfo=dt.timezone(dt.timedelta(hours=-6))),
        dt.datetime(1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=9))),
    ],
)
def test_a_moment_that_is_none_by_our_calendar_counts_as_none(inbox: Keeping, stands_at: dt.datetime) -> None:
    assert inbox.keep(message("1", key="k", stands_at=stands_at), b"a") is Kept.NEW
    assert inbox.keep(message("2", key="k", stands_at=stands_at), b"b") is Kept.NEW
    assert [(one.body, one.stands_at) for one in inbox.read("invoices")] == [(b"b", None)]


def test_messages_are_read_in_the_order_in_which_they_came_page_by_page(inbox: Keeping) -> None:
    for number in range(5):
        inbox.keep(message(f"m{number}"), f"{number}".encode())
    first = inbox.read("invoices", most=2)
    second = inbox.read("invoices", after=first[-1].number, most=2)
    third = inbox.read("invoices", after=second[-1].number, most=2)
    assert [one.id for one in (*first, *second, *third)] == ["m0", "m1", "m2", "m3", "m4"]
    assert inbox.read("invoices", after=third[-1].number) == []


def test_reading_takes_nothing_out_and_other_entities_are_not_seen(inbox: Keeping) -> None:
    inbox.keep(message("1"), b"a")
    inbox.keep(message("2", entity="orders"), b"b")
    inbox.keep(message("3", entity=""), b"c")
    for _ in range(2):
        assert [one.id for one in inbox.read("invoices")] == ["1"]


def test_of_a_state_the_latest_counts_whatever_order_they_come_in(inbox: Keeping) -> None:
    for number, hours in (("first", 0), ("last", 2), ("late", 1)):
        at = NOON + dt.timedelta(hours=hours)
        assert inbox.keep(message(number, "K1", stands_at=at, snapshot=True), number.encode()) is Kept.NEW
    assert [one.id for one in inbox.read("invoices")] == ["last"]
    assert [one.id for one in inbox.about("invoices", "K1")] == ["last", "late", "first"]


def test_what_only_says_that_it_was_sent_later_is_the_same_message(inbox: Keeping) -> None:
    assert inbox.keep(message("1", says=b"a"), b"a at ten") is Kept.NEW
    assert inbox.keep(message("1", says=b"a"), b"a at eleven") is Kept.REPEATED
    assert inbox.keep(message("1", says=b"b"), b"b at ten") is Kept.OTHER


def test_without_times_the_one_that_came_last_counts(inbox: Keeping) -> None:
    for number in ("1", "2"):
        inbox.keep(message(number, "K1"), number.encode())
    assert [one.id for one in inbox.read("invoices")] == ["2"]


def test_what_cannot_be_read_is_kept_and_overtakes_nothing(inbox: Keeping) -> None:
    inbox.keep(message("1", "K1"), b"good")
    assert inbox.keep(message("2", "K1", problem="It is torn."), b"bad") is Kept.NEW
    assert inbox.keep(message("2", "K1", problem="It is torn."), b"bad") is Kept.REPEATED
    assert [one.id for one in inbox.read("invoices")] == ["1"]
    assert [one.id for one in inbox.about("invoices", "K1")] == ["1"]


def test_what_came_before_a_moment_is_not_read_after_it(inbox: Keeping) -> None:
    inbox.keep(message("1"), b"a")
    (one,) = inbox.read("invoices")
    assert [each.id for each in inbox.read("invoices", since=one.at)] == ["1"]
    assert inbox.read("invoices", since=one.at + dt.timedelta(microseconds=1)) == []


def test_what_came_later_and_is_earlier_as_it_says_waits_for_a_person(inbox: Keeping) -> None:
    inbox.keep(message("invoice", "K1", stands_at=NOON), b"new")
    early = message("delete", "K1", stands_at=NOON - dt.timedelta(hours=5))
    assert [inbox.keep(early, b"delete"), inbox.keep(early, b"delete")] == [Kept.DOUBTED, Kept.REPEATED]
    assert [one.id for one in inbox.about("invoices", "K1")] == ["invoice"]
    assert inbox.keep(message("same", "K1", stands_at=NOON - dt.timedelta(hours=5)), b"new") is Kept.NEW
    assert inbox.keep(message("no clock", "K1"), b"other") is Kept.NEW
    assert [one.id for one in inbox.read("invoices")] == ["no clock"]


def test_what_refers_to_a_message_is_about_its_document_and_later_than_it(inbox: Keeping) -> None:
    inbox.keep(message("invoice", "K1", stands_at=NOON), b"new")
    early = NOON - dt.timedelta(days=5)
    inbox.keep(message("delete", "K2", stands_at=early, refers_to="invoice"), b"delete")
    assert [(one.id, one.key) for one in inbox.read("invoices")] == [("delete", "K1")]
    inbox.keep(message("again", "K3", refers_to="delete"), b"delete it")
    assert [(one.id, one.key) for one in inbox.read("invoices")] == [("again", "K1")]
    inbox.keep(message("lost", "K4", refers_to="nobody"), b"delete")
    assert [one.key for one in inbox.read("invoices")] == ["K1", "K4"]


def test_what_was_taken_back_before_it_came_waits_for_a_person(inbox: Keeping) -> None:
    inbox.keep(message("delete", "K2", stands_at=NOON, refers_to="invoice"), b"delete")
    for number, refers in (("invoice", ""), ("again", "invoice")):
        came = message(number, "K1", stands_at=NOON + dt.timedelta(hours=1), refers_to=refers)
        assert inbox.keep(came, b"new") is (Kept.DOUBTED if number == "invoice" else Kept.NEW)
    assert [(one.id, one.key) for one in inbox.read("invoices")] == [("delete", "K2"), ("again", "K1")]


# What only the one in the ledger does.


def test_a_body_is_sealed_and_its_coming_is_in_the_audit_trail(scene: Scene) -> None:
    inbox_of(scene).keep(message("1", "K1", sender="the postman"), b"a canary")
    (row,) = scene.ask("SELECT number, body FROM received_messages")
    assert b"canary" not in bytes(row.body)
    (event,) = scene.ask("SELECT subject, name, actor, detail FROM audit_events WHERE subject LIKE 'message:%'")
    assert (event.subject, event.name) == (f"message:{row.number}", "message.received")
    assert {"connection": "qad", "id": "1", "key": "K1", "sender": "the postman"}.items() <= event.detail.items()
    assert scene.ledger.verify() == []


@pytest.mark.parametrize(
    "moved", ["connection_id = (SELECT id FROM connections WHERE name = 'jaggaer')", "tenant = 'x'"]
)
def test_a_message_that_was_moved_to_another_connection_or_tenant_is_not_read(scene: Scene, moved: str) -> None:
    inbox_of(scene).keep(message("1"), b"a")
    scene.change(f"UPDATE received_messages SET {moved}")  # noqa: S608 - what the case says
    there = inbox_of(scene, "x") if "tenant" in moved else inbox_of(scene, name="jaggaer")
    with pytest.raises(ConfigurationError, match="behind ml-connector's back"):
        there.read("invoices")


def test_a_repeat_leaves_no_event(scene: Scene) -> None:
    for body in (b"a", b"a", b"b"):
        inbox_of(scene).keep(message("1"), body)
    assert scene.ask("SELECT count(*) AS n FROM audit_events WHERE name = 'message.received'")[0].n == 1


def test_of_many_who_send_the_same_at_once_one_is_new_and_numbers_are_in_the_order_of_moments(scene: Scene) -> None:
    inbox = inbox_of(scene)
    with ThreadPoolExecutor(4) as others:
        same = [others.submit(inbox.keep, message("same"), b"a") for _ in range(4)]
        each = [others.submit(inbox.keep, message(f"m{number}"), b"b") for number in range(12)]
        assert sorted(one.result(HANG_SECONDS).name for one in same) == ["NEW", "REPEATED", "REPEATED", "REPEATED"]
        assert {one.result(HANG_SECONDS) for one in each} == {Kept.NEW}
    rows = scene.ask("SELECT received_at FROM received_messages ORDER BY number")
    assert [row.received_at for row in rows] == sorted(row.received_at for row in rows)


def test_another_tenant_of_the_same_connection_reads_and_repeats_only_its_own(scene: Scene) -> None:
    old, new = inbox_of(scene, "old"), inbox_of(scene, "new")
    old.keep(message("1", "K1", stands_at=NOON), b"theirs")
    assert new.read("invoices") == []
    assert new.about("invoices", "K1") == []
    assert new.keep(message("1", "K1"), b"ours") is Kept.NEW
    assert [one.body for one in new.read("invoices")] == [b"ours"], "and nothing of theirs overtakes it"
    assert [one.body for one in old.read("invoices")] == [b"theirs"]


def test_no_more_is_read_at_once_than_fits_into_memory(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox = inbox_of(scene)
    for number in range(4):
        inbox.keep(message(f"m{number}", "K1" if number > 1 else ""), b"x" * 1000)
    monkeypatch.setattr(stored, "_MOST_BYTES", 2500)
    first = inbox.read("invoices")
    assert [one.id for one in first] == ["m0", "m1"]
    assert [one.id for one in inbox.read("invoices", after=first[-1].number)] == ["m3"]
    monkeypatch.setattr(stored, "_MOST_BYTES", 1)
    assert [one.id for one in inbox.read("invoices")] == ["m0"], "one at least"
    assert [one.id for one in inbox.about("invoices", "K1")] == ["m3"]


def test_ids_and_keys_that_no_index_would_take_are_kept_apart_all_the_same(scene: Scene) -> None:
    inbox = inbox_of(scene)
    for tail in ("a", "b"):
        long = "x" * 100_000 + tail
        assert inbox.keep(message(long, long), tail.encode()) is Kept.NEW
        assert inbox.keep(message(long, long), tail.encode()) is Kept.REPEATED
        assert [one.body for one in inbox.about("invoices", long)] == [tail.encode()]
    assert inbox.keep(message("a\x00b", "\ud800"), b"c") is Kept.NEW
    assert [one.body for one in inbox.about("invoices", "\ud800")] == [b"c"]


_SKEWS = st.none() | st.timedeltas(-dt.timedelta(days=2), dt.timedelta(days=2))


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=st.lists(st.tuples(st.sampled_from("AB"), _SKEWS), min_size=2, max_size=5), snapshot=st.booleans())
def test_the_ledger_orders_messages_as_the_rule_says(
    scene: Scene, sent: list[tuple[str, dt.timedelta | None]], *, snapshot: bool
) -> None:
    begin = dt.datetime.now(dt.UTC)
    key, ruled = uuid4().hex, InboxInMemory()
    for number, (says, skew) in enumerate(sent):
        stands_at = None if skew is None else begin + skew
        one = message(f"{key}-{number}", key, stands_at=stands_at, snapshot=snapshot)
        assert inbox_of(scene).keep(one, says.encode()) is ruled.keep(one, says.encode())
    assert [one.id for one in inbox_of(scene).about("invoices", key)] == [
        one.id for one in ruled.about("invoices", key)
    ]


def test_what_refers_to_one_document_and_has_the_number_of_another_waits_for_a_person(scene: Scene) -> None:
    inbox = inbox_of(scene)
    inbox.keep(message("one", "K1"), b"new")
    inbox.keep(message("other", "K2"), b"new")
    assert inbox.keep(message("delete", "K2", refers_to="one"), b"delete") is Kept.DOUBTED
    assert [one.id for one in inbox.read("invoices")] == ["one", "other"]
    (row,) = scene.ask("SELECT problem FROM received_messages WHERE message_id = 'delete'")
    assert "ask its sender which one is meant" in row.problem
