"""Each seal of the audit trail is written down outside of the database too, where whoever changes that cannot reach.

An anchor is a file, to which lines are appended, or an address, to which each seal is posted. `audit verify` reads the
file back; what an address keeps is for its keeper to compare (`audit verify --expect`).
"""

from __future__ import annotations

import json
import logging
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import requests

from connector import files
from connector.domain import canonical
from connector.domain.errors import ConfigurationError
from connector.store.audit.vouching import Known

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.store.audit.seals import Seal

_log = logging.getLogger(__name__)

#: a seal could not be written down outside; the next one stands for it
NOT_ANCHORED = "audit.not_anchored"
_TIMEOUT_SECONDS = 10.0


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


def anchor_at(place: str) -> Anchor | None:
    """The anchor that a setting names; None for none."""
    if not place:
        return None
    return AddressAnchor(place) if place.lower().startswith(("https://", "http://")) else FileAnchor(Path(place))


@dataclass(frozen=True)
class FileAnchor:
    """A file of JSON lines that only its owner can read."""

    file: Path

    def __call__(self, seal: Seal) -> None:
        """Append a seal."""
        self._append(asdict(seal))

    def restored(self, newest: int) -> None:
        """Append that later seals are gone with reason."""
        self._append({"restored_to": newest})

    def known(self) -> list[Known]:
        """Every seal that was appended, but for those that a restored backup does not know."""
        try:
            lines = self.file.read_text().splitlines()
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text"
            raise ConfigurationError(f"The seals in {self.file} cannot be read: {reason}.") from None
        found: dict[int, str] = {}
        for line in lines:
            told = _read(line)
            if "restored_to" in told:
                found = {number: digest for number, digest in found.items() if number <= int(told["restored_to"])}
            elif "digest" in told:
                found[int(told["number"])] = str(told["digest"])
        missed = f"this seal was written to {self.file} when it was made; it is gone or altered"
        return [Known(digest=digest, seal=number, keyed=True, missed=missed) for number, digest in found.items()]

    def _append(self, told: Mapping[str, Any]) -> None:
        try:
            handle = files.append(self.file)
            try:
                os.write(handle, canonical.dumps(told) + b"\n")
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

    def _post(self, told: Mapping[str, Any]) -> None:
        why = ""
        try:
            with requests.Session() as session:
                session.trust_env = False
                answer = session.post(
                    self.url,
                    data=canonical.dumps(told),
                    headers={"Content-Type": "application/json", "User-Agent": "ml-connector"},
                    timeout=_TIMEOUT_SECONDS,
                    allow_redirects=False,
                )
                if not answer.ok or answer.is_redirect:
                    why = f"the address answered {answer.status_code}"
        except requests.RequestException as error:
            why = f"the address does not answer ({type(error).__name__})"
        if why:
            _log.error(NOT_ANCHORED, extra={"error": why})


def _read(line: str) -> dict[str, Any]:
    """A line; one that a full disk cut short says nothing."""
    try:
        told = json.loads(line)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
