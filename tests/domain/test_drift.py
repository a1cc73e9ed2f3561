from __future__ import annotations

from typing import Any

import pytest

from connector.domain.drift import SENTENCES, Drift, Standing, drifted
from connector.domain.exchange import Held


def ours(key: str = "S1", **more: object) -> Standing:
    fields: dict[str, Any] = {"key": key, "label": "Acme", "names": (key,), "active": True, "listed": True, **more}
    return Standing(**fields)


def theirs(name: str = "S1", *, active: bool = True) -> Held:
    return Held(names=(name,), label="Acme", active=active)


@pytest.mark.parametrize(
    ("standing", "held", "found"),
    [
        (ours(), [theirs()], None),
        (ours("s1"), [theirs("S1")], None),
        (ours(names=("KEY", "10/120", "20/120")), [theirs("20/120")], None),
        (ours(active=False), [theirs(active=False)], None),
        (ours(active=False), [], None),
        (ours(listed=None), [theirs()], None),
        (ours(listed=False), [], None),
        (ours(sent=False), [], None),
        (ours(active=False), [theirs()], Drift.INACTIVE),
        (ours(listed=False), [theirs()], Drift.GONE),
        (ours(listed=False, active=False), [theirs()], Drift.GONE),
        (ours(), [theirs(active=False)], Drift.CLOSED),
        (ours(why=": it is dead"), [], Drift.MISSING),
    ],
)
def test_what_we_know_of_one_and_what_the_target_lists(
    standing: Standing, held: list[Held], found: Drift | None
) -> None:
    assert [one.drift for one in drifted([standing], held)] == ([] if found is None else [found])


def test_what_only_the_target_has_is_unknown_and_what_is_shut_down_there_is_nothing_to_do_about() -> None:
    nameless = Held(names=(), label="Bought by hand")
    found = list(drifted([ours()], [theirs(), theirs("S2"), theirs("S3", active=False), nameless]))
    assert [(one.drift, one.key, one.name, one.label) for one in found] == [
        (Drift.UNKNOWN, "", "S2", "Acme"),
        (Drift.UNKNOWN, "", "", "Bought by hand"),
    ]


def test_each_is_a_sentence_about_both_systems() -> None:
    assert set(SENTENCES) == set(Drift)
    for sentence in SENTENCES.values():
        assert sentence.format(source="QAD", target="Concur", why=": it is dead").endswith(".")
