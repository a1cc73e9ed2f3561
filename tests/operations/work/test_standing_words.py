"""Why a document of a month stands where it does is said to people of accounts payable, not to us."""

from __future__ import annotations

import re

import pytest

from connector.domain.record import Hold, State
from connector.operations.work.standing_words import in_words


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ("gate: link qad_receipts_to_concur", "waits for another document: Receipts"),
        ("gate: link of_a_release_before", "waits for another document: of_a_release_before"),
        ("gate: three-way match", "waits for three-way match"),
        ("park: crosswalk payment_terms", "a code is missing in payment_terms"),
        ("retry", "is tried again"),
        ("skipped", "left out by the flow: each says why"),
        ("dead", "discarded by a person"),
        ("country_not_iso", "country not iso"),
        ("on its way", "on its way"),
        ("", ""),
    ],
)
def test_what_is_kept_short_is_said_in_words(kept: str, said: str) -> None:
    assert in_words(kept) == said


@pytest.mark.parametrize("kept", [*Hold, *State])
def test_every_hold_and_every_end_is_more_than_its_name(kept: Hold | State) -> None:
    if kept not in {Hold.GATE, Hold.PARK, State.EXTRACTED, State.MAPPED, State.DONE, State.SUPERSEDED}:
        assert re.search(" ", in_words(kept)), "these alone are never kept alone"
