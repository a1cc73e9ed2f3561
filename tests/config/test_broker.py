"""What is read of the address of the broker, by whoever reaches it."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

import pytest

from connector.config.broker import broker_of
from connector.config.broker_address import Kind
from connector.config.settings import Settings
from connector.domain.errors import ConfigurationError
from tests.certificates import self_signed

if TYPE_CHECKING:
    from pathlib import Path


def test_a_certificate_is_verified_as_long_as_nobody_says_otherwise() -> None:
    found = broker_of(Settings(broker_url="rediss://:p@h:6380/1"))
    assert (found.url, found.host) == ("rediss://:p@h:6380/1", "h")
    assert found.tls == {"ssl_cert_reqs": ssl.CERT_REQUIRED, "ssl_check_hostname": True}
    assert not found.unverified


@pytest.mark.parametrize("word", ["none", "NONE", "CERT_NONE", "cert_none"])
def test_who_says_otherwise_is_heard_in_any_spelling(word: str) -> None:
    found = broker_of(Settings(broker_url=f"rediss://h/0?ssl_cert_reqs={word}"))
    assert found.url == "rediss://h/0", "nobody else reads the word in a way of their own"
    assert found.tls == {"ssl_cert_reqs": ssl.CERT_NONE, "ssl_check_hostname": False}
    assert found.unverified


def test_without_encryption_there_is_nothing_to_verify() -> None:
    assert broker_of(Settings(broker_url="redis://h/0")).tls == {}


def test_what_the_address_says_counts_before_the_settings(tmp_path: Path) -> None:
    ours, theirs = self_signed(tmp_path, "ours"), self_signed(tmp_path, "theirs")
    settings = Settings(broker_url=f"rediss://h/0?ssl_ca_certs={theirs.cert}", broker_ca=str(ours.cert))
    assert broker_of(settings).tls["ssl_ca_certs"] == str(theirs.cert)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"broker_ca": "{folder}/missing"}, r"missing cannot be read \(No such file.*correct ML_CONNECTOR_BROKER_CA,"),
        ({"broker_ca": "{folder}/one.key"}, r"one.key does not hold a certificate in PEM"),
        ({"broker_cert": "{folder}/one.pem"}, r"one.pem does not hold a certificate in PEM with its key"),
        ({"broker_key": "{folder}/one.key"}, r"BROKER_KEY is set without ML_CONNECTOR_BROKER_CERT"),
        ({"broker_cert": "{folder}/one.pem", "broker_key": "{folder}/other.key"}, r"with its key, without a password"),
    ],
)
def test_a_file_that_is_no_use_is_named_before_the_broker_is_spoken_to(
    given: dict[str, Any], sentence: str, tmp_path: Path
) -> None:
    for name in ("one", "other"):
        self_signed(tmp_path, name)
    files = {name: file.format(folder=tmp_path) for name, file in given.items()}
    with pytest.raises(ConfigurationError, match=sentence):
        broker_of(Settings(broker_url="rediss://h/0", **files))


SENTINELS = "sentinel://one:26379;two;three:26380/2?master_name=payables"


def test_sentinels_are_one_address_as_celery_writes_them_or_shorter() -> None:
    kombu = "sentinel://u:p%3B@one:26379/2;sentinel://u:p%3B@two:26379/2;sentinel://u:p%3B@three:26380/2"
    for url in (
        "sentinel://u:p%3B@one:26379;two;three:26380/2?master_name=payables",
        "sentinel://u:p%3B@one;sentinel://u:p%3B@two;sentinel://u:p%3B@three:26380/2?master_name=payables",
        "sentinel://u:p%3B@one/2?master_name=payables;two/2;three:26380/2",
    ):
        found = broker_of(Settings(broker_url=url))
        assert (found.kind, found.url, found.primary) == (Kind.SENTINEL, kombu, "payables")
        assert found.to_redis == {"username": "u", "password": "p;", "db": 2}
        assert (found.to_sentinels, found.tls, found.host) == ({}, {}, "one, two, three")


def test_sentinels_have_a_password_of_their_own_and_speak_tls_as_redis_does_unless_they_do_not() -> None:
    url = f"{SENTINELS.replace('sentinel:', 'sentinels:')}&sentinel_username=watch&sentinel_password=s"
    tls = {"ssl": True, "ssl_cert_reqs": ssl.CERT_REQUIRED, "ssl_check_hostname": True}
    found = broker_of(Settings(broker_url=url))
    assert found.to_sentinels == {"username": "watch", "password": "s", **tls}
    assert found.to_redis == {"username": None, "password": None, "db": 2, **tls}
    assert found.url.startswith("sentinel://one:26379/2;"), "kombu knows the one scheme"
    found = broker_of(Settings(broker_url=f"{url}&sentinel_tls=false"))
    assert found.to_sentinels == {"username": "watch", "password": "s"}


def test_rabbitmq_has_nodes_and_a_virtual_host() -> None:
    found = broker_of(Settings(broker_url="amqps://u:p@one;two:5673/pay%2Fables"))
    assert (found.kind, found.address.place) == (Kind.RABBITMQ, "pay/ables")
    assert found.url == "amqps://u:p@one:5671/pay%2Fables;amqps://u:p@two:5673/pay%2Fables"
    assert found.amqp_tls == {"cert_reqs": ssl.CERT_REQUIRED, "server_hostname": None}
    for url in ("amqp://rabbit", "amqp://rabbit/", "amqp://rabbit//"):
        assert broker_of(Settings(broker_url=url)).url == "amqp://rabbit:5672/%2F"
    unnamed = broker_of(Settings(broker_url="amqps://rabbit?ssl_check_hostname=false"))
    assert unnamed.amqp_tls == {"cert_reqs": ssl.CERT_REQUIRED}
    assert unnamed.unverified


def test_an_address_of_numbers_in_brackets_stays_one() -> None:
    found = broker_of(Settings(broker_url="amqp://[::1]:5672;[::2]/x"))
    assert found.url == "amqp://[::1]:5672/x;amqp://[::2]:5672/x"


@pytest.mark.parametrize(("scheme", "more"), [("redis", "/0"), ("sentinel", "/0?master_name=m"), ("amqp", "/")])
def test_files_for_tls_ask_for_the_scheme_that_is_encrypted(scheme: str, more: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=rf"BROKER_CA is set, but .* write {scheme}s://"):
        broker_of(Settings(broker_url=f"{scheme}://h{more}", broker_ca=str(self_signed(tmp_path).cert)))
