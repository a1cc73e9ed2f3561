"""Systems to connect to, as a form asks for them."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from connector.console.drawing.fields import PREFIX

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.console.web.conftest import Browser

#: what the sandboxes take
PASSWORD, SECRET = "qad-sandbox", "jaggaer-sandbox"


def qad(url: str, **more: str) -> dict[str, str]:
    """The fields of a connection to QAD."""
    written = {
        "base_url": f"{url}/clouderp",
        "client_id": "0123456789abcdef0123456789abcdef",
        "username": "mfg",
        "password": PASSWORD,
        "workspace": "10USA_10USACO",
        "shared_set": "CORP",
        "timezone": "UTC",
    }
    return filled(written | more)


def jaggaer(url: str, **more: str) -> dict[str, str]:
    """The fields of a connection to JAGGAER ONE."""
    written = {
        "base_url": url,
        "token_url": f"{url}/auth/realms/J1p-integrations/protocol/openid-connect/token",
        "client_id": "ml-connector",
        "client_secret": SECRET,
        "account_field": "Account",
    }
    return filled(written | more)


def filled(settings: Mapping[str, str]) -> dict[str, str]:
    """The fields of settings."""
    return {f"{PREFIX}{name}": text for name, text in settings.items()}


def read(page: str, browser: Browser) -> dict[str, str]:
    """What the form of a page has in its fields, as a browser would send it back."""
    text = browser.get(page).text
    fields = {m[1]: unescape(m[2]) for m in re.finditer(r'<input name="(set\.[^"]+)"[^>]*? value="([^"]*)"', text)}
    fields |= {
        m[1]: unescape(m[2]) for m in re.finditer(r'<textarea name="(set\.[^"]+)"[^>]*>([^<]*)</textarea>', text)
    }
    for name, options in re.findall(r'<select name="(set\.[^"]+)"[^>]*>(.*?)</select>', text, re.DOTALL):
        fields[name] = unescape((re.search(r'value="([^"]*)" selected', options) or ["", ""])[1])
    seen = re.search(r'name="seen" value="([^"]*)"', text)
    return fields | ({"seen": seen[1]} if seen else {})
