"""How Redis is reached: the one place that says it, for workers, beat, Flower, whoever sends work, and the doctor.

Each of their libraries would read an address in its own way: kombu knows other words for ``ssl_cert_reqs`` than
redis-py, and Flower none at all.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from connector.config.broker_address import CA, CERT, ENCRYPTED, FILES, KEY, NAME_COMPARED, VERIFIED, words
from connector.config.names import PREFIX
from connector.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.config.settings import Settings

_ADDRESS = f"{PREFIX}BROKER_URL"
_SETTING = {CA: f"{PREFIX}BROKER_CA", CERT: f"{PREFIX}BROKER_CERT", KEY: f"{PREFIX}BROKER_KEY"}


@dataclass(frozen=True, kw_only=True)
class Broker:
    """Redis, as every process of ours reaches it."""

    host: str
    #: without the words about TLS, so that nobody reads them otherwise
    url: str = field(repr=False)
    #: what redis-py takes for an encrypted connection; empty for one that is not
    tls: Mapping[str, Any]

    @property
    def unverified(self) -> str:
        """What is left out of TLS, as the end of a sentence; empty when the certificate is verified."""
        if not self.tls:
            return ""
        if self.tls[VERIFIED] == ssl.CERT_NONE:
            return f"nobody looks at its certificate ({VERIFIED}=none)"
        return "" if self.tls[NAME_COMPARED] else f"nobody compares the name in its certificate ({NAME_COMPARED}=false)"


def broker_of(settings: Settings) -> Broker:
    """Read the address and look into the files that it needs; raises ConfigurationError."""
    parts = urlsplit(settings.broker_url)
    said = words(parts)
    given = (settings.broker_ca, settings.broker_cert, settings.broker_key)
    files = {word: file for word, file in zip(FILES, given, strict=True) if file}
    host, url = str(parts.hostname), urlunsplit(parts._replace(query=""))
    if parts.scheme != ENCRYPTED:
        if files:
            setting = _SETTING[next(iter(files))]
            raise ConfigurationError(
                f"{setting} is set, but {_ADDRESS} begins with redis://, which is not encrypted: write rediss://."
            )
        return Broker(host=host, url=url, tls={})
    verified = said.get(VERIFIED, True)
    tls = {
        **files,
        **said,
        VERIFIED: ssl.CERT_REQUIRED if verified else ssl.CERT_NONE,
        NAME_COMPARED: bool(verified and said.get(NAME_COMPARED, True)),
    }
    _look_into(tls)
    return Broker(host=host, url=url, tls=tls)


def _look_into(tls: Mapping[str, Any]) -> None:
    """Say at the start what is wrong with a file: Celery would try again for ever."""
    context = ssl.create_default_context()
    if CA in tls:
        try:
            context.load_verify_locations(tls[CA])
        except (OSError, ValueError) as error:
            raise _useless(CA, tls[CA], error, "a certificate in PEM") from None
    if KEY in tls and CERT not in tls:
        raise ConfigurationError(f"{_SETTING[KEY]} is set without {_SETTING[CERT]}: a key needs its certificate.")
    if CERT in tls:
        try:
            context.load_cert_chain(tls[CERT], tls.get(KEY), password="")
        except (OSError, ValueError) as error:
            raise _useless(CERT, tls[CERT], error, "a certificate in PEM with its key, without a password") from None


def _useless(word: str, file: str, error: Exception, wanted: str) -> ConfigurationError:
    cannot = isinstance(error, OSError) and not isinstance(error, ssl.SSLError)
    why = f"cannot be read ({getattr(error, 'strerror', '')})" if cannot else f"does not hold {wanted}"
    return ConfigurationError(
        f"The file {file} {why}: correct {_SETTING[word]}, or {word} in {_ADDRESS}. Redis was not spoken to."
    )
