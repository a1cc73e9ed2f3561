"""Seals that are written down outside of the database, where whoever owns the tables does not reach."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import logging
import os
import re
import socket
import stat
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from connector.anchoring import anchors
from connector.anchoring.anchors import AddressAnchor, FileAnchor
from connector.domain.errors import ConfigurationError
from connector.domain.outbound import Outbound
from connector.store.audit.seals import Seal
from connector.store.ledger import Ledger
from connector.vault import EnvelopeVault, new_key, parse_keys
from tests.http.forward_proxy import forward_proxy
from tests.privileged import tampering
from tests.serving import serving
from tests.store.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def a_seal(number: int) -> Seal:
    made_at = dt.datetime(2026, 11, 28, tzinfo=dt.UTC)
    return Seal(number=number, made_at=made_at, upto=number, events=1, digest=f"{number:064x}", key_id="k")


def remembered(anchor: FileAnchor) -> list[int | None]:
    return [known.seal for known in anchor.known()]


def test_a_trail_cut_and_sealed_anew_is_found_by_the_file_that_housekeeping_wrote(
    database_url: str, tmp_path: Path
) -> None:
    anchor = FileAnchor(tmp_path / "seals.jsonl")
    vault = EnvelopeVault(parse_keys(new_key()))
    ledger = Ledger(database_url, keys=lambda: vault, anchor=anchor, seal_lag=dt.timedelta(0))
    scene = Scene.set_up(ledger, vault)
    scene.read_one("INV-1")
    scene.read_one("INV-2")
    assert ledger.housekeeping().startswith("sealed 3 events")  # and that all links are bound
    assert ledger.examine(known=anchor.known()).findings == []
    with tampering(ledger) as owner:
        owner.execute(sa.text("DELETE FROM audit_events WHERE id = 1"))
        owner.execute(sa.text("DELETE FROM records WHERE source_key = 'INV-1'"))
        owner.execute(sa.text("DELETE FROM audit_seals"))
        owner.execute(sa.text("DELETE FROM audit_newest_seal"))
    assert ledger.housekeeping().startswith("sealed 2 events")
    assert ledger.verify() == []
    (found,) = ledger.examine(known=anchor.known()).findings
    assert "seals.jsonl when it was made; it is gone or altered" in found.problem
    ledger.close()


def test_only_its_owner_reads_the_file_and_a_link_is_not_followed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    FileAnchor(tmp_path / "seals.jsonl")(a_seal(1))
    assert stat.S_IMODE((tmp_path / "seals.jsonl").stat().st_mode) == 0o600
    (tmp_path / "elsewhere").touch()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    FileAnchor(tmp_path / "link")(a_seal(2))
    assert (tmp_path / "elsewhere").read_text() == ""
    (said,) = caplog.records
    assert (said.levelno, said.message) == (logging.ERROR, anchors.NOT_ANCHORED)


def test_a_restored_backup_takes_later_seals_back_and_a_torn_line_says_nothing(tmp_path: Path) -> None:
    anchor = FileAnchor(tmp_path / "seals.jsonl")
    assert anchor.known() == []
    for number in (1, 2, 3):
        anchor(a_seal(number))
    anchor.restored(1)
    anchor(a_seal(2))
    with anchor.file.open("a") as file:
        file.write('{"number": 4, "dig')
    assert remembered(anchor) == [1, 2]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        FileAnchor(tmp_path).known()


@contextmanager
def keeper(status: int) -> Iterator[tuple[str, list[bytes]]]:
    """Somebody who takes what is posted, and answers like this."""
    taken: list[bytes] = []

    class Takes(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Location", "http://127.0.0.1:9/")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with serving(HTTPServer(("127.0.0.1", 0), Takes)) as server:
        yield f"http://127.0.0.1:{server.server_port}/canary-token", taken


@pytest.mark.parametrize(
    ("status", "complaint"), [(204, ""), (302, "answered 302"), (304, "answered 304"), (500, "answered 500")]
)
def test_an_address_is_posted_every_seal_and_what_it_does_not_take_is_logged(
    status: int, complaint: str, caplog: pytest.LogCaptureFixture
) -> None:
    with keeper(status) as (url, taken):
        AddressAnchor(url)(a_seal(7))
    assert json.loads(taken[0])["digest"] == f"{7:064x}"
    assert len(taken) == 1
    assert [complaint in str(record.__dict__.get("error")) for record in caplog.records] == [True] * bool(complaint)
    assert "canary" not in str([record.__dict__ for record in caplog.records])


def test_an_address_is_posted_to_through_the_proxy_of_the_deployment() -> None:
    with keeper(204) as (url, taken), forward_proxy() as proxy:
        AddressAnchor(url, Outbound(proxy=proxy.url))(a_seal(7))
    assert proxy.asked == [f"POST {url}"]
    assert json.loads(taken[0])["digest"] == f"{7:064x}"


def test_an_address_where_nobody_is_costs_no_more_than_a_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    anchor = anchors.anchor_at("http://127.0.0.1:9/canary-token")
    assert anchor is not None
    anchor(a_seal(1))
    (said,) = caplog.records
    assert "does not answer" in said.__dict__["error"]
    assert "canary" not in str(said.__dict__)


GARBAGE = (
    "[" * 90_000,
    '{"restored_to": "x"}',
    '{"restored_to": null, "digest": 3, "number": []}',
    '{"digest": "ab"}',
    '{"number": 9, "digest": {"a": 1}}',
    "9" * 5_000,
    "x" * 300_000,
    "\x00\u2028",
)


def test_what_somebody_else_wrote_into_the_file_hides_no_seal_and_fails_no_verification(tmp_path: Path) -> None:
    anchor = FileAnchor(tmp_path / "seals.jsonl")
    for number, garbage in enumerate(GARBAGE, start=1):
        anchor(a_seal(number))
        with anchor.file.open("a") as file:
            file.write(f"{garbage}\n")
    assert remembered(anchor) == list(range(1, len(GARBAGE) + 1))
    assert anchor.kept() == f"Seals in {anchor.file}: {len(GARBAGE)}, seal 1 to seal {len(GARBAGE)}."


def test_a_file_that_was_cut_or_taken_away_says_so(tmp_path: Path) -> None:
    anchor = FileAnchor(tmp_path / "seals.jsonl")
    for number in (1, 2, 3):
        anchor(a_seal(number))
    lines = anchor.file.read_text().splitlines(keepends=True)
    anchor.file.write_text("".join(lines[:2]))
    assert anchor.kept().endswith("2, seal 1 to seal 2.")
    anchor.file.unlink()
    assert anchor.kept() == f"No seal is in {anchor.file}."


@pytest.mark.parametrize("plant", ["link", "pipe"])
def test_nothing_is_read_through_a_link_and_no_pipe_is_waited_for(tmp_path: Path, plant: str) -> None:
    FileAnchor(tmp_path / "right.jsonl")(a_seal(1))
    planted = tmp_path / "seals.jsonl"
    if plant == "link":
        planted.symlink_to(tmp_path / "right.jsonl")
    else:
        os.mkfifo(planted)
    with pytest.raises(ConfigurationError, match=r"seals\.jsonl is not used, because it is (a link|no ordinary file)"):
        FileAnchor(planted).known()


@contextmanager
def never_ending() -> Iterator[str]:
    """A keeper that says "go on" until somebody goes away."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            peer, _ = server.accept()
            with peer, contextlib.suppress(OSError):
                while True:
                    peer.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        thread.join()


def test_a_keeper_whose_answer_never_ends_is_left(caplog: pytest.LogCaptureFixture) -> None:
    with never_ending() as url:
        AddressAnchor(url)(a_seal(1))
    (said,) = caplog.records
    # Python 3.14 counts such answers itself, and gives up sooner
    assert re.search(r"does not answer \((OverdrawnError|ConnectionError)\)", said.__dict__["error"])
