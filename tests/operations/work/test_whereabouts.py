"""How a document stands, in words: what holds it, and how it ended."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest

from connector.operations.work import whereabouts

AT = dt.datetime(2026, 11, 29, 12, tzinfo=dt.UTC)


def record(state: str, hold: str | None = None, **otherwise: Any) -> Any:
    known = {
        "gate": None,
        "why": "",
        "tries": 0,
        "waiting_since": None,
        "created_at": AT,
        "updated_at": AT,
        "finished_at": AT,
        "due_at": AT,
        "target_id": None,
    }
    return SimpleNamespace(state=state, hold=hold, **{**known, **otherwise})


@pytest.mark.parametrize(
    ("one", "word", "what", "following"),
    [
        (record("extracted"), "moves", "", "it is mapped"),
        (record("mapped"), "moves", "", "it is sent to T"),
        (record("loaded"), "moves", "", "S is told how it ended"),
        (record("extracted", "gate", gate="order {1}"), "waits", "order {1}", "it looks again"),
        (record("mapped", "retry", why="503 {x}", tries=2), "tried again", "503 {x}", "it is sent to T, try 3"),
        (record("extracted", "source"), "waits", "S to be told that we have it", "it is told"),
        (record("mapped", "connection", why="it is stopped"), "waits", "it is stopped", "it is sent to T"),
        (record("extracted", "version"), "waits", "an older version, which comes to its end first", ""),
        (record("done", target_id="47"), "done", "T has it as 47", ""),
        (record("done", why="nothing to send"), "done", "nothing to send", ""),
        (record("rejected", why="no"), "rejected", "T refused it, and S was told: no", ""),
        (record("skipped", why="none of ours"), "left out", "none of ours", ""),
        (record("superseded", why="a newer one"), "replaced", "a newer one", ""),
    ],
)
def test_each_state_and_hold_has_its_words(one: Any, word: str, what: str, following: str) -> None:
    found = whereabouts.of(one, None, source="S", target="T")
    assert (found.word, found.what, found.next_step) == (word, what, following)


def test_what_a_row_lacks_is_said_in_its_own_words() -> None:
    absent = record("extracted", "park", gate="crosswalk units 'EA'", why="No crosswalk row for units 'EA'; ...")
    assert whereabouts.of(absent, None, source="S", target="T").what == "no row says what T calls units 'EA'"
    short = record("extracted", "park", gate="crosswalk units 'EA'", why="Row units EA says no tax.")
    assert whereabouts.of(short, None, source="S", target="T").what == "Row units EA says no tax."


def test_a_dead_letter_says_what_to_do_until_somebody_closes_it() -> None:
    letter: Any = SimpleNamespace(
        reason="They said no.", suggestion="Correct it.", created_at=AT, resolved_at=None, resolution=None
    )
    found = whereabouts.of(record("dead"), letter, source="S", target="T")
    assert (found.word, found.what, found.advice) == ("needs you", "They said no.", "Correct it.")
    letter.resolved_at, letter.resolution = AT, "discarded: by hand"
    found = whereabouts.of(record("dead"), letter, source="S", target="T")
    assert (found.word, found.what, found.advice) == ("closed", "discarded: by hand", "")
