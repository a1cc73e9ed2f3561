from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.scene import BURIED
from workers.cli.app import speak_utf8
from workers.column_widths import widths
from workers.spelling import local

if TYPE_CHECKING:
    from tests.cli.conftest import Terminal
    from tests.store.scene import Scene

ID = "01a1f9a2-60aa-7a30-a554-2842070b3613"


@given(st.lists(st.lists(st.text(max_size=80), min_size=1, max_size=4), min_size=1, max_size=9))
def test_columns_never_take_more_than_there_is(columns: list[list[str]]) -> None:
    assert sum(widths(columns, 72)) <= 72 or len(columns) * 4 > 72


def test_ids_stay_in_one_piece_and_sentences_take_the_rest() -> None:
    sentence = "No crosswalk row for payment_terms; add it and the record goes on by itself. " * 3

    wide = widths([["record", ID], ["why", sentence]], 93)

    assert wide == [36, 57]


def test_ids_and_names_of_flows_stay_in_one_piece_in_eighty_columns() -> None:
    flow, sentence = "acme-jaggaer/qad_suppliers_to_jaggaer", "Nobody understands it: PurchaseOrderConfirmationRequest."
    columns = [["run", f"{ID}\n{flow}"], ["key", "INV-2026-1234"], ["why", sentence], ["since", "2026-11-29 12:14:00"]]

    wide = widths(columns, 80 - 2 * 3)

    assert (wide[0], wide[1]) == (len(flow), len("INV-2026-1234"))
    assert sum(wide) <= 74


@pytest.mark.parametrize("command", ["record list", "dead list", "run list", "flow list", "connection list"])
def test_lists_fit_into_a_hundred_columns(terminal: Terminal, scene: Scene, command: str) -> None:
    record = scene.read_one("INV-2026-0001234-A")
    assert scene.settle(scene.held(record), BURIED)

    lines = terminal.ok(*command.split()).out.splitlines()

    assert max(map(len, lines)) <= 100
    if command in {"record list", "dead list"}:
        assert any("acme/invoices" in line for line in lines)
        assert any("INV-2026-0001234-A" in line for line in lines)


def test_times_are_local_and_carry_their_offset() -> None:
    shown = local(dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC))

    assert dt.datetime.fromisoformat(shown) == dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)
    assert shown[-6] in "+-"


@pytest.mark.parametrize("locale", ["latin-1", "ascii", "utf-8"])
def test_what_is_printed_is_utf_8_in_any_locale_and_what_is_no_text_is_escaped(
    locale: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONIOENCODING", raising=False)
    written = io.BytesIO()
    stream = io.TextIOWrapper(written, encoding=locale)

    speak_utf8(stream)
    stream.write("Ä half \ud83d, a whole \U0001f600")
    stream.flush()

    assert written.getvalue().decode() == "Ä half \\ud83d, a whole \U0001f600"
