"""A real Redis that speaks TLS, as Debian's redis-server does; the one in the wheel was built without."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from connector.config.settings import Settings
from connector.embedded.places import free_port
from connector.embedded.redis import EmbeddedRedis
from connector.operations.check import Health
from tests.certificates import self_signed
from tests.tasks.asking import EVERYBODY, checked, skip_without_tls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.certificates import Pair

skip_without_tls()


@pytest.fixture(scope="module")
def server_pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return self_signed(tmp_path_factory.mktemp("server"))


@pytest.fixture(scope="module")
def client_pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return self_signed(tmp_path_factory.mktemp("client"), "client")


@pytest.fixture(scope="module")
def encrypted(server_pair: Pair, client_pair: Pair, server_directory: Path) -> Iterator[str]:
    """The address of a Redis that speaks TLS, with whoever shows a certificate; no word of TLS in it."""
    port = free_port()
    files = {"cert-file": server_pair.cert, "key-file": server_pair.key, "ca-cert-file": client_pair.cert}
    settings = {"tls-port": str(port)} | {f"tls-{name}": str(file) for name, file in files.items()}
    with EmbeddedRedis(server_directory / "encrypted", settings=settings) as server:
        yield f"rediss://:{server._password()}@127.0.0.1:{port}/0"


@pytest.fixture
def shown(client_pair: Pair) -> dict[str, Any]:
    return {"broker_cert": str(client_pair.cert), "broker_key": str(client_pair.key)}


@pytest.mark.parametrize("who", EVERYBODY)
def test_an_authority_of_our_own_is_named_by_a_setting(
    who: Callable[[Settings], None], encrypted: str, server_pair: Pair, shown: dict[str, Any]
) -> None:
    who(Settings(broker_url=encrypted, broker_ca=str(server_pair.cert), **shown))


@pytest.mark.parametrize("who", EVERYBODY)
def test_who_switches_it_off_says_so_in_any_spelling(
    who: Callable[[Settings], None], encrypted: str, shown: dict[str, Any]
) -> None:
    for spelling in ("CERT_NONE", "none", "NONE"):
        who(Settings(broker_url=f"{encrypted}?ssl_cert_reqs={spelling}", **shown))


@pytest.mark.parametrize("who", EVERYBODY)
def test_files_may_be_named_in_the_address(
    who: Callable[[Settings], None], encrypted: str, server_pair: Pair, client_pair: Pair
) -> None:
    files = f"ssl_ca_certs={server_pair.cert}&ssl_certfile={client_pair.cert}&ssl_keyfile={client_pair.key}"
    who(Settings(broker_url=f"{encrypted}?ssl_cert_reqs=CERT_REQUIRED&{files}"))


@pytest.mark.parametrize("who", EVERYBODY)
def test_a_certificate_for_another_name_is_none(
    who: Callable[[Settings], None], encrypted: str, server_pair: Pair, shown: dict[str, Any]
) -> None:
    elsewhere = encrypted.replace("127.0.0.1", "localhost")
    with pytest.raises(Exception, match=r"(?i)certificate"):
        who(Settings(broker_url=elsewhere, broker_ca=str(server_pair.cert), **shown))
    who(Settings(broker_url=f"{elsewhere}?ssl_check_hostname=false", broker_ca=str(server_pair.cert), **shown))


def test_the_doctor_warns_of_what_is_not_verified_and_names_the_certificate_that_is_asked_for(
    encrypted: str, server_pair: Pair, shown: dict[str, Any]
) -> None:
    def checks(url: str, **more: Any) -> dict[str, Any]:
        return checked(Settings(broker_url=url, **more))

    whole = checks(encrypted, broker_ca=str(server_pair.cert), **shown)
    assert whole["redis certificate"].health is Health.OK
    for word in ("ssl_cert_reqs=none", "ssl_check_hostname=false"):
        found = checks(f"{encrypted}?{word}", broker_ca=str(server_pair.cert), **shown)["redis certificate"]
        assert found.health is Health.WARNING
        assert word in found.found
    assert "ML_CONNECTOR_BROKER_CERT" in checks(encrypted, broker_ca=str(server_pair.cert))["redis"].advice
