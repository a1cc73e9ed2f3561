"""What channels are told stands in the ledger with what it tells; time passes by moving the rows."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from connector.domain.alert import Facts, Hearing
from connector.domain.identity import new_id
from connector.store.beat import alerts, telling
from connector.store.postgres.text import json
from connector.store.postgres.transaction import Transaction

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.store.beat.telling import Outgoing
    from connector.store.ledger import Ledger

DEAD, CODES, DISK = ("dead.letters", "letters of acme"), ("codes.missing", "codes of acme"), ("disk.low", "disk of a")
KINDS = ["dead.letters", "codes.missing", "disk.low"]


class Office:
    """Somebody watches, somebody tells; and time passes."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def do(self, work: Callable[[Transaction], Any]) -> Any:
        with self._ledger.begin() as connection:
            return work(Transaction(connection))

    def channel(self, name: str, **hearing: Any) -> None:
        self.do(
            lambda tx: tx.run(
                sa.text(
                    "INSERT INTO alert_channels (id, name, kind, hearing, sealed, digest_at) "
                    "VALUES (:id, :name, 'slack', CAST(:hearing AS jsonb), 'x', now() + :far)"
                ),
                id=new_id(),
                name=name,
                hearing=json(asdict(Hearing(**hearing))),
                far=dt.timedelta(hours=12) if hearing.get("digest") else None,
            )
        )

    def stands(self, *found: tuple[str, str], **facts: Any) -> None:
        """All that stands now."""
        said = Facts(**{"found": "3 open", "advice": "look", **facts})
        self.do(lambda tx: alerts.changed(tx, KINDS, dict.fromkeys(found, said)))

    def later(self, **ago: float) -> None:
        past = dt.timedelta(**ago)
        for table, columns in {
            "alert_messages": ("created_at", "ended_at", "due_at", "leased_until", "sent_at", "gave_up_at"),
            "alert_channels": ("digest_at",),
        }.items():
            moved = ", ".join(f"{column} = {column} - CAST(:past AS interval)" for column in columns)
            self.do(lambda tx, sql=f"UPDATE {table} SET {moved}": tx.run(sa.text(sql), past=past))  # noqa: S608  constant parts only

    def take(self) -> Outgoing | None:
        taken: Outgoing | None = self.do(telling.take)
        return taken

    def due(self) -> bool:
        return bool(self.do(telling.due))

    def told(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Send all that is due, as messages: (channel, lines)."""
        messages = []
        while (taken := self.take()) is not None:
            messages.append((taken.channel, [(line.kind, line.about) for line in taken.lines]))
            self.do(lambda tx, batch=taken.batch: telling.sent(tx, batch))
        return messages


@pytest.fixture
def office(ledger: Ledger) -> Office:
    return Office(ledger)


def test_what_begins_together_is_one_message_and_what_ends_another_one(office: Office) -> None:
    office.channel("ops")
    office.stands(DEAD)
    office.later(seconds=10)
    office.stands(DEAD, CODES)
    assert office.told() == [], "more may begin"
    office.later(seconds=31)
    assert office.due()
    assert office.told() == [("ops", [("begun", DEAD[1]), ("begun", CODES[1])])]
    office.stands(DEAD, CODES)
    office.later(seconds=60)
    assert (office.due(), office.told()) == (False, []), "told once, however often it is found"
    office.stands()
    office.later(seconds=60)
    [(_, lines)] = office.told()
    assert sorted(lines) == [("over", CODES[1]), ("over", DEAD[1])]


def test_what_is_urgent_waits_for_nothing(office: Office) -> None:
    office.channel("asleep", quiet="00:00-23:59", digest="08:00", digest_only=True)
    office.stands(DISK, urgent=True)
    assert office.told() == [("asleep", [("begun", DISK[1])])]
    office.stands()
    assert office.told() == [("asleep", [("over", DISK[1])])]


def test_what_passes_before_it_is_told_is_one_line(office: Office) -> None:
    office.channel("ops")
    office.stands(DEAD)
    office.stands()
    office.later(seconds=31)
    assert office.told() == [("ops", [("passed", DEAD[1])])]


def test_who_was_not_told_that_it_began_is_not_told_that_it_is_over(office: Office) -> None:
    office.channel("disks", rules=("disk.low",))
    office.channel("other", integrations=("other",))
    office.channel("daily", digest="08:00", digest_only=True)
    office.stands(DEAD, scope="acme/x")
    office.channel("late")
    office.stands()
    office.later(minutes=5)
    assert office.told() == []


def test_a_digest_tells_what_stands_and_comes_once(office: Office) -> None:
    office.channel("daily", digest="08:00", digest_only=True, rules=("dead.letters", "disk.low"))
    office.stands(DEAD, CODES)
    assert office.do(telling.write_digests) == 0
    office.later(hours=13)
    assert [office.do(telling.write_digests) for _ in range(2)] == [1, 0]
    taken = office.take()
    assert taken is not None
    [line] = taken.lines
    assert [one.about for one in line.standing] == [DEAD[1]]
    assert line.standing[0].facts.found == "3 open"


def test_a_message_that_fails_goes_again_as_it_was_and_later_ones_behind_it(office: Office) -> None:
    office.channel("ops")
    office.stands(DEAD)
    office.later(seconds=31)
    first = office.take()
    assert first is not None
    assert office.take() is None, "somebody is sending it"
    office.do(lambda tx: telling.failed(tx, first, "it is away"))
    office.stands()
    office.later(seconds=50)
    assert (office.due(), office.told()) == (False, []), "it does not hear that something is over before it began"
    office.later(seconds=11)
    again = office.take()
    assert again is not None
    assert (again.batch, again.tries, again.lines) == (first.batch, 2, again.lines)
    office.do(lambda tx: telling.sent(tx, again.batch))
    assert office.told() == [("ops", [("over", DEAD[1])])]


def test_whoever_dies_while_it_sends_lets_another_one_send_the_same_message(office: Office) -> None:
    office.channel("ops")
    office.stands(DISK, urgent=True)
    first = office.take()
    office.later(minutes=6)
    second = office.take()
    assert first is not None
    assert second is not None
    assert first.batch == second.batch


def test_one_channel_that_is_away_keeps_no_other_one_waiting_and_is_given_up_after_a_day(office: Office) -> None:
    office.channel("away")
    office.stands(DISK, urgent=True)
    given_up, tries = False, 0
    while not given_up:
        taken = office.take()
        assert taken is not None
        given_up = office.do(lambda tx, taken=taken: telling.failed(tx, taken, "it is away"))
        office.later(minutes=31)
        tries += 1
    assert 40 < tries < 60
    assert (office.due(), office.take()) == (False, None)
    office.stands()
    assert office.told() == [], "nobody was told that it began"
    office.channel("well")
    office.stands(DISK, urgent=True)
    taken = office.take()
    assert taken is not None
    office.do(lambda tx: telling.failed(tx, taken, "it is away"))
    assert [channel for channel, _ in office.told()] == [{"away": "well", "well": "away"}[taken.channel]]


def test_a_channel_that_is_removed_takes_its_messages_with_it(office: Office) -> None:
    office.channel("ops")
    office.stands(DISK, urgent=True)
    office.do(lambda tx: tx.run("DELETE FROM alert_channels"))
    assert office.take() is None


def test_an_alert_of_the_release_before_is_told_in_a_digest(office: Office) -> None:
    office.channel("daily", digest="08:00")
    office.do(lambda tx: tx.run("INSERT INTO alerts (name, about) VALUES ('dead.letters', 'letters')"))
    office.later(hours=13)
    office.do(telling.write_digests)
    taken = office.take()
    assert taken is not None
    assert "doctor" in taken.lines[0].standing[0].facts.advice
