"""Text that no ledger keeps: refused before anybody works with it."""

from __future__ import annotations

from http import HTTPStatus
from itertools import chain
from typing import TYPE_CHECKING

from connector.api.serving.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(value: object) -> None:
    """Raise Problem for a value with such text in it, however deep."""
    for text in _texts(value):
        if "\x00" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
            raise Problem(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                "A text holds a zero character or half a character, which nothing here is called.",
                kind="invalid-request",
            )


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from chain.from_iterable(map(_texts, chain(value, value.values())))
    elif isinstance(value, list):
        yield from chain.from_iterable(map(_texts, value))
