"""Real Sentinels over TLS, with passwords of their own: everybody finds the Redis they name, and the next one."""

from __future__ import annotations

import signal
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from connector.config.settings import Settings
from connector.operations.check import Health
from tests.certificates import self_signed
from tests.fire.sentinels import sentinels
from tests.tasks.asking import EVERYBODY, checked, skip_without_tls
from tests.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.certificates import Pair
    from tests.fire.sentinels import Sentinels

skip_without_tls()

CHANCE = Random(1)  # noqa: S311 - not for secrets


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return self_signed(tmp_path_factory.mktemp("sentinels"))


@pytest.fixture(scope="module")
def watched(server_directory: Path, pair: Pair) -> Iterator[Sentinels]:
    with sentinels(server_directory / "sentinels", tls=pair) as started:
        yield started


def seen(watched: Sentinels, pair: Pair, *, url: str = "") -> dict[str, Any]:
    return checked(Settings(broker_url=url or watched.url, broker_ca=str(pair.cert)))


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("master_name=payables", "master_name=receivables", "know no primary that is called receivables"),
        ("sentinel_password=", "sentinel_password=x", "The Sentinels refuse the password"),
        ("sentinel_password=", "sentinel_tls=false&sentinel_password=", "does not answer"),
        ("sentinels://:", "sentinels://:x", "refuses the password"),
    ],
)
def test_what_is_wrong_with_the_address_is_said(
    watched: Sentinels, pair: Pair, before: str, after: str, sentence: str
) -> None:
    found = seen(watched, pair, url=watched.url.replace(before, after))
    assert any(sentence in check.found for check in found.values()), found
    assert watched.password not in str(found)


def test_a_sentinel_with_another_certificate_is_told_nothing(watched: Sentinels, tmp_path: Path) -> None:
    other = self_signed(tmp_path)
    found = seen(watched, other)
    assert "is not trusted" in found["redis"].found


def test_the_doctor_says_whether_a_failover_would_come_to_a_good_end(watched: Sentinels, pair: Pair) -> None:
    found = seen(watched, pair)
    assert found["redis sentinels"].found == "3, of which 2 have to agree; 1 to fail over to"
    assert found["redis certificate"].health is found["redis messages"].health is Health.OK


def test_everybody_finds_the_primary_and_the_one_after_it(watched: Sentinels, pair: Pair) -> None:
    settings = Settings(broker_url=watched.url, broker_ca=str(pair.cert))
    for who in EVERYBODY:
        who(settings)
    before = watched.primary()
    assert before is not None
    before.end(signal.SIGKILL)
    until(lambda: watched.primary() not in {None, before}, "another primary")
    for who in EVERYBODY:
        who(settings)
    until(lambda: "redis replica" in seen(watched, pair), "there is none to fail over to")
    watched.kill_sentinel(CHANCE)
    assert "does not answer" in seen(watched, pair)["redis sentinels"].found
