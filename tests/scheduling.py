"""Which test process runs which file: half of them those that mostly wait, the others those that work.

What waits for worker processes leaves the machine to the others meanwhile. Files whose tests share a running stack or a
stock of records go to the same process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xdist.scheduler import LoadFileScheduling

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

#: a fixture -> where its tests are
_TOGETHER = {
    "up": (
        "tests/e2e",
        {"test_concur.py", "test_faults.py", "test_single_documents.py", "test_two_integrations.py"},
    ),
    "four_workers": ("tests/e2e", {"test_pressure.py", "test_stopping.py"}),
    "stock": (
        "tests/journey",
        {
            "test_connected_lists.py",
            "test_discarded.py",
            "test_hostile_answers.py",
            "test_hostile_documents.py",
            "test_in_doubt.py",
            "test_late_answers.py",
            "test_no_answers.py",
            "test_silent_failures.py",
        },
    ),
}


def waits(file: str) -> bool:
    """Whether its tests start processes, and mostly wait for them."""
    return file.startswith("tests/e2e/") or file.endswith(("/test_crash_points.py", "/test_stack.py"))


class InTwoLanes(LoadFileScheduling):
    """Gives each test process one file after the other, of its own kind as long as there are any."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        folder, _, name = file.rpartition("/")
        together = (shared for shared, (where, files) in _TOGETHER.items() if folder == where and name in files)
        return next((f"{folder}/{shared}" for shared in together), file)

    def _assign_work_unit(self, node: WorkerController) -> None:
        queue: Any = self.workqueue
        mine = list(self.assigned_work).index(node) % 2 == 0 if node in self.assigned_work else True
        following = next((file for file in queue if waits(file) is mine), next(iter(queue)))
        queue.move_to_end(following, last=False)
        super()._assign_work_unit(node)
