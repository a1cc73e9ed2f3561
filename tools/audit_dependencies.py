"""Ask PyPI whether any locked dependency has a known vulnerability. ``make check`` runs it; it needs the network.

pip-audit passes over what its service does not know and then reports that nothing was found. Here what was not looked
at is not clean: exit code 0 means that every package of both locks was asked for and none has a known vulnerability.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock")
COMMAND = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--progress-spinner", "off"]
SERVICE = "PyPI's list of vulnerabilities (pypi.org)"
#: names in one sentence; the rest is counted
_MOST_NAMES = 8


def main() -> int:
    """Say what was found; returns the exit code."""
    command = [*COMMAND, "--format", "json", *(f"--requirement={ROOT / lock}" for lock in LOCKS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command line
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        words = (done.stderr.strip() or "it said nothing").splitlines()[-1]
        sys.stderr.write(f"{SERVICE} could not be asked, so no dependency was checked: {words[:300]}\n")
        return 1
    found = [sentence for package in packages for sentence in vulnerabilities(package)]
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    if len(skipped) == len(packages):
        found.append(f"{SERVICE} does not answer for a single package from here, so no dependency was checked.")
    elif skipped:
        named = ", ".join(skipped[:_MOST_NAMES]) + (", ..." if len(skipped) > _MOST_NAMES else "")
        found.append(f"{SERVICE} does not know {len(skipped)} of {len(packages)} packages, not checked: {named}.")
    if found:
        sys.stderr.write("".join(f"{sentence}\n" for sentence in found))
        return 1
    sys.stdout.write(f"No known vulnerability in {len(packages)} locked dependencies.\n")
    return 0


def vulnerabilities(package: dict[str, Any]) -> list[str]:
    """One sentence for each known vulnerability of a package."""
    sentences = []
    for known in package.get("vulns", []):
        names = ", ".join(dict.fromkeys([known["id"], *known.get("aliases", [])]))
        corrected = ", ".join(known.get("fix_versions", []))
        cure = f"corrected in {corrected}; `make lock` takes it" if corrected else "not corrected yet"
        sentences.append(f"{package['name']} {package['version']} has a known vulnerability: {names}, {cure}.")
    return sentences


if __name__ == "__main__":
    sys.exit(main())
