"""The Concur simulator: one company behind two hosts, one that knows tokens only and one where the company lives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from sandbox.concur import holdings
from sandbox.concur.changes import Changes
from sandbox.concur.company import founded
from sandbox.concur.gate import Gate
from sandbox.concur.grants import Clock, Grants
from sandbox.concur.options import Options, changed
from sandbox.concur.routes import routes
from sandbox.concur.seeding.seeder import Seeder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.routing import BaseRoute

    from sandbox.concur.company import Company
    from sandbox.simulator import Seeding

PORT: Final = 9003
ONE_IN: Final = 4
HOSTS: Final = 2
"""The token host and the geolocation, each on a port of its own."""


@dataclass(kw_only=True)
class Concur:
    """One company. Its state has, besides the usual parts, ``statuses``, ``expected``, ``codes``, ``events``, ``keys``.

    Parts are reckoned only when they are asked for.
    """

    company: Company
    changes: Changes
    gate: Gate
    settings: Settings
    home_url: str
    system: str = "concur"

    def routes(self) -> Sequence[BaseRoute]:
        """Serve everything on both hosts; each refuses what belongs to the other."""
        return routes(self.company, self.gate, self.settings.now)

    def state(self) -> Mapping[str, Any]:
        """Return the parts of the state, each when it is called."""
        company, grants = self.company, self.gate.grants
        return {
            "documents": lambda: holdings.counts(company),
            "statuses": lambda: holdings.statuses(company),
            "holds": lambda: holdings.holds(company),
            "writes": company.journal.writes,
            "counts": company.journal.counts,
            "expected": lambda: holdings.expected(company),
            "codes": holdings.codes,
            "events": lambda: list(company.delivery.deliveries),
            "subscriptions": lambda: {one.name: one.endpoint for one in company.subscriptions.held.values()},
            "keys": company.delivery.keys.public,
            "options": lambda: self.settings.now().as_json(),
            "geolocation": self.home_url,
            "tokens": {"issued": grants.issued, "refreshed": grants.refreshed},
            "without_correlation": self.gate.unmarked,
        }

    def add_documents(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """See ``changes``."""
        return self.changes.apply(body)

    def set_options(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """See ``options``; besides, ``revoke_tokens`` and ``lapse_refresh_tokens`` (true) end what was issued."""
        wanted = dict(body)
        revoke, lapse = wanted.pop("revoke_tokens", False), wanted.pop("lapse_refresh_tokens", False)
        self.settings.options = changed(self.settings.options, wanted)
        self.gate.grants.begin_request_token(self.settings.options.request_token)
        if revoke is True:
            self.gate.grants.revoke()
        if lapse is True:
            self.gate.grants.lapse()
        return self.settings.options.as_json()


@dataclass(kw_only=True)
class Settings:
    """The options as they stand, for everyone who must always see the newest."""

    options: Options = field(default_factory=Options)

    def now(self) -> Options:
        """Return them."""
        return self.options


def build(seeding: Seeding) -> Concur:
    """Make a company with as many financial documents as asked for, all READY; its master data is empty."""
    settings = Settings()
    home_url = seeding.more_urls[0]
    grants = Grants(clock=Clock(hours_later=lambda: settings.options.hours_later))
    grants.begin_request_token(settings.options.request_token)
    gate = Gate(home_port=urlsplit(home_url).port or 0, grants=grants)
    company = founded(settings.now, home_url)
    seeder = Seeder(company.documents, seed=seeding.seed, documents=seeding.documents)
    seeder.fill()
    return Concur(
        company=company,
        changes=Changes(company, seeder, seed=seeding.seed),
        gate=gate,
        settings=settings,
        home_url=home_url,
    )
