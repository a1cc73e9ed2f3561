"""Each seal of the audit trail is written down outside of the database too, where whoever changes that cannot reach.

An anchor is a file, to which lines are appended, or an address, to which each seal is posted. `audit verify` reads the
file back; what an address keeps is for its keeper to compare (`audit verify --expect`).
"""

from __future__ import annotations

import json
import logging
import os
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from connector import files
from connector.anchoring.sending import NotReached, post
from connector.anchoring.stamped import NotStamped, Stamped
from connector.domain import canonical
from connector.domain.errors import ConfigurationError
from connector.store.audit.trusted_seals import Known

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from connector.anchoring.stamps import Stamps
    from connector.store.audit.seals import Seal

_log = logging.getLogger(__name__)

#: a seal could not be written down outside, or got no time stamp; the next one stands for it
NOT_ANCHORED, NOT_STAMPED = "audit.not_anchored", "audit.not_stamped"
#: no seal has this digest
NO_DIGEST = "none"


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


def anchor_at(place: str, stamps: Stamps | None = None) -> Anchor | None:
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
    return AddressAnchor(place)


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
            Known(digest=str(entry["digest"]), seal=number, keyed=True, missed=missed)
            for number, entry in self._seals().items()
        ]
        amiss = self.stamped().amiss.items()
        return known + [Known(digest=NO_DIGEST, seal=number, missed=why) for number, why in amiss]

    def stamped(self) -> Stamped:
        """What the stamps of the seals in the file tell; nothing where nobody is named who gave them."""
        newest: tuple[int, dt.datetime] | None = None
        count, amiss = 0, {}
        for number, entry in self._seals().items():
            if self.stamps is None or "stamp" not in entry:
                continue
            try:
                newest = number, self.stamps.at(bytes.fromhex(str(entry["digest"])), str(entry["stamp"]))
                count += 1
            except (NotStamped, ValueError) as error:
                amiss[number] = f"in {self.file}: {error}"
        return Stamped(count=count, newest=newest, amiss=amiss)

    def _seals(self) -> dict[int, dict[str, Any]]:
        try:
            lines = self.file.read_text().splitlines()
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text"
            raise ConfigurationError(f"The seals in {self.file} cannot be read: {reason}.") from None
        found: dict[int, dict[str, Any]] = {}
        for line in lines:
            entry = _read(line)
            if "restored_to" in entry:
                found = {number: seal for number, seal in found.items() if number <= int(entry["restored_to"])}
            elif "digest" in entry:
                found[int(entry["number"])] = entry
        return found

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
            _log.error(NOT_ANCHORED, extra={"error": error.message})


@dataclass(frozen=True)
class AddressAnchor:
    """An address that takes a JSON object by POST."""

    #: may hold a secret
    url: str

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

    def _post(self, entry: Mapping[str, Any]) -> None:
        why = ""
        try:
            answer = post(self.url, canonical.dumps(entry), "application/json")
            if answer.status >= HTTPStatus.BAD_REQUEST or answer.redirects:
                why = f"the address answered {answer.status}"
        except NotReached as error:
            why = f"the address does not answer ({error})"
        if why:
            _log.error(NOT_ANCHORED, extra={"error": why})


def _read(line: str) -> dict[str, Any]:
    """A line; one that a full disk cut short says nothing."""
    try:
        entry = json.loads(line)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) else {}
