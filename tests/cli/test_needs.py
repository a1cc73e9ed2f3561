"""``needs``: one row for each cause, with what to do, how much waits and since when."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from connector.domain.journey import IN_DOUBT, Letter, Step
from connector.domain.record import Hold, State
from connector.domain.summary import Summary
from tests.store.scene import BURIED, WAITS

if TYPE_CHECKING:
    from connector.domain.journey import Change
    from tests.cli.conftest import Terminal
    from tests.store.scene import Scene

INVOICE = Summary(kind="supplier invoice", number="1", amount=Decimal("100.50"), currency="EUR")
FLOW = "acme/invoices"
REJECTED = replace(BURIED, state=State.REJECTED, event="record.rejected", why="The period is closed.", letter=None)
PARKED = replace(
    WAITS, event="record.parked", why="a code", hold=Hold.PARK, gate="", waits_for=("crosswalk:units:K G",)
)


def end(scene: Scene, change: Change, *amounts: str, currency: str = "EUR") -> None:
    """Documents of these amounts, to each of which this happens."""
    for amount in amounts:
        key = f"{change.event}-{currency}-{amount}-{change.letter.code if change.letter else ''}"
        (record,) = scene.read_called({key: replace(INVOICE, amount=Decimal(amount), currency=currency)})
        assert scene.settle(scene.held(record, Step.MAP), change)


def buried(code: str) -> Change:
    assert BURIED.letter is not None
    return replace(BURIED, letter=replace(BURIED.letter, code=code))


def needs(terminal: Terminal) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = terminal.json("needs")
    return found


def test_nothing_needs_anybody_where_all_goes_on(terminal: Terminal, scene: Scene) -> None:
    end(scene, WAITS, "1")
    assert needs(terminal) == []
    assert terminal.ok("needs").out == "Nothing needs you: what waits goes on by itself.\n"


def test_dead_letters_are_one_row_for_each_flow_and_reason(terminal: Terminal, scene: Scene) -> None:
    end(scene, BURIED, "100.50", "1")
    end(scene, BURIED, "7", currency="USD")
    end(scene, buried("malformed"), "2")
    first, second = needs(terminal)
    assert (first["cause"], first["about"], first["code"], first["number"]) == ("dead letters", FLOW, "refused", 3)
    assert first["money"] == {"EUR": "101.50", "USD": "7"}
    assert (first["what"], first["advice"]) == ("They said no.", "Correct it.")
    assert first["command"] == f"ml-connector dead requeue --flow {FLOW} --reason refused"
    assert (second["code"], second["number"], second["money"]) == ("malformed", 1, {"EUR": "2"})
    terminal.ok(*first["command"].split()[1:])
    assert [need["code"] for need in needs(terminal)] == ["malformed"]


def test_the_most_urgent_comes_first_and_says_what_to_type(terminal: Terminal, scene: Scene) -> None:
    end(scene, WAITS, "1")
    scene.change("UPDATE records SET begun_at = now() - interval '9 days'")
    end(scene, WAITS, "6")
    end(scene, REJECTED, "2")
    end(scene, PARKED, "3")
    end(scene, BURIED, "4")
    end(scene, buried(IN_DOUBT), "5")
    terminal.ok("connection", "stop", "jaggaer", "--why", "month end")
    scene.change("UPDATE records SET hold = 'connection' WHERE source_key LIKE '%EUR-6-'")

    found = needs(terminal)

    assert [(need["cause"], need["about"], need["code"], need["money"]) for need in found] == [
        ("write in doubt", FLOW, "in_doubt", {"EUR": "5"}),
        ("stopped connection", "jaggaer", "", {"EUR": "6"}),
        ("dead letters", FLOW, "refused", {"EUR": "4"}),
        ("missing code", "acme", "units:K G", {"EUR": "3"}),
        ("rejected today", FLOW, "", {"EUR": "2"}),
        ("long wait", FLOW, "", {"EUR": "1"}),
    ]
    assert found[1]["command"] == "ml-connector connection resume jaggaer"
    assert "month end" in found[1]["what"]
    assert found[3]["command"] == "ml-connector crosswalk set units 'K G' TARGET --integration acme"
    assert found[4]["what"] == "The period is closed."
    said = terminal.ok("needs").out
    assert "crosswalk set units 'K G' TARGET" in said
    assert "3.00 EUR" in said


def test_what_was_rejected_before_today_needs_nobody_any_more(terminal: Terminal, scene: Scene) -> None:
    end(scene, REJECTED, "2")
    scene.change("UPDATE records SET finished_at = now() - interval '25 hours'")
    assert needs(terminal) == []


def test_what_is_done_by_hand_is_not_to_be_sent_again(terminal: Terminal, scene: Scene) -> None:
    letter = Letter(code="by_hand", reason="They ask.", suggestion="Enter it there, then discard this dead letter.")
    assert scene.settle(scene.held(scene.read_one("A")), replace(BURIED, letter=letter))

    (need,) = needs(terminal)

    assert need["command"] == f"ml-connector dead list --flow {FLOW} --reason by_hand"
