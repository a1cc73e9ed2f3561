"""What a test may ask of events: genuine ones, many of them, the same one again, and ones that should fool nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any, Final

from sandbox.simulator import SandboxMistakeError

if TYPE_CHECKING:
    from sandbox.concur.company import Company
    from sandbox.concur.events.delivery import Letter

_ANOTHER_COMPANY: Final = "99999999-2222-4333-8444-555555555555"
_MOST: Final = 10_000


class EventRequests:
    """``burst``: n genuine events. ``repeat``: the last event n times more. ``forge``: n signed by a stranger.

    ``unsigned``: n without a signature. ``tamper``: n whose text was changed after it was signed. ``foreign``: n about
    another company. ``rotate_keys``, ``retire_keys``: true = sign with a new key; publish no old one any more.
    """

    def __init__(self, company: Company) -> None:
        self._company = company
        self._delivery = company.delivery

    def apply(self, asked: object) -> dict[str, int]:
        """Do it; answer how many deliveries began, by deed."""
        senders: Mapping[str, Callable[[int], list[Letter]]] = {
            "burst": self._genuine,
            "repeat": self._repeated,
            "forge": lambda count: [self._delivery.forge(one) for one in self._genuine(count)],
            "unsigned": lambda count: [replace(one, signature=None) for one in self._genuine(count)],
            "tamper": lambda count: [replace(one, body=one.body + b" ") for one in self._genuine(count)],
            "foreign": lambda count: self._letters(count, company=_ANOTHER_COMPANY),
        }
        switches = {"rotate_keys": self._delivery.keys.rotate, "retire_keys": self._delivery.keys.retire}
        if not isinstance(asked, Mapping) or not asked or not set(asked) <= {*senders, *switches}:
            raise SandboxMistakeError(f"events takes {', '.join([*senders, *switches])}.")
        for name, act in switches.items():
            if asked.get(name) is True:
                act()
        begun = {}
        for name, make in senders.items():
            if name in asked:
                begun[name] = sum(self._delivery.send(one) for one in make(_count(asked[name])))
        if begun and not self._company.subscriptions.held:
            raise SandboxMistakeError("Nobody has subscribed to events; there is nobody to send them to.")
        return begun

    def _genuine(self, count: int) -> list[Letter]:
        return self._letters(count)

    def _letters(self, count: int, **about: Any) -> list[Letter]:  # noqa: ANN401  passed on
        documents = list(self._company.documents)
        if not documents:
            raise SandboxMistakeError("There is no document an event could be about; generate one.")
        return [self._delivery.letter(one, **about) for one in islice(cycle(documents), count)]

    def _repeated(self, count: int) -> list[Letter]:
        if self._delivery.last is None:
            raise SandboxMistakeError("No event was sent yet; there is none to repeat.")
        return [self._delivery.last] * count


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= _MOST:
        raise SandboxMistakeError(f"Events are counted from 1 to {_MOST}, not {value!r}.")
    return value
