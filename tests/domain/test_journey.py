from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.gate import CodeNeed, LinkNeed
from connector.domain.identity import new_id
from connector.domain.journey import IN_DOUBT, MOST_TRIES, STILL_IN_DOUBT, Change, settle
from connector.domain.outcome import (
    Advance,
    Bury,
    Cancel,
    GiveWay,
    Incomplete,
    Outcome,
    Park,
    Pause,
    Reject,
    Retry,
    Skip,
    Wait,
)
from connector.domain.record import ENDED, UNDER_WAY, Claim, Hold, State

NOW = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)
MONTH = dt.timedelta(days=30)
SUPPLIER = LinkNeed(flow="qad_suppliers_to_jaggaer", key="S1")


def a_claim(**changes: Any) -> Claim:
    facts: dict[str, Any] = {
        "record_id": new_id(),
        "document_id": new_id(),
        "flow_id": new_id(),
        "integration_id": new_id(),
        "flow": "qad_invoices_to_jaggaer",
        "source_connection": "qad",
        "target_connection": "jaggaer",
        "source_key": "4711",
        "version": 1,
        "state": State.MAPPED,
        "fence": 1,
        "tries": 0,
        "crashes": 0,
        "waiting_since": None,
        "claimed_at": NOW,
        "source_payload": None,
        "target_payload": None,
        "correlation_id": "mlc-1",
        "audit_head": bytes(32),
    }
    return Claim(**{**facts, **changes})


def settled(
    outcome: Outcome, *, tells_source: bool = False, in_doubt: bool = False, chance: float = 0.5, **claim: Any
) -> Change:
    return settle(
        a_claim(**claim),
        outcome,
        now=NOW,
        chance=chance,
        longest_wait=MONTH,
        tells_source=tells_source,
        in_doubt=in_doubt,
    )


def test_an_advance_moves_the_record_and_carries_the_link() -> None:
    change = settled(Advance(to=State.DONE, why="accepted", target_id="900"))
    assert (change.state, change.target_id, change.hold, change.ends) == (State.DONE, "900", None, True)


def test_a_retry_counts_and_waits_longer_each_time() -> None:
    waits = [settled(Retry(why="503"), tries=tries, chance=0.999).due_in for tries in range(6)]
    assert all(earlier < later for earlier, later in pairwise(waits) if earlier and later)
    assert settled(Retry(why="503")).counts_as_try


def test_a_rate_limit_never_uses_up_the_tries() -> None:
    change = settled(Retry(why="429", counts=False), tries=MOST_TRIES + 5)
    assert (change.state, change.hold, change.counts_as_try) == (State.MAPPED, Hold.RETRY, False)


def test_the_wait_a_target_asked_for_is_the_least_we_wait() -> None:
    change = settled(Retry(why="429", at_least=dt.timedelta(seconds=77)), chance=0.0)
    assert change.due_in == dt.timedelta(seconds=77)


LONG_AGO = NOW - 2 * MONTH


@pytest.mark.parametrize(
    ("outcome", "claim", "code"),
    [
        (Retry(why="timeout"), {"tries": MOST_TRIES - 1}, "retries_exhausted"),
        (Wait(gate="a match", why="not yet"), {"waiting_since": LONG_AGO}, "waited_too_long"),
        (Park(missing=(CodeNeed(table="units", code="EA"),)), {"waiting_since": LONG_AGO}, "unmapped_code"),
        (Reject(reason="no"), {}, "refused"),
        *((Bury(code=code, reason="why", suggestion="Do."), {}, code) for code in ("malformed", "lines_missing")),
    ],
)
def test_a_dead_letter_of_any_code_names_the_doubt(outcome: Outcome, claim: dict[str, Any], code: str) -> None:
    plain, doubted = settled(outcome, **claim), settled(outcome, in_doubt=True, **claim)
    assert plain.letter is not None
    assert doubted.letter is not None
    assert plain.letter.code == doubted.letter.code == code
    assert doubted.letter.suggestion == f"{plain.letter.suggestion} {STILL_IN_DOUBT}"


def test_a_letter_that_asks_about_the_doubt_does_not_say_so_twice() -> None:
    asking = Bury(code=IN_DOUBT, reason="lost", suggestion="Look.")
    assert settled(asking, in_doubt=True) == settled(asking)


def test_a_gate_does_not_count_and_says_what_releases_it() -> None:
    change = settled(Wait(gate="supplier S1 in JAGGAER", why="not linked yet", needs=(SUPPLIER,)))
    assert (change.hold, change.counts_as_try, change.fetch) == (Hold.GATE, False, (SUPPLIER,))
    assert change.waits_for == ("link:qad_suppliers_to_jaggaer:S1",)


@pytest.mark.parametrize(
    "outcome",
    [
        Wait(gate="three-way match", why="not matched"),
        Park(missing=(CodeNeed(table="payment_terms", code="N30"),)),
    ],
)
def test_waiting_too_long_ends_as_a_dead_letter(outcome: Outcome) -> None:
    change = settled(outcome, waiting_since=NOW - MONTH - dt.timedelta(seconds=1))
    assert change.state is State.DEAD
    assert change.letter is not None
    assert "2026-10-21" in change.letter.reason


def test_a_parked_record_waits_for_exactly_the_missing_rows() -> None:
    need = CodeNeed(table="payment_terms", code="N30")
    change = settled(Park(missing=(need,)))
    assert (change.hold, change.waits_for) == (Hold.PARK, (need.subject,))
    assert "payment_terms 'N30'" in change.why


def test_a_parked_record_goes_on_when_what_has_the_code_is_read() -> None:
    need, link = CodeNeed(table="suppliers", code="S1"), LinkNeed(flow="qad_suppliers_to_concur", key="S1")
    change = settled(Park(missing=(need,), links=(link,)))
    assert change.waits_for == (need.subject, link.subject)
    assert "or have qad_suppliers_to_concur read what has that code" in change.why


def test_a_row_that_does_not_say_enough_is_waited_for_like_one_that_is_absent() -> None:
    need = CodeNeed(table="addresses", code="10")
    incomplete = Incomplete(missing=(need,), why="Order 7 needs a state in addresses '10'.")
    change = settled(incomplete)
    assert (change.hold, change.waits_for, change.why) == (Hold.PARK, (need.subject,), incomplete.why)
    letter = settled(incomplete, waiting_since=NOW - MONTH - dt.timedelta(seconds=1)).letter
    assert letter is not None
    assert letter.reason.endswith(" UTC: Order 7 needs a state in addresses '10'.")


def test_a_refusal_is_a_dead_letter_unless_the_source_is_told() -> None:
    told = settled(Reject(reason="unknown supplier"), tells_source=True)
    untold = settled(Reject(reason="unknown supplier"))
    assert (told.state, told.result, told.letter) == (State.LOADED, {"refused": "unknown supplier"}, None)
    assert untold.state is State.DEAD
    assert untold.letter is not None
    assert untold.letter.reason == "unknown supplier"


OUTCOMES: list[Outcome] = [
    Advance(to=State.MAPPED, why="mapped"),
    Retry(why="503"),
    Wait(gate="g", why="w"),
    Park(missing=(CodeNeed(table="t", code="c"),)),
    Pause(why="stopped", due=dt.timedelta(minutes=1)),
    Reject(reason="no"),
    Bury(code="c", reason="r", suggestion="s"),
    Skip(reason="not ours"),
    Cancel(reason="recalled"),
    GiveWay(),
]


@given(st.sampled_from(OUTCOMES), st.integers(0, 50), st.sampled_from(UNDER_WAY), st.floats(0, 0.999))
def test_every_outcome_ends_the_record_or_says_when_it_is_due(
    outcome: Outcome, tries: int, state: State, chance: float
) -> None:
    change = settled(outcome, tries=tries, state=state, chance=chance)
    assert change.why
    if change.state in ENDED:
        assert change.hold is None
        assert (change.state is State.DEAD) == (change.letter is not None)
    else:
        assert isinstance(outcome, Advance) or (change.hold is not None and change.due_in is not None)
