"""The end of a short command: what it has loaded is left to the kernel, instead of taken apart piece by piece.

That takes Python a twentieth of what such a command takes. What was to be done at the end is done before.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading


def leave(code: object) -> None:
    """End the process with this code; return where Python must do it: it has a word to say, or somebody still works."""
    if not isinstance(code, int | None) or threading.active_count() > 1:
        return
    atexit._run_exitfuncs()  # noqa: SLF001 - what Python does first, and offers nobody else
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        return
    os._exit(code or 0)
