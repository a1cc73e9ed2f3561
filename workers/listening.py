"""Whether a process could listen where its settings say: a sentence, before its server says it in its own way."""

from __future__ import annotations

import socket
from contextlib import closing

from connector.domain.errors import ConfigurationError


def require(address: str, port: int, setting: str) -> None:
    """Raise ConfigurationError where nobody could listen; ``setting`` names the port."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with closing(socket.socket(family)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise ConfigurationError(
                f"Nobody can listen on port {port} of {address} ({error.strerror}): stop what does, or set {setting} "
                "to another port."
            ) from None
