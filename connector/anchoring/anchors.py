"""Each seal of the audit trail is written down outside of the database too, where whoever changes that cannot reach.

An anchor is a file, to which lines are appended, or an address, to which each seal is posted. `audit verify` reads the
file back; what an address keeps is for its keeper to compare (`audit verify --expect`).
"""

from __future__ import annotations

import json
import logging
import os
from dataclasses import asdict, dataclass
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from connector import files
from connector.anchoring.stamped import NotStamped, Stamped
from connector.domain import canonical
from connector.domain.errors import ConfigurationError
from connector.domain.outbound import NOTHING_SAID, Outbound
from connector.store.audit.trusted_seals import Known

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping

    from connector.anchoring.stamps import Stamps
    from connector.store.audit.seals import Seal

_log = logging.getLogger(__name__)

#: a seal could not be written down outside, or got no time stamp; the next one stands for it
NOT_ANCHORED, NOT_STAMPED = "audit.not_anchored", "audit.not_stamped"
#: no seal has this digest
NO_DIGEST = "none"
#: signs; ours have less than ten thousand, with a stamp
_LONGEST_LINE = 100_000


class Anchor(Protocol):
    """A place outside of the database."""

    def __call__(self, seal: Seal) -> None:
        """Write a seal down; a failure is logged, because the seal stands all the same."""
        ...

    def restored(self, newest: int) -> None:
        """Write down that a backup was restored whose newest seal is this one: later ones are gone with reason."""
        ...

    def known(self) -> list[Known]:
        """The seals that must be part of the trail; none where nothing can be read back."""
        ...

    def stamped(self) -> Stamped:
        """What the time stamps of the seals that can be read back tell."""
        ...

    def kept(self) -> str:
        """Which seals can be read back, as a sentence; empty where none can."""
        ...


def anchor_at(place: str, stamps: Stamps | None = None, outbound: Outbound = NOTHING_SAID) -> Anchor | None:
    """The anchor that a setting names; None for none. Raises ConfigurationError where ``stamps`` cannot be kept."""
    if not place:
        return None
    if not place.lower().startswith(("https://", "http://")):
        return FileAnchor(Path(place), stamps)
    if stamps is not None:
        raise ConfigurationError(
            "ML_CONNECTOR_AUDIT_TIMESTAMPS needs a file to keep the stamps in: name one by ML_CONNECTOR_AUDIT_ANCHOR "
            "instead of an address."
        )
    return AddressAnchor(place, outbound)


@dataclass(frozen=True)
class FileAnchor:
    """A file of JSON lines that only its owner can read; with ``stamps`` each seal is stamped by a third party."""

    file: Path
    stamps: Stamps | None = None

    def __call__(self, seal: Seal) -> None:
        """Append a seal, with its stamp where it gets one: it is written down all the same."""
        entry = asdict(seal)
        try:
            if self.stamps is not None:
                entry["stamp"] = self.stamps.stamp(bytes.fromhex(seal.digest))
        except (NotStamped, ConfigurationError) as error:
            _log.error(NOT_STAMPED, extra={"seal": seal.number, "error": str(error)})
        self._append(entry)

    def restored(self, newest: int) -> None:
        """Append that later seals are gone with reason."""
        self._append({"restored_to": newest})

    def known(self) -> list[Known]:
        """Every seal that was appended, but for those that a restored backup does not know."""
        missed = f"this seal was written to {self.file} when it was made; it is gone or altered"
        known = [
            Known(digest=digest, seal=number, keyed=True, missed=missed)
            for number, (digest, _) in self._seals().items()
        ]
        amiss = self.stamped().amiss.items()
        return known + [Known(digest=NO_DIGEST, seal=number, missed=why) for number, why in amiss]

    def stamped(self) -> Stamped:
        """What the stamps of the seals in the file tell; nothing where nobody is named who gave them."""
        told = {number: stamp for number, (_, stamp) in self._seals(self._stamp_of).items() if stamp is not None}
        right = {number: at for number, at in told.items() if not isinstance(at, str)}
        amiss = {number: f"in {self.file}: {why}" for number, why in told.items() if isinstance(why, str)}
        newest = next(reversed(right.items()), None)
        return Stamped(count=len(right), newest=newest, amiss=amiss)

    def kept(self) -> str:
        """Which seals are in the file."""
        numbers = self._seals()
        if not numbers:
            return f"No seal is in {self.file}."
        return f"Seals in {self.file}: {len(numbers)}, seal {min(numbers)} to seal {max(numbers)}."

    def _stamp_of(self, entry: Mapping[str, Any]) -> dt.datetime | str | None:
        """When a seal was stamped, or what is wrong with its stamp; None where it has none that can be looked at."""
        if self.stamps is None or "stamp" not in entry:
            return None
        try:
            return self.stamps.at(bytes.fromhex(entry["digest"]), str(entry["stamp"]))
        except (NotStamped, ValueError) as error:
            return str(error)

    def _seals(
        self, look: Callable[[Mapping[str, Any]], dt.datetime | str | None] = lambda _: None
    ) -> dict[int, tuple[str, dt.datetime | str | None]]:
        """By number the digest of each seal in the file, and what a look at it says. A line is read, and forgotten."""
        found: dict[int, tuple[str, dt.datetime | str | None]] = {}
        for entry in self._entries():
            match entry:
                case {"restored_to": int(newest)}:
                    found = {number: seal for number, seal in found.items() if number <= newest}
                case {"digest": str(digest), "number": int(number)}:
                    found[number] = digest, look(entry)
                case _:
                    pass  # torn, or of somebody who wrote here by hand
        return found

    def _entries(self) -> Iterator[dict[str, Any]]:
        try:
            with files.reading(self.file) as file:
                yield from map(_read, iter(partial(file.readline, _LONGEST_LINE), ""))
        except FileNotFoundError:
            return
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text"
            raise ConfigurationError(f"The seals in {self.file} cannot be read: {reason}.") from None

    def _append(self, entry: Mapping[str, Any]) -> None:
        try:
            handle = files.append(self.file)
            try:
                os.write(handle, canonical.dumps(entry) + b"\n")
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            _log.error(NOT_ANCHORED, extra={"error": f"{self.file} cannot be written: {error.strerror}"})
        except ConfigurationError as error:
            _log.error(NOT_ANCHORED, extra={"error": error.in_full})


@dataclass(frozen=True)
class AddressAnchor:
    """An address that takes a JSON object by POST."""

    #: may hold a secret
    url: str
    outbound: Outbound = NOTHING_SAID

    def __call__(self, seal: Seal) -> None:
        """Post a seal."""
        self._post(asdict(seal))

    def restored(self, newest: int) -> None:
        """Post that later seals are gone with reason."""
        self._post({"restored_to": newest})

    def known(self) -> list[Known]:
        """Nothing is asked back."""
        return []

    def stamped(self) -> Stamped:
        """Nothing is asked back."""
        return Stamped()

    def kept(self) -> str:
        """Nothing is asked back."""
        return ""

    def _post(self, entry: Mapping[str, Any]) -> None:
        from connector.anchoring.sending import NotReached, post  # noqa: PLC0415 - only what seals needs an HTTP client

        why = ""
        try:
            answer = post(self.url, canonical.dumps(entry), "application/json", self.outbound)
            if not HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
                why = f"the address answered {answer.status}"
        except NotReached as error:
            why = f"the address does not answer ({error})"
        if why:
            _log.error(NOT_ANCHORED, extra={"error": why})


def _read(line: str) -> dict[str, Any]:
    """A line; one that a full disk cut short says nothing."""
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return entry if isinstance(entry, dict) else {}
