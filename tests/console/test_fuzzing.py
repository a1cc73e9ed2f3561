"""Whatever is posted to ``/receive``: an answer of one sentence, and never a mistake of ours."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.console.post import Post
from tests.fuzzing import mutated, survives
from tests.letters import WORD, Mailbox, letter
from tests.waiting import HANG_SECONDS
from tests.xml.hostile import HOSTILE, NAMES, document

if TYPE_CHECKING:
    from collections.abc import Iterator

#: what is stored, what is not and why: but never 500
ANSWERS = {200, 400, 401, 404, 405, 408, 409, 413, 415, 429, 503}
_PATHS = st.one_of(st.just(b"acme"), st.text(max_size=20).map(lambda t: b"".join(b"%%%02X" % b for b in t.encode())))
_NAMES = st.sampled_from(["X-Word", "Content-Type", "Content-Encoding", "X-Client-Name", "Authorization", "Accept"])
_VALUES = st.one_of(st.just(WORD), st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=30))
_HEADERS = st.lists(st.tuples(_NAMES, _VALUES), max_size=4)
_BODIES = st.one_of(
    st.binary(max_size=300), st.sampled_from([body for body, _ in HOSTILE.values() if len(body) < 9000])
)
_LENGTHS = st.sampled_from(["right", "right", "right", "short", "long", "no number", "chunked", "none"])


@pytest.fixture(scope="module")
def post() -> Iterator[Post]:
    with Post(failures=10_000) as running:
        yield running


def _framed(body: bytes, length: str) -> bytes:
    if length == "chunked":
        return b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if body else b"\r\n"
    told = {"right": len(body), "short": max(len(body) - 3, 0), "long": 10**9, "no number": "x" * 5}.get(length)
    return (b"" if told is None else f"Content-Length: {told}\r\n".encode()) + b"\r\n" + body


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_PATHS, _HEADERS, _BODIES, _LENGTHS)
def test_every_answer_is_one_sentence_and_none_is_a_mistake_of_ours(
    post: Post, path: bytes, headers: list[tuple[str, str]], body: bytes, length: str
) -> None:
    lines = [f"{name}: {value.strip()}".encode("latin-1") for name, value in headers if "\x7f" not in value]
    sent = b"\r\n".join([b"POST /receive/" + path + b" HTTP/1.1", b"Host: x", b"Connection: close", *lines, b""])
    with post.connect() as line:
        line.sendall(sent + _framed(body, length))
        line.settimeout(HANG_SECONDS)
        answer = b""
        while piece := line.recv(65536):
            answer += piece
    head, _, said = answer.partition(b"\r\n\r\n")
    found = re.match(rb"HTTP/1\.1 (\d{3})", head)
    assert found is not None, answer
    assert int(found[1]) in ANSWERS, answer
    assert b"Traceback" not in said
    assert len(said.strip().splitlines()) == 1
    assert post.house.room_taken() == 0 or length == "long"


def test_every_hostile_document_of_somebody_we_know_is_kept_with_its_problem(post: Post) -> None:
    for body, why in map(document, NAMES):
        if len(body) < post.house.mailbox.most_bytes:
            assert post.send(body).status_code == 200
            assert why in post.house.stored[-1].problem or "{port}" in body.decode("latin-1")


@settings(max_examples=60, deadline=None)
@given(mutated([letter("1", at="2026-11-20T10:00"), letter("2", text="a <b/>")]))
def test_whatever_a_letter_becomes_its_system_says_what_it_is(body: bytes) -> None:
    survives(Mailbox(), body, {"x-word": (WORD,), "content-type": ("text/xml",)})
