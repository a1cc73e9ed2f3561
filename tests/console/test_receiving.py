"""Documents that are posted to us: stored before they are answered, and by nobody who is not known."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from connector.inbound.bounds import Failures, Room
from connector.inbound.receiving import PATIENCE_SECONDS
from tests.console.post import CERTIFICATE, Clock, Post
from tests.letters import WORD, letter
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = f"POST /receive/acme HTTP/1.1\r\nHost: x\r\nX-Word: {WORD}\r\n".encode()


@pytest.fixture
def post() -> Iterator[Post]:
    with Post() as running:
        yield running


def said(caplog: pytest.LogCaptureFixture, name: str) -> list[dict[str, object]]:
    return [record.__dict__ for record in caplog.records if record.message == name]


def test_a_document_is_stored_answered_and_read_soon(post: Post) -> None:
    answer = post.send(letter("1"))
    assert (answer.status_code, answer.content) == (200, b"<answer>thank you for 1</answer>")
    assert answer.headers["Content-Type"] == "text/xml", "as its system says, and not otherwise"
    assert [one.body for one in post.house.inbox.read("invoices")] == [letter("1")]
    assert post.house.polled == [("acme", "invoices")]


def test_the_same_document_again_is_answered_as_before_and_another_one_of_its_id_is_not_kept(post: Post) -> None:
    first, again, other = (post.send(letter("1", text=text)) for text in ("", "", "other"))
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert other.status_code == 409
    assert [one.body for one in post.house.inbox.read("invoices")] == [letter("1")]


def test_flows_of_every_entity_that_is_read_from_it_are_polled(post: Post) -> None:
    assert post.send(b'<letter id="1" of="bills" for="payments invoices"/>').status_code == 200
    assert post.house.polled == [("acme", "invoices"), ("acme", "payments")]


def test_many_documents_bring_one_poll_now_and_one_after_a_while(post: Post) -> None:
    for number in range(10):
        post.send(letter(f"m{number}"))
    assert 1 <= len(post.house.polled) <= 2


def test_what_cannot_be_read_is_kept_answered_well_and_polls_nothing(post: Post) -> None:
    assert post.send(b"<letter").status_code == 200
    assert post.send(b"<parcel/>").status_code == 200
    assert [bool(one.problem) for one in post.house.stored] == [True, True]
    assert post.house.polled == []


def test_who_does_not_know_the_word_and_who_names_no_connection_leave_nothing(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = post.send(letter("1"), word="canary-guess")
    nobody = [post.send(letter("1"), to=to) for to in ("nobody", "a%00b", "x" * 500, "%1b[2J", "..%2fhealthz")]
    assert {one.status_code for one in (wrong, *nobody)} <= {401, 404}
    assert {one.text for one in nobody if one.status_code == 401} == {"Refused: this address does not know you.\n"}
    assert post.house.stored == []
    assert "canary" not in json.dumps([record.__dict__ for record in caplog.records], default=str)
    assert all("\x1b" not in str(one["connection"]) for one in said(caplog, "receive.refused"))


def test_a_stranger_is_refused_before_the_body_is_read(post: Post) -> None:
    with post.connect() as line:
        line.sendall(b"POST /receive/nobody HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n<")
        assert line.recv(1000).startswith(b"HTTP/1.1 401")


def test_who_guesses_is_not_listened_to_for_a_minute_and_others_are(post: Post) -> None:
    assert [post.send(letter("1"), word=f"w{n}").status_code for n in range(7)] == [401] * 5 + [503] * 2
    assert post.send(letter("1")).status_code == 503, "not even with the right word: that is how one would try"
    assert post.send(letter("1"), to="other").status_code == 401, "another connection is another matter"
    post.house.clock.now += 60
    assert post.send(letter("1")).status_code == 200


def test_what_nobody_can_read_is_no_guess_and_is_bounded_by_its_length(post: Post) -> None:
    post.house.mailbox.inside = True
    assert {post.send(b"<letter", word="who knows").status_code for _ in range(8)} == {200}
    assert post.send(letter("1")).status_code == 200, "a partner whose documents are torn is listened to"
    assert {post.send(b"x" * 60_000).status_code for _ in range(2)} == {200}
    assert post.send(letter("2")).status_code == 503, "it has cost enough for a minute"
    post.house.clock.now += 60
    assert post.send(letter("2")).status_code == 200
    assert [post.send(letter("3"), word=f"w{n}").status_code for n in range(6)] == [401] * 5 + [503]


def test_who_is_known_and_may_not_do_it_is_no_guess(post: Post) -> None:
    post.house.mailbox.forbidden = True
    assert {post.send(letter("1")).status_code for _ in range(8)} == {403}
    post.house.mailbox.forbidden = False
    assert post.send(letter("1")).status_code == 200


def test_failures_are_counted_for_each_side_and_forgotten_in_bounded_memory() -> None:
    clock = Clock()
    failures = Failures(2, remembered=3, clock=clock)
    for who in ("a", "a", "b"):
        failures.note(who, "acme")
    assert [failures.too_many(who, "acme") for who in "abc"] == [True, False, False]
    for number in range(10):
        failures.note(f"x{number}", "acme")
    assert len(failures._failed) == 3
    clock.now += 61
    assert not failures.too_many("x9", "acme")


@pytest.mark.parametrize("how", ["said", "sent", "in pieces"])
def test_what_is_too_long_is_cut_off_with_the_words_of_its_system(post: Post, how: str) -> None:
    if how == "said":
        with post.connect() as line:
            line.sendall(HEAD + b"Content-Length: 50000000\r\n\r\n<")
            assert line.recv(1000).startswith(b"HTTP/1.1 413")
        return
    body = b"x" * 200_000
    answer = post.send(iter([body]) if how == "in pieces" else body)
    assert (answer.status_code, answer.text) == (413, "<answer>too long</answer>")
    assert post.house.stored == []


def test_what_trickles_in_is_given_up(post: Post) -> None:
    with post.connect() as line:
        line.sendall(HEAD + b"Content-Length: 100\r\n\r\n<")
        until(post.house.room_taken, "it is being read")
        post.loop.advance(PATIENCE_SECONDS)
        assert line.recv(1000).startswith(b"HTTP/1.1 503")


def test_who_hangs_up_leaves_nothing_and_no_trouble(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    with post.connect() as line:
        line.sendall(HEAD + b"Content-Length: 100\r\n\r\n<letter")
    until(lambda: said(caplog, "receive.refused"), "it is noticed")
    assert post.house.stored == []
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_no_more_is_held_at_once_than_there_is_room_for() -> None:
    with Post(room=150_000) as post:
        with post.connect() as line:
            line.sendall(HEAD + b"Content-Length: 100000\r\n\r\n" + b"x" * 90_000)
            until(lambda: post.house.room_taken() == 90_000, "it is held")
            assert post.send(b"x" * 90_000).status_code == 503
        until(lambda: post.house.room_taken() == 0, "it is given back")
        assert post.send(letter("1")).status_code == 200


def test_room_that_is_given_back_can_be_taken_again() -> None:
    room = Room(10)
    assert [room.take(6), room.take(6)] == [True, False]
    room.give_back(6)
    assert room.take(10)


def test_what_is_compressed_is_refused(post: Post) -> None:
    answer = post.send(letter("1"), **{"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.text) == (415, "Refused: send the document as it is, not compressed.\n")


def test_while_the_ledger_is_away_whoever_sends_is_told_to_come_again(post: Post) -> None:
    post.house.down = True
    assert post.send(letter("1")).status_code == 503
    post.house.down = False
    assert post.send(letter("1")).status_code == 200


def test_a_connection_that_was_changed_behind_our_back_takes_nothing_and_does_not_say_so(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    post.house.behind = True
    answer = post.send(letter("1"))
    assert answer.status_code == 503
    assert "behind" not in answer.text
    assert answer.headers["Retry-After"] == "60"
    assert "behind ml-connector's back" in str(said(caplog, "receive.refused"))


@pytest.mark.parametrize("where", ["read", "reply"])
def test_a_mistake_of_ours_costs_no_document_and_what_was_stored_already_is_a_repeat_then(
    post: Post, where: str, caplog: pytest.LogCaptureFixture
) -> None:
    post.house.mailbox.breaks_at = where
    assert post.send(letter("1")).status_code == 503
    assert len(said(caplog, "receive.failed")) == 1
    post.house.mailbox.breaks_at = ""
    assert post.send(letter("1")).status_code == 200
    assert [one.id for one in post.house.inbox.read("invoices")] == ["1"]


def test_what_is_stored_is_well_even_when_no_poll_can_be_asked_for(post: Post) -> None:
    post.house.forward_fails = True
    assert post.send(letter("1")).status_code == 200


def test_a_certificate_counts_only_when_one_was_passed_on(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    read = post.house.mailbox.read
    monkeypatch.setattr(post.house.mailbox, "read", lambda one: (seen.append(one.certificate), read(one))[1])
    post.send(letter("1"), **{CERTIFICATE: "qad.acme.example"})
    post.send(letter("2"))
    with post.connect() as line:
        twice = f"{CERTIFICATE}: a\r\n{CERTIFICATE}: qad.acme.example\r\n".encode()
        line.sendall(HEAD + twice + b"Content-Length: 4\r\n\r\n<a/>")
        assert line.recv(1000).startswith(b"HTTP/1.1 200")
    assert seen == ["qad.acme.example", "", ""]
