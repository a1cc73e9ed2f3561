from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.errors import ConfigurationError
from connector.operations.setup import yaml_text


def read(text: str) -> dict[str, object]:
    return yaml_text.read(text, name="f.yaml", verbatim=frozenset({"codes"})).data


def test_codes_stay_text_whatever_they_look_like() -> None:
    data = read("codes: {NO: NO, 007: 1.10, on: 2026-11-20, ~: null}\n")

    assert data == {"codes": {"NO": "NO", "007": "1.10", "on": "2026-11-20", "~": "null"}}


def test_elsewhere_numbers_and_booleans_are_what_they_look_like() -> None:
    data = read('a: 30\nb: 30.5\nc: true\nd: null\ne: 007\nf: yes\ng: "30"\nh: 2026-11-20\ni: [1, x]\n')

    assert data == {
        "a": 30, "b": 30.5, "c": True, "d": None, "e": "007", "f": "yes", "g": "30", "h": "2026-11-20", "i": [1, "x"],
    }  # fmt: skip


def test_a_bare_dash_means_standard_input() -> None:
    assert read("password: -\nuser: -x\n") == {"password": "-", "user": "-x"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "f.yaml is empty"),
        ("# nothing\n", "f.yaml is empty"),
        ("just words", "expected `key: value` lines"),
        ("a: 1\na: 2\n", "line 2: 'a' is there twice"),
        ("a: &x\n  b: *x\n", "line 1: aliases make this file endless"),
        ("a: !!python/object:os.system {}\n", "line 1: the tag"),
        ("a: !secret x\n", "line 1: the tag"),
        ("? [a, b]\n: c\n", "line 1: a key must be a single word"),
        ("a: 'b\n", "this is not YAML"),
        ("a: b: c\n", "line 1: this is not YAML"),
        ("a: 1\n---\nb: 2\n", "this is not YAML"),
        ("a: \x01\n", "this is not YAML"),
        ("[" * 3000, "this is not YAML"),
    ],
)
def test_what_cannot_be_read_is_one_sentence_with_its_line(text: str, sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^f\.yaml") as refused:
        read(text)

    assert sentence in refused.value.message
    assert "\n" not in refused.value.message


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    try:
        read(text)
    except ConfigurationError as refused:
        assert refused.message.startswith("f.yaml")  # noqa: PT017 - both ends are right


def test_half_a_character_is_named_with_its_line() -> None:
    with pytest.raises(ConfigurationError, match=r"here, line 2: a text holds half a character"):
        yaml_text.read('a: b\nname: "Coral \\uD83D"\n', name="here")
    assert yaml_text.read('name: "\\U0001F600"', name="here").data == {"name": "\U0001f600"}
