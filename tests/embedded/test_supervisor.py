from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import ConfigurationError
from connector.embedded.programs import Program
from connector.embedded.supervisor import Status, Supervisor
from tests.waiting import HANG_SECONDS, until

if TYPE_CHECKING:
    from collections.abc import Iterator

SLEEP = (sys.executable, "-c", "import signal; print('here', flush=True); signal.pause()")
STUBBORN = (
    sys.executable,
    "-c",
    (
        "import signal\nsignal.signal(15, lambda *_: print('asked', flush=True))\nprint('here', flush=True)\n"
        "while True: signal.pause()"
    ),
)
FORKING = (
    sys.executable,
    "-c",
    "import os, signal\npid = os.fork()\nif pid: print(pid, flush=True)\nsignal.pause()",
)
SUPERVISE_UNTIL_KILLED = """
import sys, signal
from pathlib import Path
from connector.domain.errors import ConfigurationError
from connector.embedded.programs import Program
from connector.embedded.supervisor import Supervisor
supervisor = Supervisor(Path(sys.argv[1]), {})
supervisor.start(Program(name="sleep", command=tuple(sys.argv[2:])))
print(supervisor.status()[0].pid, flush=True)
signal.pause()
"""


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    made = Supervisor(tmp_path / "logs", dict(os.environ))
    yield made
    made.stop(hurry=lambda: True)


def said(supervisor: Supervisor, name: str) -> str:
    with open(status_of(supervisor, name).log) as log:  # noqa: PTH123 - the log's name is text
        return log.read()


def status_of(supervisor: Supervisor, name: str) -> Status:
    return next(status for status in supervisor.status() if status.name == name)


def start(supervisor: Supervisor, name: str, command: tuple[str, ...], patience: float = 10.0) -> int:
    supervisor.start(Program(name=name, command=command, patience=patience))
    until(lambda: said(supervisor, name), f"{name} speaks")
    pid = status_of(supervisor, name).pid
    assert pid is not None
    return pid


def test_a_program_runs_with_its_own_log_until_it_is_stopped(supervisor: Supervisor) -> None:
    pid = start(supervisor, "sleep", SLEEP)
    assert said(supervisor, "sleep") == "here\n"
    assert os.stat(status_of(supervisor, "sleep").log).st_mode & 0o777 == 0o600  # noqa: PTH116 - the log's name is text
    supervisor.stop(["sleep"])
    assert not alive(pid)
    assert supervisor.status() == []


def test_what_died_is_brought_back_and_counted(supervisor: Supervisor) -> None:
    pid = start(supervisor, "sleep", SLEEP)
    os.kill(pid, signal.SIGKILL)
    until(lambda: not status_of(supervisor, "sleep").running, "it dies")
    assert supervisor.tend() == ["sleep"]
    until(lambda: supervisor.tend() == [] and status_of(supervisor, "sleep").running, "it is brought back")
    assert status_of(supervisor, "sleep").restarts == 1
    assert status_of(supervisor, "sleep").pid != pid


def test_what_keeps_dying_is_started_more_and_more_seldom_and_its_last_words_are_shown(supervisor: Supervisor) -> None:
    supervisor.start(Program(name="broken", command=(sys.executable, "-c", "raise SystemExit('no such setting')")))
    until(supervisor.tend, "it dies")
    assert status_of(supervisor, "broken").last_words == "no such setting"
    assert not status_of(supervisor, "broken").running
    assert supervisor.tend() == [], "the next start waits"


def given_up(supervisor: Supervisor) -> str:
    try:
        supervisor.tend()
    except ConfigurationError as error:
        return error.message
    return ""


def test_what_ends_by_itself_again_and_again_at_its_start_ends_everything_with_its_last_sentence(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connector.embedded.supervisor._FIRST_DELAY", 0.0)
    supervisor.start(Program(name="broken", command=(sys.executable, "-c", "raise SystemExit('Set the key.')")))

    sentence = until(lambda: given_up(supervisor), "it is given up")

    log = status_of(supervisor, "broken").log
    assert sentence == (
        "broken ended 3 times in a row right after its start: Set the key. Correct that and start again; "
        f"`ml-connector doctor` looks at this machine, and the log is {log}."
    )
    assert status_of(supervisor, "broken").restarts == 3


def test_a_mistake_that_a_person_has_to_correct_ends_everything_at_once(supervisor: Supervisor) -> None:
    said = "import sys; print('Set the key.'); sys.exit(2)"
    supervisor.start(Program(name="broken", command=(sys.executable, "-c", said)))

    sentence = until(lambda: given_up(supervisor), "it is given up")

    assert sentence.startswith("broken ended right after its start: Set the key. Correct that")
    assert status_of(supervisor, "broken").restarts == 1


def test_what_is_killed_again_and_again_is_brought_back(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connector.embedded.supervisor._FIRST_DELAY", 0.0)
    supervisor.start(Program(name="struck", command=(sys.executable, "-c", "import os; os.kill(os.getpid(), 9)")))

    def struck() -> int:
        supervisor.tend()
        return status_of(supervisor, "struck").restarts

    until(lambda: struck() > 4, "it was struck often enough")


def test_what_a_dead_program_had_forked_is_cleared_away(supervisor: Supervisor) -> None:
    pid = start(supervisor, "forking", FORKING)
    forked = int(said(supervisor, "forking"))
    os.kill(pid, signal.SIGKILL)
    until(lambda: supervisor.tend() == ["forking"], "it dies")
    until(lambda: not alive(forked), "its child dies, too")


def test_what_does_not_stop_when_asked_is_killed_after_its_patience(supervisor: Supervisor) -> None:
    pid = start(supervisor, "stubborn", STUBBORN, patience=0.3)
    supervisor.stop(["stubborn"])
    assert not alive(pid)


def test_in_a_hurry_there_is_no_patience(supervisor: Supervisor) -> None:
    pid = start(supervisor, "stubborn", STUBBORN, patience=10 * HANG_SECONDS)
    log = status_of(supervisor, "stubborn").log
    hurried = []

    def once_it_was_asked() -> bool:
        hurried.append(alive(pid))
        until(lambda: Path(log).read_text() == "here\nasked\n", "the program is asked to stop")
        return True

    supervisor.stop(hurry=once_it_was_asked)
    assert hurried == [True], "it was asked, and killed when patience had ended"
    assert not alive(pid)


@pytest.mark.parametrize("command", [SLEEP, STUBBORN, FORKING], ids=["willing", "stubborn", "forking"])
def test_all_that_a_killed_supervisor_started_dies_with_it(tmp_path: Path, command: tuple[str, ...]) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", SUPERVISE_UNTIL_KILLED, str(tmp_path), *command], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    try:
        with parent.stdout as output:
            pids = [int(output.readline())]
        until((tmp_path / "sleep.log").read_text, "the program speaks")
        if command is FORKING:
            pids.append(int((tmp_path / "sleep.log").read_text()))
    finally:
        parent.kill()
        parent.wait()
    until(lambda: not any(alive(pid) for pid in pids), "what a killed supervisor started dies", saw=lambda: pids)


def test_an_orphan_reaper_that_was_killed_is_replaced_and_knows_all_groups(
    tmp_path: Path, supervisor: Supervisor
) -> None:
    start(supervisor, "one", SLEEP)
    first = supervisor._reaper._process
    assert first is not None
    first.kill()
    first.wait()
    start(supervisor, "two", SLEEP)
    second = supervisor._reaper._process
    assert second is not None
    assert second.poll() is None
    assert second.pid != first.pid
    supervisor.stop()
    assert second.poll() == 0


def test_a_log_that_grew_too_long_is_put_aside_at_the_next_start(supervisor: Supervisor, tmp_path: Path) -> None:
    log = tmp_path / "logs" / "sleep.log"
    with log.open("wb") as file:
        file.truncate(30_000_000)
    start(supervisor, "sleep", SLEEP)
    assert said(supervisor, "sleep") == "here\n"
    assert (tmp_path / "logs" / "sleep.log.1").stat().st_size == 30_000_000
