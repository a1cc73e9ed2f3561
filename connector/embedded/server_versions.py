"""Which versions of the servers have known vulnerabilities: the least corrected release of each series.

A list, because no server tells; ``tools/audit_dependencies.py`` asks OSV for what came since. A distribution may have
corrected an older version without changing its number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: Redis and Valkey: CVE-2025-49844 (a script takes over the server) and those before; PostgreSQL: November 2025
LEAST: dict[str, dict[tuple[int, ...], int]] = {
    "redis": {(6, 2): 20, (7, 2): 11, (7, 4): 6, (8, 0): 4, (8, 2): 2},
    "valkey": {(7, 2): 11, (8, 0): 6, (8, 1): 4},
    "postgresql": {(14,): 20, (15,): 15, (16,): 11, (17,): 7, (18,): 1},
}


@dataclass(frozen=True, kw_only=True)
class Version:
    """A server and its version, as far as it is known: an image may name a series only."""

    server: str
    numbers: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.server} {'.'.join(map(str, self.numbers))}"

    @property
    def complete(self) -> bool:
        """Whether it names one release, not a series."""
        return len(self.numbers) > self._length

    @property
    def _length(self) -> int:
        return len(next(iter(LEAST[self.server])))

    @property
    def trouble(self) -> str:
        """Why it is known to be vulnerable; empty when it is not."""
        least, series = LEAST[self.server], self.numbers[: self._length]
        if series > max(least):
            return ""
        if series not in least:
            return f"the series {'.'.join(map(str, series))} is not corrected any more"
        corrected = (*series, least[series])
        if self.complete and self.numbers < corrected:
            return f"known vulnerabilities are corrected in {'.'.join(map(str, corrected))}"
        return ""


def version_in(text: str) -> Version | None:
    """Read what a server says of its version, or the name of an image; None when it is no server of ours."""
    for pattern, server in (
        (r"(?i)valkey\D*?(\d+(?:\.\d+)*)", "valkey"),
        (r"(?i)redis\D*?(\d+(?:\.\d+)*)", "redis"),
        (r"(?i)postgres\D*?(\d+(?:\.\d+)*)", "postgresql"),
    ):
        if found := re.search(pattern, text):
            return Version(server=server, numbers=tuple(map(int, found[1].split("."))))
    return None
