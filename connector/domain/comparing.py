"""What should be there against what is: the one place that decides what is missing, twice, wrong and uncalled for.

It compares what a source lists with the ledger, the ledger with what a target answers, and for the demonstration what
should have arrived with what its simulators really hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping


@dataclass(frozen=True, kw_only=True)
class Compared:
    """What should be there against what is; the lists hold keys, in order."""

    #: what it is about: a flow's name
    flow: str
    expected: int
    found: int
    missing: tuple[str, ...]
    twice: tuple[str, ...]
    wrong: tuple[str, ...]
    #: there, and never asked for
    uncalled: tuple[str, ...]

    @property
    def clean(self) -> bool:
        """Nothing missing, twice, wrong or uncalled for."""
        return not (self.missing or self.twice or self.wrong or self.uncalled)


def compare(
    flow: str,
    wanted: Collection[str],
    there: Mapping[str, int],
    *,
    wrong: Collection[str] = (),
    tolerated: Collection[str] = (),
    gone: Collection[str] = (),
) -> Compared:
    """Compare the keys that should be there with those that are, each as often as it was made there.

    ``wrong``: those that say something else there than they should. ``tolerated``: may be there or not. ``gone``: made,
    and not there any more; missing where it is wanted, and uncalled for all the same where it is not.
    """
    keys = set(wanted)
    found = {key for key in keys if key in there and key not in gone}
    return Compared(
        flow=flow,
        expected=len(keys),
        found=len(found),
        missing=_sorted(keys - found),
        twice=_sorted(key for key, copies in there.items() if copies > 1),
        wrong=_sorted(wrong),
        uncalled=_sorted(key for key in there if key not in keys and key not in tolerated),
    )


def _sorted(keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(keys))
