"""Whatever a document becomes on its way, a receiver says what it is: for every system that takes documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

from connector.ports import Arrived, Kept, Message, TurnedAwayError
from tests.xml.hostile import HOSTILE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.ports import Receiver, Reply

#: what is put in between, or in the place of something
_PIECES = (
    b"<!DOCTYPE a [<!ENTITY x 'y'>]>|&x;|&|<!--|-->|<![CDATA[|]]>|<x:a xmlns:x='urn:x'/>|</a>|<a>|\0|\xff\xfe|\xc3\x28|"
    b"<?xml version='1.0' encoding='utf-16'?>|<i:include xmlns:i='http://www.w3.org/2001/XInclude' href='/etc/hosts'/>|"
    b"99999999999999999999999999|-0.0|NaN|1e400|2026-13-45T99:99:99|\xef\xbb\xbf|\xe2\x80\xae| |\n|{}|%s"
).split(b"|")
_HOSTILE = [body for body, _ in HOSTILE.values() if len(body) < 100_000]


@st.composite
def mutated(draw: st.DrawFn, seeds: list[bytes]) -> bytes:
    """Documents near these: cut, doubled, with pieces in them, in other encodings; or hostile ones."""
    body = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(0, 3))):
        body = draw(st.sampled_from(_CHANGES))(draw, body)
    return body


def _place(draw: st.DrawFn, body: bytes) -> int:
    return draw(st.integers(0, len(body)))


def _cut(draw: st.DrawFn, body: bytes) -> bytes:
    first, second = sorted((_place(draw, body), _place(draw, body)))
    return body[:first] + body[second:]


def _doubled(draw: st.DrawFn, body: bytes) -> bytes:
    first, second = sorted((_place(draw, body), _place(draw, body)))
    return body[:second] + body[first:second][:5000] + body[second:]


def _pieced(draw: st.DrawFn, body: bytes) -> bytes:
    place = _place(draw, body)
    return body[:place] + draw(st.sampled_from(_PIECES)) + body[place + draw(st.sampled_from((0, 1, 5))) :]


def _element(draw: st.DrawFn, body: bytes) -> bytes:
    """One element is taken out, or stands there twice: the next tag from some place on."""
    start = body.find(b"<", _place(draw, body))
    end = body.find(b">", start)
    if start < 0 or end < 0:
        return body
    tag = body[start : end + 1]
    return body[:start] + tag * draw(st.sampled_from((0, 2))) + body[end + 1 :]


def _recoded(draw: st.DrawFn, body: bytes) -> bytes:
    return body.decode("latin-1").encode(draw(st.sampled_from(("utf-16", "utf-16-be", "utf-8", "utf-32"))))


def _replaced(draw: st.DrawFn, body: bytes) -> bytes:
    return draw(st.sampled_from(_HOSTILE))


#: how the id of a message that its sender gave no name begins; 64 digits follow
_DIGEST = "sha256:"
_CHANGES = (_cut, _doubled, _pieced, _element, _element, _recoded, _replaced)


def survives(receiver: Receiver, body: bytes, headers: Mapping[str, tuple[str, ...]]) -> Message | None:
    """Have a receiver take a document, and look at what it says; returns what it was, None when it was turned away."""
    arrived = Arrived(body=body, headers=headers)
    kind = headers.get("content-type", ("",))[0]
    try:
        message = receiver.read(arrived)
    except TurnedAwayError as turned:
        _turned_away(turned)
        return None
    again = receiver.reread(body, message.content_type or kind)
    read, before = ((one.entity, _named(one.id), one.key, one.problem) for one in (again, message))
    assert read == before, "what was stored is read as it was"
    assert message.id
    assert not message.problem or (message.problem.isprintable() and message.problem.endswith("."))
    for kept in Kept:
        _answered(receiver.reply(arrived, message, kept))
    _answered(receiver.unable(arrived))
    return message


def _named(message_id: str) -> str:
    """What it was called by its sender, or by its content: one without a name is another one each time it comes."""
    return message_id[: len(_DIGEST) + 64] if message_id.startswith(_DIGEST) else message_id


def _turned_away(turned: TurnedAwayError) -> None:
    _answered(turned.reply)
    assert turned.why.isprintable()


def _answered(reply: Reply) -> None:
    assert 200 <= reply.status < 600
    assert "\n" not in reply.content_type
    assert b"Traceback" not in reply.body
