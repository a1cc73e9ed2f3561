"""Tests that leave something behind fail, and say what it is."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.docs.pages import ROOT

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """
import os, socket, subprocess, tempfile, threading
import tests.leaks
tests.leaks._LONGEST_FAREWELL = 0.0
kept, ended = [], threading.Event()
"""
LEAKING = """
def test_a_process(): kept.append(subprocess.Popen(["cat"], stdin=subprocess.PIPE))
def test_a_port(): kept.append(socket.create_server(("127.0.0.1", 0)))
def test_a_thread(): threading.Thread(target=ended.wait, name="forgotten", daemon=True).start()
def test_a_directory(): tempfile.mkdtemp(prefix=tests.leaks.PREFIX)
def test_a_file(): open(os.devnull)
"""
TIDY = """
def test_a_process(): subprocess.run(["true"])
def test_a_port(): socket.create_server(("127.0.0.1", 0)).close()
def test_a_directory(): os.rmdir(tempfile.mkdtemp(prefix=tests.leaks.PREFIX))
def test_a_file(): open(os.devnull).close()
"""


def run(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    """The tests of one file in a process of their own."""
    (folder / "test_it.py").write_text(HEAD + text)
    options = [
        "-p",
        "tests.leaks",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:schemathesis",
        "-W",
        "error",
        "-c",
        os.devnull,
        "--rootdir",
        folder,
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder)}
    words = [sys.executable, "-m", "pytest", *options, folder]
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=False, cwd=folder)


def test_whatever_a_test_leaves_behind_is_named(tmp_path: Path) -> None:
    said = run(tmp_path, LEAKING)
    assert said.returncode == 1, said.stdout
    assert "ResourceWarning: unclosed file" in said.stdout
    remains = said.stdout.partition("left something behind:")[2]
    assert re.search(r"process \d+: cat$", remains, re.MULTILINE)
    assert re.search(r"port \d+$", remains, re.MULTILINE)
    assert "thread forgotten\n" in remains
    assert f"directory {tmp_path}" in remains


def test_whoever_cleans_up_is_not_accused(tmp_path: Path) -> None:
    said = run(tmp_path, TIDY)
    assert said.returncode == 0, said.stdout
