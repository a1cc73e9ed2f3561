"""Seals are stamped by a third party, so that whoever has a master key cannot write older ones anew."""

from __future__ import annotations

import datetime as dt
import json
import logging
from typing import TYPE_CHECKING, Any

import pytest

from connector.anchoring.anchors import NOT_STAMPED, AddressAnchor, FileAnchor, anchor_at
from connector.anchoring.stamped import NotStamped
from connector.anchoring.stamps import Stamps
from connector.bootstrap import application
from connector.config import load_settings
from connector.domain.errors import ConfigurationError
from tests.anchoring.test_anchors import a_seal
from tests.authority import Authority, authority
from tests.http.misbehaving import misbehaving, truncates

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.conftest import Terminal


@pytest.fixture(scope="module")
def stamping(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with authority(tmp_path_factory.mktemp("authority")) as found:
        yield found


@pytest.fixture
def anchor(stamping: Authority, tmp_path: Path) -> FileAnchor:
    return FileAnchor(tmp_path / "seals.jsonl", Stamps(url=stamping.url, ca_file=str(stamping.ca_file)))


def lines(anchor: FileAnchor) -> list[dict[str, Any]]:
    return [json.loads(line) for line in anchor.file.read_text().splitlines()]


def test_a_seal_is_written_down_with_a_stamp_that_verifies_without_the_authority(
    anchor: FileAnchor, stamping: Authority
) -> None:
    before = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
    anchor(a_seal(1))
    anchor(a_seal(2))

    away = FileAnchor(
        anchor.file, Stamps(url="http://127.0.0.1:1", ca_file=anchor.stamps.ca_file if anchor.stamps else "")
    )
    found = away.stamped()
    assert (found.count, dict(found.amiss)) == (2, {})
    assert found.newest is not None
    assert found.newest[0] == 2
    assert before <= found.newest[1] <= dt.datetime.now(dt.UTC)
    assert [known.seal for known in away.known()] == [1, 2]


def test_a_seal_that_was_written_anew_has_no_stamp_that_verifies(anchor: FileAnchor) -> None:
    anchor(a_seal(1))
    (told,) = lines(anchor)
    anchor.file.write_text(json.dumps({**told, "digest": "f" * 64}) + "\n")

    _, amiss = anchor.known()
    assert amiss.seal == 1
    assert "its time stamp does not verify" in amiss.missed
    assert anchor.stamped().count == 0
    anchor.file.write_text(json.dumps({**told, "stamp": "rubbish"}) + "\n")
    assert list(anchor.stamped().amiss) == [1]


@pytest.mark.parametrize("trouble", ["nobody is there", "somebody else's certificate"])
def test_a_seal_without_a_stamp_is_written_down_all_the_same(
    anchor: FileAnchor, stamping: Authority, tmp_path: Path, trouble: str, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "other").mkdir()
    with authority(tmp_path / "other") as other:
        ca_file, url = (
            (other.ca_file, stamping.url) if "certificate" in trouble else (stamping.ca_file, "http://127.0.0.1:1")
        )
        with caplog.at_level(logging.ERROR):
            FileAnchor(anchor.file, Stamps(url=url, ca_file=str(ca_file)))(a_seal(1))
    (told,) = lines(anchor)
    assert "stamp" not in told
    assert [record.message for record in caplog.records] == [NOT_STAMPED]
    assert [known.seal for known in anchor.known()] == [1]


def test_an_answer_that_breaks_off_is_no_stamp(stamping: Authority) -> None:
    with misbehaving() as server:
        server.on("/", truncates)
        stamps = Stamps(url=f"{server.url}/", ca_file=str(stamping.ca_file))
        with pytest.raises(NotStamped, match="the time-stamping authority does not answer"):
            stamps.stamp(b"a" * 32)


def test_audit_verify_says_what_is_stamped_and_finds_what_was_written_anew(
    acme: Terminal, stamping: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "seals.jsonl"
    for name, value in (("ANCHOR", file), ("TIMESTAMPS", stamping.url), ("TIMESTAMP_CA", stamping.ca_file)):
        monkeypatch.setenv(f"ML_CONNECTOR_AUDIT_{name}", str(value))
    built = application(load_settings().model_copy(update={"audit_seal_lag_seconds": 0}))
    built.store.housekeeping()
    built.store.close()

    assert "Time-stamped seals: 1, the newest of them seal 1 at " in acme.ok("audit", "verify").out
    told = json.loads(file.read_text())
    file.write_text(json.dumps({**told, "digest": "f" * 64}) + "\n")
    assert {finding["subject"] for finding in acme("audit", "verify", "--json").json["findings"]} == {"seal:1"}


def test_stamps_need_a_file_and_whom_to_believe(
    stamping: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, acme: Terminal
) -> None:
    del acme
    stamps = Stamps(url=stamping.url, ca_file=str(tmp_path / "nothing"))
    assert isinstance(anchor_at("https://keeper.example/seals"), AddressAnchor)
    with pytest.raises(ConfigurationError, match="needs a file to keep the stamps in"):
        anchor_at("https://keeper.example/seals", stamps)
    with pytest.raises(ConfigurationError, match="has no certificates that can be read"):
        stamps.at(b"x", "eA==")
    monkeypatch.setenv("ML_CONNECTOR_AUDIT_TIMESTAMPS", stamping.url)
    with pytest.raises(ConfigurationError, match="needs ML_CONNECTOR_AUDIT_TIMESTAMP_CA"):
        application(load_settings())
