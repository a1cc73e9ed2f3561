"""``/profile/v1/me``: whose token it is. Its shape is that of SAP's published example of a company."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sandbox.concur.wire import answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from sandbox.concur.options import Options

PATH: Final = "/profile/v1/me"
EXPENSE: Final = "com:concur:Expense:0.1"


@dataclass(frozen=True, kw_only=True)
class Profiles:
    """The company tells about itself."""

    options: Callable[[], Options]

    async def me(self, _: Request) -> Response:
        """Return the profile of the company whose token it is."""
        return answer(self._company())

    def _company(self) -> dict[str, Any]:
        options = self.options()
        return {
            "id": options.profile_id or options.company_uuid,
            "schemas": [EXPENSE],
            "name": options.company_name,
            "internetDomain": "acme.example",
            "companyDomain": "acme.example",
            "defaultLanguage": "en-us",
            "meta": {"principalType": "company"},
            "addresses": [{"streetAddress": "", "locality": "", "region": "", "country": "US", "postalCode": None}],
            EXPENSE: {"offeringCode": "CES", "marketingName": "Professional"},
        }
