"""Who may vouch for the certificates that a connection meets."""

from __future__ import annotations

import ssl

from connector.domain.errors import ConfigurationError


def believed(ca_file: str | None, *, name: str) -> str | bool:
    """A PEM file, or True for the public authorities; raises ConfigurationError for a file that names nobody."""
    if ca_file is None:
        return True
    try:
        ssl.create_default_context(cafile=ca_file)
    except ssl.SSLError:
        why = "holds no certificate in PEM"
    except OSError as error:
        why = f"cannot be read ({error.strerror})"
    else:
        return ca_file
    raise ConfigurationError(
        f"{name}: the CA file {ca_file} {why}; correct ca_file (of all connections: ML_CONNECTOR_CA_FILE). Nothing was "
        "sent."
    )
