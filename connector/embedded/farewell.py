"""How somebody asks a long command to stop."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from types import FrameType, TracebackType

_FAREWELLS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Farewell:
    """Notices Ctrl-C and SIGTERM without interrupting anything in the middle; a second one means: hurry."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.hurry = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._hear) for number in _FAREWELLS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _hear(self, _number: int, _frame: FrameType | None) -> None:
        self.hurry = self.asked.is_set()
        self.asked.set()
