from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from typing import Any

import pytest
import requests

from connector.embedded.places import free_port
from sandbox.journal import Journal
from sandbox.server import running, serve
from sandbox.simulator import SandboxMistakeError, systems
from tests.waiting import HANG_SECONDS, until

SERVE = """
from sandbox.server import serve
serve("qad", documents=5, announce=lambda url: print(url, flush=True))
"""


def test_every_folder_with_a_simulator_is_a_system() -> None:
    assert {"qad", "jaggaer", "qad-ee"} <= set(systems())


def test_an_unknown_system_is_refused_with_those_that_exist() -> None:
    with pytest.raises(SandboxMistakeError, match=r"no sandbox for 'sap'.*qad"), running("sap"):
        pass


def test_a_negative_number_of_documents_is_refused() -> None:
    with pytest.raises(SandboxMistakeError, match="cannot hold -1 documents"), running("qad", documents=-1):
        pass


def test_a_port_that_is_taken_is_refused_with_a_way_out() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SandboxMistakeError, match=f"port {port}.*another port, or 0"), running("qad", port=port):
            pass


def test_a_port_that_cannot_exist_is_refused_with_a_way_out() -> None:
    with pytest.raises(SandboxMistakeError, match="choose another port"):
        serve("qad", port=99999, announce=lambda _: None)


def test_a_named_port_is_the_one_that_is_served() -> None:
    port = free_port()
    with running("qad", port=port, documents=0) as server:
        assert server.url == f"http://127.0.0.1:{port}"
        assert server.state("system") == {"system": "qad"}


def test_options_given_at_the_start_are_in_force() -> None:
    with running("qad", documents=0, options={"basic": False}) as server:
        assert server.set_options()["basic"] is False


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_serving_announces_its_url_and_ends_well_on_a_signal(how: signal.Signals) -> None:
    command = [sys.executable, "-c", SERVE]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            assert requests.get(f"{url}/_sandbox/state", timeout=HANG_SECONDS).json()["documents"]["invoices"] == 5
            os.kill(process.pid, how)
            assert process.wait(HANG_SECONDS) == 0
        finally:
            process.kill()


def test_a_server_that_stops_lets_go_of_answers_it_holds(qad: Any) -> None:
    ended = threading.Event()

    def wait(url: str) -> None:
        with pytest.raises(requests.ConnectionError):
            requests.get(url, timeout=10 * HANG_SECONDS)
        ended.set()

    with running("qad", documents=0, faults=[{"kind": "timeout", "seconds": 10 * HANG_SECONDS}]) as server:
        waiting = threading.Thread(target=wait, args=(f"{server.url}/clouderp/api/x",), daemon=True)
        waiting.start()
        until(lambda: server.state("faults")["faults"], "the answer is held")
    assert ended.wait(HANG_SECONDS), "whoever waited for the answer was not let go"
    waiting.join()


def test_a_whole_state_has_all_its_parts_and_one_can_ask_for_some(reader: Any) -> None:
    assert {"system", "documents", "holds", "writes", "counts", "faults", "requests"} <= set(reader.sandbox.state())
    assert set(reader.sandbox.state("documents", "writes")) == {"documents", "writes"}


def test_a_part_the_state_does_not_have_is_refused_with_those_it_has(reader: Any) -> None:
    with pytest.raises(SandboxMistakeError, match="no part weather; its parts are system, documents"):
        reader.sandbox.state("weather")


def test_the_control_api_refuses_what_is_no_object(reader: Any) -> None:
    for body in ("[]", "{"):
        answer = requests.post(f"{reader.sandbox.url}/_sandbox/documents", data=body, timeout=HANG_SECONDS)
        assert answer.status_code == 400
        assert "takes a JSON object" in answer.json()["error"]


def test_the_journal_keeps_every_attempt_and_counts_those_that_add() -> None:
    journal = Journal()
    for outcome in ("created", "updated", "duplicate", "refused"):
        journal.record(entity="invoices", key="A", outcome=outcome)  # type: ignore[arg-type]  # the four there are
    assert [write["n"] for write in journal.writes()] == [1, 2, 3, 4]
    assert journal.counts() == {"invoices": {"A": 2}}
