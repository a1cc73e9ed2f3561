from __future__ import annotations

from connector.embedded.programs import QUEUES, flower, worker
from tasks.names import QUEUES as QUEUES_OF_TASKS


def test_there_is_a_worker_for_every_queue_that_tasks_go_to() -> None:
    assert set(QUEUES) == set(QUEUES_OF_TASKS)


def test_housekeeping_has_one_process_and_other_work_as_many_as_asked() -> None:
    assert worker("control", 8).command[worker("control", 8).command.index("-c") + 1] == "1"
    assert worker("load", 8).command[worker("load", 8).command.index("-c") + 1] == "8"


def test_flowers_password_is_in_no_command_line_and_no_text_form() -> None:
    program = flower("hunter2", "127.0.0.1", 5555)
    assert "hunter2" not in " ".join(program.command)
    assert "hunter2" not in repr(program)
    assert program.environment["FLOWER_BASIC_AUTH"] == "operator:hunter2"
    assert program.environment["FLOWER_READ_ONLY"] == "true"
