"""Make the ``.venv`` of an image small: remove what nothing of ours loads, and compile what is loaded, and no more.

    .venv/bin/python tools/lean.py

Processes in the image write no bytecode, so what is not compiled here is compiled anew by each of them.
"""

from __future__ import annotations

import importlib
import pkgutil
import struct
import sys
import sysconfig
from contextlib import suppress
from pathlib import Path

#: in site-packages: sources of what is compiled, test suites, and parts that are asked for by name
UNUSED = (
    "**/*.pyi",
    "**/*.pyx",
    "**/*.px[di]",
    "alembic/testing/**/*",
    "cffi/**/*",  # cryptography needs the library beside it alone
    "humanize/locale/**/*",
    "lxml/*.[ch]",
    "lxml/html/**/*",
    "lxml/includes/**/*",
    "lxml/isoschematron/**/*",
    "lxml/objectify.*",
    "flower/static/**/*.map",
    "pygments/lexers/[a-z]*.py",
    "pygments/lexers/_[!_m]*.py",
    "pycparser/**/*",
    "pytz/zoneinfo/**/*",  # Flower asks it for UTC, which it knows
    "sqlalchemy/dialects/[mos]*/**/*",
    "sqlalchemy/ext/[!_c]*.py",
    "sqlalchemy/orm/**/*",
    "sqlalchemy/testing/**/*",
    "tornado/test/**/*",
    "wcwidth/table_grapheme_overrides/_known_*",
)
#: what Celery loads for its command line only, uvicorn for its server, and FastAPI when it is used
_BY_NAME = (
    "anyio._backends._asyncio",
    "celery.bin.celery",
    "celery.bin.worker",
    "celery.bin.beat",
    "pydantic.v1",
    "uvicorn.protocols.http.h11_impl",
)
_PACKAGES = ("connector", "tasks", "workers")
_ELF64_LITTLE = b"\x7fELF\x02\x01"
#: one reads its settings and ends the process where there are none, the other one is loaded by Alembic
_NOT_ALONE = {"workers.app", "connector.store.migrations.env"}


def main() -> int:
    """Returns 0."""
    place = Path(sysconfig.get_path("purelib"))
    before = _size(place)
    gone = unused(place)
    for path in gone:
        path.unlink()
    for directory in sorted({path.parent for path in gone}, reverse=True):
        with suppress(OSError):  # Python would take an empty one for a package
            directory.rmdir()
    for library in place.rglob("*.so*"):
        strip(library)
    sys.dont_write_bytecode = False
    load_everything()
    sys.stderr.write(f"site-packages: {before / 1e6:.0f} MB, now {_size(place) / 1e6:.0f} MB with bytecode\n")
    return 0


def unused(place: Path) -> set[Path]:
    """Find the files to remove."""
    return {
        path for pattern in UNUSED for path in place.glob(pattern) if path.is_file() and "__pycache__" not in path.parts
    }


def strip(library: Path) -> None:
    """Cut off what only a debugger reads: sections behind the last byte that is loaded, and the list of sections."""
    content = library.read_bytes()
    if content[:6] != _ELF64_LITTLE:
        return
    header = bytearray(content[:64])
    (programs,) = struct.unpack_from("<Q", header, 32)
    size, count = struct.unpack_from("<HH", header, 54)
    loaded = [struct.unpack_from("<IIQQQQ", content, programs + size * each) for each in range(count)]
    end = max(programs + size * count, *(offset + length for _, _, offset, _, _, length in loaded))
    struct.pack_into("<Q", header, 40, 0)  # where the list of sections is, how long it is, which one has their names
    struct.pack_into("<HH", header, 60, 0, 0)
    draft = library.with_name(f".{library.name}")  # the old one may be in use
    draft.write_bytes(bytes(header) + content[64:end])
    draft.chmod(library.stat().st_mode)
    draft.replace(library)


def load_everything() -> None:
    """Import all that processes of ours import, which compiles it."""
    for name in _BY_NAME:
        importlib.import_module(name)
    for package in _PACKAGES:
        for found in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            try:
                if found.name not in _NOT_ALONE:
                    importlib.import_module(found.name)
            except ModuleNotFoundError as missing:
                if missing.name != "sandbox":  # the demonstration
                    raise


def _size(place: Path) -> int:
    return sum(path.lstat().st_size for path in place.rglob("*"))


if __name__ == "__main__":
    sys.exit(main())
