"""A target that cannot be asked, and takes the very same message once: what ends a doubt there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import Refused, Unanswered, Unavailable
from connector.domain.exchange import Safety

if TYPE_CHECKING:
    from tests.pipeline.conftest import Bench

LOST = Unanswered("The target did not answer.")


@pytest.fixture
def doubted(bench: Bench) -> Bench:
    """A part of which nobody knows whether it arrived."""
    bench.target.kind, bench.target.after = Safety.RESENT, [LOST]
    bench.read({"part": "p1"})
    bench.work()
    bench.target.holds.clear()  # nobody can be asked
    return bench


def send_again(bench: Bench, error: Exception | None = None) -> None:
    bench.target.before = [error]
    bench.due()
    bench.work()


def test_a_second_send_that_is_taken_ends_the_doubt(doubted: Bench) -> None:
    send_again(doubted)
    assert (doubted.records(), doubted.target.writes) == ({("p1", 1): "done"}, ["p1", "p1"])


def test_a_refusal_of_the_second_send_says_nothing_about_the_first(doubted: Bench) -> None:
    send_again(doubted, Refused("409"))
    assert doubted.letters_of_the_dead() == {"p1": "in_doubt"}
    assert doubted.answers("p1")[-1] == "unknown"


def test_a_second_send_that_never_left_says_nothing_about_the_first(doubted: Bench) -> None:
    send_again(doubted, Unavailable("down"))
    assert doubted.answers("p1") == ["not there", "unknown"]


def test_nothing_else_is_sent_while_the_first_may_have_arrived(doubted: Bench) -> None:
    send_again(doubted, Refused("409"))
    doubted.read({"part": "p1", "amount": "2.00"})
    doubted.work()
    assert (doubted.record("p1", 2).state, doubted.target.writes) == ("dead", ["p1"])
    assert doubted.letters_of_the_dead() == {"p1": "in_doubt"}
