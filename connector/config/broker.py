"""How the broker is reached: the one place that says it, for workers, beat, Flower, whoever sends work, and the doctor.

Each of their libraries would read an address in its own way: kombu knows other words for ``ssl_cert_reqs`` than
redis-py, and Flower none at all.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit, urlunsplit

from connector.config.broker_address import (
    CA,
    CERT,
    FILES,
    KEY,
    MASTER,
    NAME_COMPARED,
    SENTINEL_PASSWORD,
    SENTINEL_TLS,
    SENTINEL_USERNAME,
    VERIFIED,
    Kind,
    at,
    read,
)
from connector.config.names import PREFIX
from connector.domain.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.config.broker_address import Address
    from connector.config.settings import Settings

_ADDRESS = f"{PREFIX}BROKER_URL"
_SETTING = {CA: f"{PREFIX}BROKER_CA", CERT: f"{PREFIX}BROKER_CERT", KEY: f"{PREFIX}BROKER_KEY"}
#: as py-amqp calls them
_FOR_AMQP = {VERIFIED: "cert_reqs", CA: "ca_certs", CERT: "certfile", KEY: "keyfile"}


@dataclass(frozen=True, kw_only=True)
class Broker:
    """The broker, as every process of ours reaches it."""

    address: Address
    #: as kombu reads it, without the words about TLS, so that nobody reads them otherwise
    url: str = field(repr=False)
    #: what redis-py takes for an encrypted connection; empty for one that is not
    tls: Mapping[str, Any]

    @property
    def kind(self) -> Kind:
        """What it is."""
        return self.address.kind

    @property
    def name(self) -> str:
        """What ``doctor`` calls it."""
        return "rabbitmq" if self.kind is Kind.RABBITMQ else "redis"

    @property
    def host(self) -> str:
        """Where it is, for sentences; of several servers all."""
        return ", ".join(host for host, _ in self.address.servers)

    @property
    def primary(self) -> str:
        """The name that Sentinels know the primary by."""
        return str(self.address.words.get(MASTER, ""))

    @property
    def to_redis(self) -> Mapping[str, Any]:
        """What redis-py takes to speak to the primary that Sentinels name."""
        login = {"username": self.address.username or None, "password": self.address.password or None}
        return {**login, "db": int(self.address.place), **({"ssl": True, **self.tls} if self.tls else {})}

    @property
    def to_sentinels(self) -> Mapping[str, Any]:
        """What redis-py takes to speak to Sentinels."""
        words = self.address.words
        login = {"username": words.get(SENTINEL_USERNAME), "password": words.get(SENTINEL_PASSWORD)}
        encrypted = self.tls and words.get(SENTINEL_TLS, True)
        return {
            **{name: said for name, said in login.items() if said},
            **({"ssl": True, **self.tls} if encrypted else {}),
        }

    @property
    def amqp_tls(self) -> Mapping[str, Any]:
        """What py-amqp takes for an encrypted connection: a server's name is compared where it is asked for by one."""
        named = {"server_hostname": None} if self.tls.get(NAME_COMPARED) else {}
        return {**{_FOR_AMQP[word]: value for word, value in self.tls.items() if word in _FOR_AMQP}, **named}

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
    address = read(settings.broker_url)
    given = (settings.broker_ca, settings.broker_cert, settings.broker_key)
    files = {word: file for word, file in zip(FILES, given, strict=True) if file}
    if not address.encrypted:
        if files:
            setting = _SETTING[next(iter(files))]
            raise ConfigurationError(
                f"{setting} is set, but {_ADDRESS} begins with {address.scheme}://, which is not encrypted: "
                f"write {address.scheme}s://."
            )
        return Broker(address=address, url=_for_kombu(settings.broker_url, address), tls={})
    said = {word: address.words[word] for word in (VERIFIED, NAME_COMPARED, *FILES) if word in address.words}
    verified = said.get(VERIFIED, True)
    tls = {
        **files,
        **said,
        VERIFIED: ssl.CERT_REQUIRED if verified else ssl.CERT_NONE,
        NAME_COMPARED: bool(verified and said.get(NAME_COMPARED, True)),
    }
    _look_into(tls)
    return Broker(address=address, url=_for_kombu(settings.broker_url, address), tls=tls)


def _for_kombu(url: str, address: Address) -> str:
    """Each server as a whole, and alike; with Sentinels TLS is no part of the scheme."""
    if address.kind is Kind.REDIS:
        return urlunsplit(urlsplit(url)._replace(query=""))
    scheme = "sentinel" if address.kind is Kind.SENTINEL else address.scheme
    login = f"{quote(address.username, safe='')}:{quote(address.password, safe='')}@"
    login = login if address.username or address.password else ""
    hosts = [at(host, port) for host, port in address.servers]
    return ";".join(f"{scheme}://{login}{host}/{quote(address.place, safe='')}" for host in hosts)


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
        f"The file {file} {why}: correct {_SETTING[word]}, or {word} in {_ADDRESS}. The broker was not spoken to."
    )
