"""What the page of Quick Connect asks for: companies are handed over, and shown for a while."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from connector.domain import canonical
from connector.domain.errors import ConfigurationError
from connector.inbound.companies import Landed
from connector.operations.setup import expiry, quick_connect
from connector.store import operator as ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connector.operations.operator import Operator
    from connector.ports import Connecting

#: whoever connected a company may look at what became of it for so long
SHOWN_FOR = dt.timedelta(minutes=15)
_IDENTITY = "connect:landed"


def _utcnow() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True, kw_only=True)
class AppCenter:
    """Implements the console's ``Companies``. What is shown is looked up; the word for it is sealed by the vault."""

    operator: Operator
    system: Connecting
    application: Mapping[str, Any]
    now: Callable[[], dt.datetime] = _utcnow
    #: a browser that asks twice at once must not exchange a token twice
    one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    def hand_over(self, company: str, request_token: str) -> str:
        """Exchange the token and keep the company; returns a word by which the result is shown for a while."""
        with self.one_at_a_time:
            made = quick_connect.hand_over(self.operator, self.system, self.application, company, request_token)
        handed_over = {"id": made.connection.id, "again": made.again, "until": self.now() + SHOWN_FOR}
        sealed = self.operator.application.vault.seal(canonical.dumps(handed_over), _IDENTITY)
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def landed(self, word: str) -> Landed | None:
        """What that word stands for; None when it is no word of ours, or too old."""
        try:
            sealed = base64.urlsafe_b64decode(word + "=" * (-len(word) % 4))
            handed_over = canonical.loads(self.operator.application.vault.open(sealed, _IDENTITY))
        except (ConfigurationError, binascii.Error, ValueError):
            return None
        if self.now() >= dt.datetime.fromisoformat(handed_over["until"]):
            return None
        with self.operator.transaction() as tx:
            found = ledger.connections.by_id(tx, UUID(handed_over["id"]))
        if found is None:
            return None
        return Landed(
            connection=found.name,
            company=quick_connect.company_of(found),
            offered=found.offered_at is not None,
            again=handed_over["again"],
            profile=found.profile or {},
            lapses_at=expiry.lapses_at(self.operator, found.name, found.system),
        )
