from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from connector.console.pages.today import sentence_of


def seen(lanes: list[dict[str, Any]], *, machinery: str = "", **statuses: list[str]) -> Any:
    made = [
        SimpleNamespace(**{"needs": 0, "waiting": 0, "state": "flows", "flow": SimpleNamespace(enabled=True), **lane})
        for lane in lanes
    ]
    return SimpleNamespace(
        lanes=made, machinery=machinery, with_status=lambda status: statuses.get(status.replace(" ", "_"), [])
    )


@pytest.mark.parametrize(
    ("overview", "state", "sentence"),
    [
        (seen([]), "quiet", "Nothing runs yet."),
        (seen([{"flow": SimpleNamespace(enabled=False)}]), "quiet", "Nothing runs yet."),
        (seen([{}, {}]), "good", "Everything flows."),
        (seen([{"waiting": 1}]), "good", "Nothing needs you; 1 document waits for something outside."),
        (seen([{"needs": 2}, {"needs": 1}]), "bad", "3 documents need you; everything else flows."),
        (
            seen([{"needs": 1}, {"state": "failed"}], stopped=["acme-qad"]),
            "bad",
            "1 document needs you, acme-qad is stopped and 1 flow could not read; everything else flows.",
        ),
        (seen([{}], ping_failed=["a", "b"]), "bad", "2 pings failed; everything else flows."),
        (seen([{}], machinery="Beat is silent."), "bad", "Something stands still here."),
        (seen([{"needs": 1}], machinery="x"), "bad", "Something stands still here; 1 document needs you."),
    ],
)
def test_the_state_of_everything_is_one_sentence(overview: Any, state: str, sentence: str) -> None:
    assert sentence_of(overview) == (state, sentence)
