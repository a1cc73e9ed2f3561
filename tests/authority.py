"""A time-stamping authority on loopback: OpenSSL's, behind a small server."""

from __future__ import annotations

import datetime as dt
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SETTINGS = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3
digests = sha256
"""


REPLY = ("openssl", "ts", "-reply", "-config", "openssl.cnf", "-signer", "leaf.pem", "-inkey", "key.pem")


@dataclass(frozen=True, kw_only=True)
class Authority:
    url: str
    #: who vouches for it
    ca_file: Path


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _certified(folder: Path) -> Path:
    """Make an authority's certificate and key, and that of who vouches for it."""
    now, root, key = (
        dt.datetime.now(dt.UTC),
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP256R1()),
    )
    made = (
        x509.CertificateBuilder()
        .issuer_name(_named("root"))
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
    )
    ca = (
        made.subject_name(_named("root"))
        .public_key(root.public_key())
        .serial_number(1)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(root, SHA256())
    )
    leaf = (
        made.subject_name(_named("stamps"))
        .public_key(key.public_key())
        .serial_number(2)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(root, SHA256())
    )
    (folder / "leaf.pem").write_bytes(leaf.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (folder / "serial").write_text("01")
    (folder / "openssl.cnf").write_text(SETTINGS.format(folder=folder))
    (folder / "ca.pem").write_bytes(ca.public_bytes(Encoding.PEM))
    return folder / "ca.pem"


@contextmanager
def authority(folder: Path) -> Iterator[Authority]:
    """Run one that keeps its files in a folder."""
    ca_file = _certified(folder)

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            (folder / "query").write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            subprocess.run(
                [*REPLY, "-queryfile", "query", "-out", "reply"], cwd=folder, check=True, capture_output=True
            )
            self.send_response(200)
            self.end_headers()
            self.wfile.write((folder / "reply").read_bytes())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with serving(HTTPServer(("127.0.0.1", 0), Answering)) as server:
        yield Authority(url=f"http://127.0.0.1:{server.server_port}/stamp", ca_file=ca_file)
