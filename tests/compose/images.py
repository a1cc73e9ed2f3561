"""The images to build on and to run beside: those of the registry, or stand-ins made of Debian's packages."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent / "images"
DEBIAN = "ml-connector-standin/debian:trixie"
PROMETHEUS = "ml-connector-standin/prometheus:trixie"
_AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
#: what slim images leave out as well
_WITHOUT = ("./var/cache/apt/*", "./var/lib/apt/lists/*", *(f"./usr/share/{one}/*" for one in ("doc", "man", "locale")))
_SLIM = "path-exclude=/usr/share/doc/*\npath-exclude=/usr/share/man/*\npath-exclude=/usr/share/locale/*\n"


def bases(host: str, directory: Path, *, announce: Callable[[str], None]) -> dict[str, str]:
    """Return what Compose is told of them; nothing where the registry of the file answers. Makes Prometheus as well."""
    if _docker(host, "pull", "-q", "redis:7.4-bookworm"):
        _build(host, PROMETHEUS, HERE / "prometheus")
        return {}
    announce("No registry answers: stand-ins are made of Debian's packages.")
    if not _docker(host, "image", "inspect", DEBIAN):
        _debian(host, directory)
    made = {}
    for name in ("python", "postgres", "redis"):
        context = directory / name
        shutil.copytree(HERE / name, context)
        if name == "python":
            shutil.copy2(_AUTHORITIES, context)
        made[f"{name.upper()}_IMAGE"] = image = f"ml-connector-standin/{name}:trixie"
        _build(host, image, context)
    _build(host, PROMETHEUS, HERE / "prometheus", "--build-arg", f"DEBIAN_IMAGE={DEBIAN}")
    return made


def _docker(host: str, *words: str) -> bool:
    """Whether a command of Docker did what it was asked for."""
    return not subprocess.run(["docker", "-H", host, *words], capture_output=True, check=False).returncode


def _build(host: str, image: str, context: Path, *words: str) -> None:
    command = ["docker", "-H", host, "build", "-q", "--network", "host", *words, "-t", image, str(context)]
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True)


def _debian(host: str, directory: Path) -> None:
    root = directory / "root"
    root.mkdir(parents=True)
    with (directory / "log").open("wb") as log:
        subprocess.run(["debootstrap", "--variant=minbase", "trixie", str(root)], stdout=log, check=True)
    (root / "etc/dpkg/dpkg.cfg.d/slim").write_text(_SLIM)
    packing = ["tar", "-C", str(root), "-c", *(f"--exclude={one}" for one in _WITHOUT), "."]
    with subprocess.Popen(packing, stdout=subprocess.PIPE) as packed:
        command = ["docker", "-H", host, "import", "-c", 'CMD ["bash"]', "-", DEBIAN]
        subprocess.run(command, stdin=packed.stdout, stdout=subprocess.DEVNULL, check=True)
    shutil.rmtree(root)
