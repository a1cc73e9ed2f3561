from __future__ import annotations

import json
import sys
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from connector.domain.harmless import harmless, harmless_json

#: signs that Unicode calls letters and marks, and nobody sees
BLANK = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0"
TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def obeyed(sign: str) -> bool:
    """Whether a terminal or browser does something at this sign instead of showing it."""
    turns = unicodedata.bidirectional(sign) in TURNING
    return turns or unicodedata.category(sign) in {"Cc", "Cs", "Zl", "Zp"}


def test_every_sign_that_is_obeyed_is_replaced_by_one_that_is_seen() -> None:
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    shown = harmless(every, keep="")
    assert len(shown) == len(every)
    assert [hex(ord(sign)) for sign in shown if obeyed(sign)] == []
    changed = [before for before, after in zip(every, shown, strict=True) if before != after]
    assert [hex(ord(sign)) for sign in changed if sign.isprintable() and sign not in BLANK] == [], "what is seen stays"


def test_a_sign_that_nobody_sees_is_seen() -> None:
    for sign in (*BLANK, "\u180e", "\u200b", "\u2060", "\ufeff", "\ufff0", "\U0001bca0", "\U0001d173", "\U000e0fff"):
        assert harmless(f"ACME{sign}") == "ACME\ufffd", hex(ord(sign))


def test_it_shows_which_sign_it_was() -> None:
    assert harmless("\x1b]52;c;cm0gLXJm\x07 paid\r\x7f\x9b2J \u202egnp") == (
        "\u241b]52;c;cm0gLXJm\u2407 paid\u240d\u2421\ufffd2J \ufffdgnp"
    )
    assert harmless("two\nlines\tof M\u00fcller & S\u00f6hne, \u5317\u4eac \u200d") == (
        "two\nlines\tof M\u00fcller & S\u00f6hne, \u5317\u4eac \u200d"
    )
    assert harmless("two\nlines", keep="") == "two\u240alines"


@given(st.text())
def test_json_means_the_same_and_holds_nothing_that_is_obeyed(text: str) -> None:
    spelled = harmless_json(json.dumps({text: [text]}, indent=1, ensure_ascii=False))
    assert json.loads(spelled) == {text: [text]}
    assert not [sign for sign in spelled if obeyed(sign) and sign != "\n"]


def test_json_with_half_a_character_can_be_written() -> None:
    assert harmless_json('"\ud800\U000e0041"') == '"\\ud800\\udb40\\udc41"'
