"""Start a program that cannot outlive the process that started it.

Run as a script between the two: it takes the account and the parent-death signal, then becomes the program (exec), so
that the process id the starter knows is the program's own. Linux tells a process about its parent's death only when
asked from inside (``prctl``), and forgets it when the account changes: hence this order, and hence a script.
"""

from __future__ import annotations

import ctypes
import os
import resource
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import signal
    from collections.abc import Sequence

_PR_SET_PDEATHSIG = 1


def dying_with_parent(
    command: Sequence[str], *, on_orphaned: signal.Signals, account: tuple[int, int] | None = None
) -> list[str]:
    """Wrap a command line; ``account`` is (uid, gid) to run as, and needs root.

    The signal comes when the *thread* that started the process ends: start from the main thread.
    """
    uid, gid = account or (-1, -1)
    prefix = [sys.executable, "-I", "-S", str(Path(__file__)), str(os.getpid()), str(int(on_orphaned))]
    return [*prefix, str(uid), str(gid), *command]


def main(arguments: Sequence[str]) -> None:
    """Become the program named by the arguments of ``dying_with_parent``."""
    parent, number, uid, gid = (int(argument) for argument in arguments[:4])
    command = list(arguments[4:])
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, number)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash writes no memory to disk
    if os.getppid() != parent:  # it died before we could ask to be told
        raise SystemExit(1)
    os.execv(command[0], command)  # noqa: S606 the command line comes from our own table, without a shell


if __name__ == "__main__":
    main(sys.argv[1:])
