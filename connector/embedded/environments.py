"""What a process of the stack sees of the environment that `up` was started in: what it needs, and no secret besides.

A process that is attacked gives away what it holds. So Flower, which only looks at Redis, holds neither the ledger's
password nor a master key; nobody holds the passwords of customers' systems, which were given to a command.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from connector.config import PREFIX, secret_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.embedded.programs import Program

#: the machine's own variables, those of Python, TLS and uvicorn, and our settings
_HARMLESS = re.compile(
    r"PATH|HOME|USER|LOGNAME|SHELL|TERM|TZ|TMPDIR|LANG|LANGUAGE|LC_.*|LD_LIBRARY_PATH|VIRTUAL_ENV|PYTHON.*|SSL_CERT_.*"
    rf"|OPENSSL_CONF|FORWARDED_ALLOW_IPS|{PREFIX}.*"
)

#: used where `ML_CONNECTOR_PROXY`, or a connection, asks for it
_PROXIES = re.compile(r"(HTTPS?|ALL|NO)_PROXY", re.IGNORECASE)


def seen_by(program: Program, environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of a program."""
    hidden = _variables(secret_settings() - program.needs)
    return {
        **{
            name: value
            for name, value in environment.items()
            if name in program.sees
            or ("proxy" in program.needs and _PROXIES.fullmatch(name))
            or (_HARMLESS.fullmatch(name) and name not in hidden)
        },
        **program.environment,
    }


def _variables(settings: frozenset[str]) -> set[str]:
    return {f"{PREFIX}{name.upper()}{suffix}" for name in settings for suffix in ("", "_FILE")}
