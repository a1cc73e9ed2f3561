"""What the product is made of (CycloneDX 1.6), and under which licences: of requirements.lock and what is installed."""

from __future__ import annotations

import datetime as dt
import json
import re
import uuid
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, metadata, requires
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
#: what nothing of ours may bring to who installs it
REFUSED = re.compile(r"\bA?GPL|SSPL|BUSL|Business Source|Commons Clause|Affero", re.IGNORECASE)
#: a licence that is in the package's metadata only as a text, or not at all; looked up by hand
STATED: dict[str, str] = {}
_NAMESPACE = uuid.UUID("8a3f6c1e-2f52-5d2a-9a39-6f0c1d7b5e11")


@dataclass(frozen=True, kw_only=True)
class Component:
    """One package of the lock."""

    name: str
    version: str
    hashes: list[str]
    licence: str
    #: whether the licence is an SPDX expression, and no name
    spdx: bool
    needs: list[str] = field(default_factory=list)

    @property
    def purl(self) -> str:
        """How tools name it."""
        return f"pkg:pypi/{self.name}@{self.version}"


def components(lock: Path) -> list[Component]:
    """Everything in a lock, by name."""
    entries = re.split(r"\n(?=[A-Za-z0-9])", lock.read_text())
    found = {plain(match[1]): (match[2], HASH.findall(entry)) for entry in entries if (match := LOCKED.match(entry))}
    made = []
    for name, (version, hashes) in sorted(found.items()):
        licence, spdx = _licence(name)
        made.append(
            Component(
                name=name, version=version, hashes=hashes, licence=licence, spdx=spdx, needs=_needs(name, found.keys())
            )
        )
    return made


def plain(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _licence(name: str) -> tuple[str, bool]:
    try:
        said = metadata(name)
    except PackageNotFoundError:
        return STATED.get(name, ""), False
    if expression := said.get("License-Expression"):
        return expression, True
    classifiers = [
        line.rpartition(" :: ")[2]
        for line in said.get_all("Classifier") or []
        if line.startswith("License :: ") and not line.endswith("OSI Approved")
    ]
    text = (said.get("License") or "").strip()
    short = text if text and "\n" not in text and len(text) < 60 else ""  # noqa: PLR2004 - a name, and no text
    return STATED.get(name) or " or ".join(classifiers) or short, False


def _needs(name: str, among: Any) -> list[str]:  # noqa: ANN401 - the keys of a dictionary
    try:
        asked = [Requirement(line) for line in requires(name) or []]
    except PackageNotFoundError:
        return []
    here = {plain(one.name) for one in asked if one.marker is None or one.marker.evaluate({"extra": ""})}
    return sorted(here & set(among))


def bill(version: str, made_of: list[Component], *, epoch: int, asked: list[str]) -> str:
    """A bill of materials; the same for the same lock, version and moment."""
    root = f"pkg:pypi/ml-connector@{version}"
    by_name = {one.name: one.purl for one in made_of}
    direct = sorted(by_name[name] for name in {plain(Requirement(line).name) for line in asked} if name in by_name)
    content = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(_NAMESPACE, version + ''.join(one.purl for one in made_of))}",
        "version": 1,
        "metadata": {
            "timestamp": dt.datetime.fromtimestamp(epoch, dt.UTC).isoformat().replace("+00:00", "Z"),
            "component": {
                "type": "application",
                "bom-ref": root,
                "name": "ml-connector",
                "version": version,
                "purl": root,
            },
        },
        "components": [_component(one) for one in made_of],
        "dependencies": [
            {"ref": root, "dependsOn": direct},
            *({"ref": one.purl, "dependsOn": [by_name[name] for name in one.needs]} for one in made_of),
        ],
    }
    return json.dumps(content, indent=2) + "\n"


def _component(one: Component) -> dict[str, Any]:
    licence = {"expression": one.licence} if one.spdx else {"license": {"name": one.licence or "unknown"}}
    return {
        "type": "library",
        "bom-ref": one.purl,
        "name": one.name,
        "version": one.version,
        "purl": one.purl,
        "licenses": [licence],
        "externalReferences": [
            {
                "type": "distribution",
                "url": f"https://pypi.org/project/{one.name}/{one.version}/",
                "hashes": [{"alg": "SHA-256", "content": digest} for digest in one.hashes],
            }
        ],
    }


def licences(made_of: list[Component]) -> str:
    """The licences as a table in Markdown."""
    rows = [f"| {one.name} | {one.version} | {one.licence or '**unknown**'} |" for one in made_of]
    return "\n".join(
        [
            "# Licences of what ml-connector is installed with",
            "",
            "| package | version | licence |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def objections(made_of: list[Component]) -> list[str]:
    """What stands against giving this to somebody: a sentence each."""
    unknown = [f"Nobody says under which licence {one.name} {one.version} is." for one in made_of if not one.licence]
    refused = [
        f"{one.name} {one.version} is under {one.licence}."
        for one in made_of
        if REFUSED.search(re.sub(r"LGPL[\w.-]*|Lesser General Public License[^|]*", "", one.licence))
    ]
    return unknown + refused
