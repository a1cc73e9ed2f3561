"""What is read of the address of Redis, by whoever reaches it."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

import pytest

from connector.config.broker import broker_of
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
def test_a_file_that_is_no_use_is_named_before_redis_is_spoken_to(
    given: dict[str, Any], sentence: str, tmp_path: Path
) -> None:
    for name in ("one", "other"):
        self_signed(tmp_path, name)
    files = {name: file.format(folder=tmp_path) for name, file in given.items()}
    with pytest.raises(ConfigurationError, match=sentence):
        broker_of(Settings(broker_url="rediss://h/0", **files))


def test_an_authority_for_what_is_not_encrypted_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"BROKER_CA is set, but .* write rediss://"):
        broker_of(Settings(broker_url="redis://h/0", broker_ca=str(self_signed(tmp_path).cert)))
