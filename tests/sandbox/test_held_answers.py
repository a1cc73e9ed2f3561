"""Answers that a simulator keeps back go on as soon as other rules are put in force: whoever tests holds the clock."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
import requests

from sandbox.server import running
from tests.waiting import HANG_SECONDS, until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sandbox.server import SandboxServer

FOR_EVER = 3600


@pytest.fixture
def qad() -> Iterator[SandboxServer]:
    with running("qad", documents=0) as server:
        yield server


def asked(qad: SandboxServer) -> requests.Response:
    return requests.get(f"{qad.url}/clouderp/api/x", timeout=HANG_SECONDS)


def struck(qad: SandboxServer) -> bool:
    return bool(qad.state("faults")["faults"])


def test_a_slow_answer_is_given_when_the_rules_are_replaced(qad: SandboxServer) -> None:
    at_once = asked(qad).text
    qad.set_faults({"kind": "slow", "seconds": FOR_EVER})
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(asked, qad)
        until(lambda: struck(qad), "the answer is kept back")
        assert not answer.done()
        qad.set_faults()
        assert answer.result(HANG_SECONDS).text == at_once


def test_an_answer_that_never_comes_ends_in_a_reset_when_the_rules_are_replaced(qad: SandboxServer) -> None:
    qad.set_faults({"kind": "timeout", "seconds": FOR_EVER})
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(asked, qad)
        until(lambda: struck(qad), "the answer is kept back")
        qad.set_faults({"kind": "503"})
        with pytest.raises(requests.ConnectionError, match="reset by peer"):
            answer.result(HANG_SECONDS)
