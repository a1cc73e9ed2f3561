"""The drawing of the states on ``docs/journey.md`` against the journey as the code has it."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest

from connector.domain.journey import STEP_OF, settle
from connector.domain.outcome import Bury, Outcome, Reject
from connector.domain.record import ENDED, UNDER_WAY, State
from tests.docs.pages import ROOT
from tests.domain.test_journey import MONTH, NOW, a_claim

(DRAWING,) = re.findall(r"^```mermaid\n(.*?)^```", (ROOT / "docs" / "journey.md").read_text(), re.MULTILINE | re.DOTALL)
ARROWS = re.findall(r"^ +(\[\*\]|\w+) --> (\[\*\]|\w+)(?:: (.+))?$", DRAWING, re.MULTILINE)
OUTSIDE = "[*]"
LEADS_TO: dict[str, dict[str, str]] = defaultdict(dict)
for source, target, label in ARROWS:
    LEADS_TO[source][target] = label


def test_every_line_of_the_drawing_was_read() -> None:
    assert len(ARROWS) == len(DRAWING.strip().splitlines()) - 1


def test_it_draws_every_state_and_no_other() -> None:
    drawn = {state for source, target, _ in ARROWS for state in (source, target)} - {OUTSIDE}
    assert drawn == {state.value for state in State}
    assert {target for source, target, _ in ARROWS if source != target} - {OUTSIDE} == drawn, "each is reached"


def test_a_state_on_the_way_leads_on_by_its_step_and_an_end_leads_nowhere() -> None:
    assert set(LEADS_TO[OUTSIDE]) == {State.EXTRACTED}
    for state in UNDER_WAY:
        labels = LEADS_TO[state].values()
        assert any(re.match(rf"{STEP_OF[state]}\b", label) for label in labels), state
    for state in ENDED:
        assert set(LEADS_TO[state]) <= {OUTSIDE, State.SUPERSEDED}, state


@pytest.mark.parametrize("state", UNDER_WAY)
@pytest.mark.parametrize("tells_source", [False, True])
@pytest.mark.parametrize(
    "outcome", [Reject(reason="no"), Bury(code="refused", reason="no", suggestion="look")], ids=["reject", "bury"]
)
def test_where_a_refusal_leads_is_drawn(state: State, outcome: Outcome, *, tells_source: bool) -> None:
    change = settle(a_claim(state=state), outcome, now=NOW, chance=0.5, longest_wait=MONTH, tells_source=tells_source)
    assert change.state in {state.value, *LEADS_TO[state]}
