"""What SAP's App Center does: it sends a browser to our page, with a company and its request token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import requests

from tests.waiting import HANG_SECONDS

if TYPE_CHECKING:
    from sandbox.server import SandboxServer
    from tests.console.receiver import Serving

COMPANY = "11111111-2222-4333-8444-555555555555"
PATH = "/connect/concur"
#: invented: it opens only the simulator
REQUEST_TOKEN = "concur-request-token"


@dataclass(frozen=True, kw_only=True)
class AppCenter:
    """A person who presses Connect."""

    page: Serving
    concur: SandboxServer

    def press(self, request_token: str = REQUEST_TOKEN, company: str = COMPANY) -> requests.Response:
        """Where the browser is sent, and what it is told there at first."""
        words = {"id": company, "requestToken": request_token}
        return self.page.get(PATH, params=words, allow_redirects=False)

    def connect(self, request_token: str = REQUEST_TOKEN) -> tuple[str, str]:
        """Where the browser ends, and what it shows there, when all goes well."""
        sent_on = self.press(request_token)
        assert sent_on.status_code == 303, sent_on.text
        there = self.page.url + sent_on.headers["Location"]
        shown = requests.get(there, timeout=HANG_SECONDS)
        assert shown.status_code == 200, shown.text
        return there, shown.text
