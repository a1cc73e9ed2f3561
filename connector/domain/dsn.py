"""Where errors are sent: a DSN as Sentry gives it, ``https://KEY@host/PROJECT``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

_KEY = re.compile(r"[A-Za-z0-9]{1,128}")


class NotADsnError(ValueError):
    """Text that names no server, project and key."""


@dataclass(frozen=True, kw_only=True)
class Dsn:
    """A server, a project of it, and the key that lets us in; the key is the secret of it."""

    secure: bool
    host: str
    port: int | None
    path: str
    key: str

    @property
    def origin(self) -> str:
        """The address of the server, without the key."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port is None else f":{self.port}"
        return f"http{'s' if self.secure else ''}://{host}{port}"


def read(text: str) -> Dsn:
    """Read a DSN; raises NotADsnError for anything else."""
    parts = urlsplit(text)
    before, _, project = parts.path.rpartition("/")
    if parts.scheme not in {"http", "https"} or not parts.hostname or not project.isdigit() or parts.query:
        raise NotADsnError
    if not _KEY.fullmatch(parts.username or "") or not re.fullmatch(r"[A-Za-z0-9/_.-]*", before):
        raise NotADsnError
    return Dsn(
        secure=parts.scheme == "https",
        host=parts.hostname,
        port=parts.port,
        path=f"{before}/api/{project}/envelope/",
        key=parts.username or "",
    )
