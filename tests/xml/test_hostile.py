"""Hostile documents are refused in half a sentence, without asking anybody, and take no room to speak of."""

from __future__ import annotations

import resource
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from connector.xml.reading import NotReadable, parse
from tests.xml.hostile import NAMES, document

if TYPE_CHECKING:
    from collections.abc import Iterator

_MEGABYTE = 1_000_000
#: the interpreter and the tests' documents, and a tree of as many elements as may be
_ROOM = 1_500 * _MEGABYTE


@pytest.fixture(scope="module")
def nobody() -> Iterator[socket.socket]:
    """Listen where a document may want something fetched."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        yield server


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_document_is_refused_in_half_a_sentence(name: str, nobody: socket.socket) -> None:
    written, why = document(name)
    with pytest.raises(NotReadable) as refused:
        parse(written.replace(b"{port}", str(nobody.getsockname()[1]).encode()))
    said = str(refused.value)
    assert why in said
    assert len(said) < 300
    assert said.isprintable()
    assert not said.endswith(".")
    with pytest.raises(BlockingIOError):  # nobody knocked
        nobody.accept()


@pytest.mark.parametrize("where", ["DOCTYPE a SYSTEM", 'DOCTYPE a PUBLIC "-//x//y"'])
def test_an_external_document_type_is_neither_fetched_nor_minded(where: str, nobody: socket.socket) -> None:
    port = nobody.getsockname()[1]
    read = parse(f'<?xml version="1.0"?>\n<!{where} "http://127.0.0.1:{port}/a.dtd" [ ]>\n<a b="c">d</a>'.encode())
    assert (read.tag, read.text, dict(read.attrib)) == ("a", "d", {"b": "c"})
    with pytest.raises(BlockingIOError):
        nobody.accept()


def test_memory_stays_bounded_whatever_comes() -> None:
    def bounded() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (_ROOM, _ROOM))

    done = subprocess.run(
        [sys.executable, "-c", "from tests.xml.test_hostile import read_all; read_all()"],
        cwd=Path(__file__).parents[2],
        preexec_fn=bounded,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout == f"{len(NAMES)} refused\n"


def read_all() -> None:
    """Read them one after the other, in a process that has little room."""
    refused = 0
    for name in NAMES:
        try:
            parse(document(name)[0])
        except NotReadable:
            refused += 1
    sys.stdout.write(f"{refused} refused\n")
