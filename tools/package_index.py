"""Where packages come from, as pip is told: in the files and variables of its own, which hold for whoever else asks.

Standard library only.
"""

from __future__ import annotations

import configparser
import hashlib
import os
import re
import ssl
import urllib.error
import urllib.request
from collections import ChainMap
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urljoin, urlsplit

INDEX = "https://pypi.org/simple"
#: what pip is told, by what uv reads the same from
AS_UV_READS_IT = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "no-cache-dir": "UV_NO_CACHE",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
}
#: what pip is told that changes nothing here: every version is locked, and no file has another hash than the lock says
OF_NO_MATTER = {"constraint", "timeout", "default-timeout", "retries", "disable-pip-version-check", "no-input"}
OF_NO_MATTER |= {"config-file", "user", "require-virtualenv", "quiet", "progress-bar", "root-user-action"}


class Failed(Exception):
    """Could not install; the message is for the person who typed make."""


def uv_settings() -> dict[str, str] | None:
    """Return what uv is told in its environment of the index that pip would ask; None when it cannot be told all."""
    told = pip_settings()
    if not set(told) <= {*AS_UV_READS_IT, *OF_NO_MATTER}:
        return None
    settings = {name: " ".join(told[ours].split()) for ours, name in AS_UV_READS_IT.items() if told.get(ours)}
    if "UV_FIND_LINKS" in settings:
        settings["UV_FIND_LINKS"] = settings["UV_FIND_LINKS"].replace(" ", ",")
    return settings


def pip_settings() -> dict[str, str]:
    """Return what pip is told in its files and its environment, by the names of its options."""
    environment = os.environ
    home = Path(environment.get("HOME", "/"))  # an account without an entry has none
    places = [Path(place) / "pip" for place in environment.get("XDG_CONFIG_DIRS", "/etc/xdg").split(":")]
    places += [Path("/etc"), home / ".pip", Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "pip"]
    named = environment.get("PIP_CONFIG_FILE", "")
    files = [] if named == os.devnull else [*(place / "pip.conf" for place in places), *filter(None, [named])]
    parser = configparser.RawConfigParser()
    try:
        parser.read(files)
    except (configparser.Error, UnicodeDecodeError) as error:
        raise Failed(f"pip's own settings cannot be read: {error}.") from None
    sections = (parser[name] for name in ("install", "global") if parser.has_section(name))
    given = {name.removeprefix("PIP_"): value for name, value in environment.items() if name.startswith("PIP_")}
    return {name.lower().replace("_", "-"): value for name, value in ChainMap(given, *sections).items()}


def index() -> str:
    """Return the address of the package index."""
    return pip_settings().get("index-url", INDEX).rstrip("/")


def fetched(package: str, wheel: str, sha256: str) -> bytes:
    """Return the content of this one file. Raises Failed."""
    place = index()
    page = f"{place}/{package}/"
    if urlsplit(place).username is not None:
        raise Failed(
            f"{package} cannot be fetched from {urlsplit(place).hostname}, which asks for a password: install the "
            "package python3-venv, whose pip can give it."
        )
    try:
        links = re.findall(r'href="([^"]+)"', _get(page).decode()) if wheel else []
        link = next(link for link in links if urlsplit(link).path.rpartition("/")[2] == wheel)
        content = _get(urljoin(page, link))
    except StopIteration:
        raise Failed(f"The package index {urlsplit(place).hostname} does not have {wheel or package}.") from None
    except (OSError, ValueError, HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise Failed(
            f"{package} could not be fetched from {urlsplit(place).hostname}: {reason}. Check the network "
            "(PIP_INDEX_URL names another index), or install the package python3-venv."
        ) from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Failed(f"What {urlsplit(place).hostname} gave as {wheel} is not that file (its hash differs).")
    return content


def _get(url: str) -> bytes:
    if not url.startswith(("https://", "http://")):
        raise ValueError(f"{url} is not a web address")
    try:
        return _read(url, ssl.create_default_context(cafile=pip_settings().get("cert")))
    except urllib.error.URLError as error:
        # A machine without certificates of authorities: the hash says as much about what we got as they would.
        if isinstance(error.reason, ssl.SSLCertVerificationError):
            return _read(url, ssl._create_unverified_context())  # noqa: S323, SLF001 - see above
        raise


def _read(url: str, context: ssl.SSLContext) -> bytes:
    request = urllib.request.Request(url, headers={"Accept": "text/html", "User-Agent": "ml-connector"})  # noqa: S310 - checked by the caller
    with urllib.request.urlopen(request, timeout=60, context=context) as answer:  # noqa: S310 - likewise
        content: bytes = answer.read()
    return content
