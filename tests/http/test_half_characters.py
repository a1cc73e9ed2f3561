"""A column that cuts a text cuts an emoji in two: what a system says then is read all the same, and sent on."""

from __future__ import annotations

import json

import pytest

from connector.http import body
from connector.http.request import Answer


@pytest.mark.parametrize(
    ("said", "read"),
    [
        (r'"Coral \ud83d"', "Coral \ufffd"),
        (r'"\uDE00 Coral"', "\ufffd Coral"),
        (r'"\ud83d\ud83d\ude00"', "\ufffd\U0001f600"),
        (r'"\uD83D\uDE00"', "\U0001f600"),
        (r'"C:\\ud83d"', r"C:\ud83d"),
        (r'"\\\ud83d"', "\\\ufffd"),
    ],
)
def test_half_a_character_is_read_as_a_sign_that_one_is_missing(said: str, read: str) -> None:
    assert Answer(status=200, headers={}, text=f"[{said}, 1.10]").json()[0] == read
    assert Answer(status=400, headers={}, text=f'{{"name": {said}}}').object() == {"name": read}


def test_what_was_stored_with_half_a_character_goes_out_with_that_sign() -> None:
    assert json.loads(body.encode({"name": "Coral \ud83d", "\ude00": 1})) == {"name": "Coral \ufffd", "\ufffd": 1}
