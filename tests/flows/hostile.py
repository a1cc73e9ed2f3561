"""What stands in hostile documents of either kind of integration, and how whatever comes of them has to read."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

LONGEST_SENTENCE = 600
DEEP: list[Any] = []
for _ in range(50_000):
    DEEP = [DEEP]

HOSTILE: dict[str, Any] = {
    "nothing": None,
    "blank": "   ",
    "true": True,
    "zero": 0,
    "minus one": -1,
    "endless integer": 10**5000,
    "float": 1.5,
    "float nan": float("nan"),
    "nan": Decimal("NaN"),
    "signalling nan": Decimal("sNaN"),
    "infinity": Decimal("-Infinity"),
    "astronomic": Decimal("1E+999999"),
    "atomic": Decimal("1E-999999"),
    "endless decimals": Decimal("0." + "3" * 5000),
    "nan text": "NaN",
    "exponent text": "1e999999999",
    "other digits": "१२३",
    "comma": "1.234,56",
    "huge text": "x" * 300_000,
    "nul": "a\x00b",
    "terminal escape": "\x1b[31mred",
    "half a character": "\ud800",
    "only invisible": "\u200b\u2060\ufeff",
    "right to left": "\u202egnp.exe",
    "line breaks": "one\r\ntwo\u2028three",
    "template": "{came} {0.__class__} %s %(x)d ${jndi:ldap://x}",
    "sql": "'; DROP TABLE records; --",
    "separator": "a|b:c",
    "last day": dt.date.max,
    "list": [],
    "list of nothing": [None],
    "object": {},
    "nested object": {"a": {"b": []}},
    "deep": DEEP,
    "bytes": b"\xff",
    "function": print,
}
#: what is no document at all
PAYLOADS = (None, [], ["a"], "text", 5, {}, {5: 5}, {None: None}, [("a", 1)], b"x", DEEP)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text() | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def is_a_sentence(text: str) -> None:
    """Fail for what cannot be shown to a person."""
    assert "\n" not in text
    assert text.isprintable()
    assert len(text) < LONGEST_SENTENCE * 3
    text.encode()
