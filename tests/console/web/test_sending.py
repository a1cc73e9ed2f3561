"""Files that are taken away: a few at once, in pieces, and a place is free again however one ends."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest

from connector.console.serving.answers import Said
from connector.console.serving.sending import Sender, pieces

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_lines_go_in_long_pieces_and_nothing_of_them_is_lost() -> None:
    lines = [f"{number},{'x' * 100}\n".encode() for number in range(5_000)]
    sent = list(pieces(lines))
    assert b"".join(sent) == b"".join(lines)
    assert len(sent) < len(lines) / 500
    assert max(map(len, sent)) < 100 * 1024, "one is in memory"
    assert list(pieces([])) == []


def broken() -> Iterator[bytes]:
    yield b"x" * 100_000
    raise ZeroDivisionError


async def nothing(_: Any = None) -> Any:
    return await asyncio.Event().wait()


def test_a_place_is_free_again_when_a_file_was_sent_and_when_it_broke_off() -> None:
    sender, sent = Sender(at_once=2), list[Any]()

    async def send(message: Any) -> None:
        sent.append(message)

    first = sender.send([b"all"], "text/csv", {})
    second = sender.send(broken(), "text/csv", {})
    with pytest.raises(Said, match="2 files are being taken away") as refused:
        sender.send([], "text/csv", {})
    assert refused.value.status is HTTPStatus.SERVICE_UNAVAILABLE
    scope = {"type": "http", "asgi": {"spec_version": "2.4"}}
    asyncio.run(first(scope, nothing, send))
    assert [one.get("body") for one in sent[1:]] == [b"all", b""]
    third = sender.send([b"more"], "text/csv", {})
    with pytest.raises(Said):
        sender.send([], "text/csv", {})
    with pytest.raises(ZeroDivisionError):
        asyncio.run(second(scope, nothing, send))
    sender.send([], "text/csv", {})
    asyncio.run(third(scope, nothing, send))
