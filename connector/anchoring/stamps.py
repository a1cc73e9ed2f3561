"""Time stamps of a third party (RFC 3161): an authority signs that a seal of the audit trail was there at a moment.

Whoever has a master key can make seals, and write a file of them anew. A seal that an authority has stamped they cannot
make: not for a moment that has passed. The stamp is kept with the seal, and looked at without asking the authority.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from connector.anchoring.sending import NotReached, post
from connector.anchoring.stamped import NotStamped
from connector.domain.errors import ConfigurationError
from connector.domain.outbound import NOTHING_SAID, Outbound

if TYPE_CHECKING:
    import datetime as dt

    from rfc3161_client import Verifier
    from rfc3161_client.tsp import TimeStampResponse


@dataclass(frozen=True, kw_only=True)
class Stamps:
    """Asks one authority for stamps, and looks at what it gave."""

    url: str
    #: PEM file of the authorities that vouch for it
    ca_file: str
    outbound: Outbound = NOTHING_SAID

    def stamp(self, digest: bytes) -> str:
        """Have a digest stamped, in base64; raises NotStamped."""
        asked = TimestampRequestBuilder().data(digest).hash_algorithm(HashAlgorithm.SHA256).build()
        try:
            answer = post(self.url, asked.as_bytes(), "application/timestamp-query", self.outbound)
        except NotReached as error:
            raise NotStamped(f"the time-stamping authority does not answer ({error})") from None
        if answer.status != HTTPStatus.OK:
            raise NotStamped(f"the time-stamping authority answered {answer.status}")
        stamp = base64.b64encode(answer.body).decode()
        self._checked(digest, stamp, nonce=asked.nonce)
        return stamp

    def at(self, digest: bytes, stamp: str) -> dt.datetime:
        """When a digest was stamped; raises NotStamped when this is no stamp of the authority for it."""
        return self._checked(digest, stamp).tst_info.gen_time

    def _checked(self, digest: bytes, stamp: str, *, nonce: int | None = None) -> TimeStampResponse:
        verifier = self._verifier
        try:
            response = decode_timestamp_response(base64.b64decode(stamp, validate=True))
            verifier.verify_message(response, digest)
        except (VerificationError, ValueError, binascii.Error) as error:
            raise NotStamped(f"its time stamp does not verify with {self.ca_file} ({error})") from None
        if nonce is not None and response.tst_info.nonce != nonce:
            raise NotStamped("the time-stamping authority answered another question")
        return response

    @cached_property
    def _verifier(self) -> Verifier:
        try:
            roots = x509.load_pem_x509_certificates(Path(self.ca_file).read_bytes())
        except (OSError, ValueError) as error:
            raise ConfigurationError(
                f"{self.ca_file} has no certificates that can be read ({type(error).__name__}): "
                "ML_CONNECTOR_AUDIT_TIMESTAMP_CA names the PEM file of the authority that stamps the seals."
            ) from None
        return VerifierBuilder(roots=roots).build()
