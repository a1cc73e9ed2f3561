"""A real browser that looks at the console, and what it complains of."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.waiting import HANG_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.console.web.conftest import Console

CHROMIUM = shutil.which("chromium")
QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
expect.set_options(timeout=HANG_SECONDS * 1000)
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here (Debian: apt install chromium)")


@contextmanager
def looking(chromium: Browser, console: Console, **how: Any) -> Iterator[tuple[Page, list[str]]]:
    """A page, and what its browser complained of."""
    context = chromium.new_context(base_url=console.url, timezone_id="Europe/Berlin", **how)
    page, wrong = context.new_page(), list[str]()
    page.set_default_timeout(HANG_SECONDS * 1000)
    page.on("console", lambda said: wrong.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page, wrong
    context.close()


def signed_in(page: Page, name: str, password: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
