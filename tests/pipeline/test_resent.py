"""What the answer to a second send says of the first, whose answer was lost, by what the target can be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import AlreadyThere, NotYet, RateLimited, Refused, Unanswered, Unavailable
from connector.domain.exchange import Safety

if TYPE_CHECKING:
    from connector.domain.errors import ConnectorError
    from tests.pipeline.conftest import Bench

LOST = Unanswered("The target did not answer.")
SENT = {"amount": "1.00"}
#: what the target shows when it is asked after the refusal
NOTHING, OURS, ANOTHER, SILENCE = "nothing", "ours", "another", "silence"
REFUSALS = (Refused("400"), AlreadyThere("409"))
ASKED, UNASKED = (Safety.ASK_FIRST, Safety.NATIVE_KEY), (Safety.RESENT, Safety.UNASKED)
LETTERS = {"refused": ("dead", "refused"), "doubt": ("dead", "in_doubt"), "differs": ("dead", "differs_in_target")}


def doubted(bench: Bench, kind: Safety) -> None:
    """A part of which nobody knows whether it arrived; asked, the target shows nothing of it."""
    bench.target.kind, bench.target.after = kind, [LOST]
    bench.read({"part": "p1"})
    bench.work()
    bench.target.holds.clear()


def send_again(bench: Bench, error: ConnectorError | None = None, *, shows: str = NOTHING) -> None:
    """The second send ends like this, and what the target has can be seen from then on."""
    bench.target.before = [error]
    bench.target.shows_after = {OURS: {"p1": SENT}, ANOTHER: {"p1": {"amount": "9.00"}}}.get(shows, {})
    bench.target.finds = [None, Unavailable("down")] if shows == SILENCE else []
    bench.due()
    bench.work()


@pytest.mark.parametrize("kind", [*ASKED, *UNASKED])
def test_a_second_send_that_is_taken_ends_the_doubt(bench: Bench, kind: Safety) -> None:
    doubted(bench, kind)
    send_again(bench)
    assert (bench.records(), bench.target.writes) == ({("p1", 1): "done"}, ["p1", "p1"])
    assert bench.answers("p1") == ["not there", "accepted"]


@pytest.mark.parametrize(
    ("kind", "refusal", "shows", "ends"),
    [
        # asked before and after: nothing is there, and nothing was said to be there
        *((kind, Refused("400"), NOTHING, ("refused", "refused")) for kind in ASKED),
        # it says that it has it, and does not show it
        *((kind, AlreadyThere("409"), NOTHING, ("doubt", "unknown")) for kind in ASKED),
        # it came late: adopted, whatever the refusal said
        *((kind, refusal, OURS, ("done", "adopted")) for kind in ASKED for refusal in REFUSALS),
        # something is there under its key, and nobody knows whose
        (Safety.NATIVE_KEY, Refused("400"), ANOTHER, ("doubt", "unknown")),
        (Safety.NATIVE_KEY, AlreadyThere("409"), ANOTHER, ("doubt", "unknown")),
        (Safety.ASK_FIRST, Refused("400"), ANOTHER, ("differs", "unknown")),
        # the question itself fails: the same again later
        *((kind, Refused("400"), SILENCE, ("mapped", "unknown")) for kind in ASKED),
        *((kind, AlreadyThere("409"), SILENCE, ("mapped", "unknown")) for kind in ASKED),
        # nobody can be asked: no refusal says anything
        *((kind, refusal, NOTHING, ("doubt", "unknown")) for kind in UNASKED for refusal in REFUSALS),
    ],
)  # fmt: skip
def test_a_refusal_of_the_second_send_says_nothing_about_the_first(
    bench: Bench, kind: Safety, refusal: Refused, shows: str, ends: tuple[str, str]
) -> None:
    doubted(bench, kind)
    send_again(bench, refusal, shows=shows)
    becomes, answer = ends
    state, code = LETTERS.get(becomes, (becomes, None))
    assert (bench.record("p1").state, bench.letters_of_the_dead().get("p1")) == (state, code)
    assert bench.answers("p1")[-1] == answer


@pytest.mark.parametrize("kind", UNASKED)
@pytest.mark.parametrize("error", [Unavailable("down"), RateLimited("slow down"), NotYet("later")])
def test_a_second_send_that_never_left_says_nothing_about_the_first(
    bench: Bench, kind: Safety, error: ConnectorError
) -> None:
    doubted(bench, kind)
    send_again(bench, error)
    assert bench.answers("p1") == ["not there", "unknown"]


@pytest.mark.parametrize("kind", [*ASKED, *UNASKED])
def test_a_refusal_of_the_only_send_is_believed(bench: Bench, kind: Safety) -> None:
    bench.target.kind, bench.target.before = kind, [Refused("400")]
    bench.read({"part": "p1"})
    bench.work()
    assert (bench.letters_of_the_dead(), bench.answers("p1")) == ({"p1": "refused"}, ["refused"])


def test_nothing_else_is_sent_while_the_first_may_have_arrived(bench: Bench) -> None:
    doubted(bench, Safety.RESENT)
    send_again(bench, Refused("409"))
    bench.read({"part": "p1", "amount": "2.00"})
    bench.work()
    assert (bench.record("p1", 2).state, bench.target.writes) == ("dead", ["p1"])
    assert bench.letters_of_the_dead() == {"p1": "in_doubt"}


def test_where_the_last_word_counts_a_newer_version_ends_the_doubt(bench: Bench) -> None:
    doubted(bench, Safety.UNASKED)
    send_again(bench, Refused("400"))
    bench.read({"part": "p1", "amount": "2.00"})
    bench.work()
    bench.due()
    bench.work()
    assert (bench.record("p1", 2).state, bench.letters_of_the_dead()) == ("done", {})
