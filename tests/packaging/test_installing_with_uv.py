"""uv installs where it can be had, from the index that pip is told of; pip does what it cannot."""

from __future__ import annotations

import hashlib
import io
import stat
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from tests.packaging.scripts import script

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """The installer on a machine where nobody has told pip anything, and without a uv."""
    for name in ("PIP_CERT", "PIP_FIND_LINKS", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path / "machine"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "user"))
    return script("install")


def written(directory: Path, text: str) -> None:
    (directory / "pip").mkdir(parents=True)
    (directory / "pip" / "pip.conf").write_text(text)


def program(file: Path, words: str) -> str:
    file.write_text(f"#!/bin/sh\n{words}\n")
    file.chmod(0o700)
    return str(file)


def test_what_pip_is_told_of_indexes_holds_for_uv(
    install: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path / "machine", "[global]\nindex-url = https://first\nextra-index-url =\n  https://a\n  https://b\n")
    written(tmp_path / "user", "[install]\nfind_links = /one /two\nno-cache-dir = true\n[global]\ncert = /ca\n")
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror/simple")
    assert install.uv_settings() == {
        "UV_DEFAULT_INDEX": "https://mirror/simple",
        "UV_INDEX": "https://a https://b",
        "UV_FIND_LINKS": "/one,/two",
        "UV_NO_CACHE": "true",
        "SSL_CERT_FILE": "/ca",
    }
    assert install.index() == "https://mirror/simple"
    monkeypatch.delenv("HOME")
    assert install.index() == "https://mirror/simple", "an account without a home is told by the machine alone"


def test_pip_installs_where_it_is_told_what_uv_cannot_be(install: Any, tmp_path: Path) -> None:
    there = program(tmp_path / "bin" / "uv", "exit 0")
    assert install._uv(tmp_path) == there
    written(tmp_path / "user", "[global]\nclient-cert = /mine\n")
    assert install.uv_settings() is None
    assert install._uv(tmp_path) == ""


def test_without_an_index_no_uv_is_fetched(install: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setattr(install, "fetched", lambda *_: pytest.fail("nobody is to be asked"))
    assert install._uv(tmp_path) == ""


def test_an_index_with_a_password_is_left_to_pip_and_the_password_is_not_said(
    install: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://me:secret@127.0.0.1:9/simple")
    assert install._uv(tmp_path) == ""
    with pytest.raises(
        install.Failed, match=r"pip cannot be fetched from 127\.0\.0\.1, which asks for a password"
    ) as said:
        install._fetch_pip()
    assert "secret" not in str(said.value)


def test_a_uv_that_is_fetched_is_the_one_with_the_known_hash(
    install: Any, tmp_path: Path, index: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, directory = index
    there = directory.with_name("uv")
    there.mkdir(parents=True)
    wheel = io.BytesIO()
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("uv-1.data/scripts/uv", b"the program")
    (there / "uv-1.whl").write_bytes(wheel.getvalue())
    (there / "index.html").write_text('<a href="uv-1.whl#sha256=0">uv</a>')
    monkeypatch.setenv("PIP_INDEX_URL", url)
    monkeypatch.setattr(install.platform, "machine", lambda: "abacus")
    monkeypatch.setattr(install.platform, "libc_ver", lambda: ("glibc", "2.36"))

    monkeypatch.setattr(install, "UV", {"abacus": ("uv-1.whl", "0" * 64)})
    assert install._uv(tmp_path) == ""
    monkeypatch.setattr(install, "UV", {"abacus": ("uv-1.whl", hashlib.sha256(wheel.getvalue()).hexdigest())})
    assert install._uv(tmp_path) == str(tmp_path / "uv")
    assert (tmp_path / "uv").read_bytes() == b"the program"
    assert (tmp_path / "uv").stat().st_mode & stat.S_IXUSR
    monkeypatch.setattr(install, "UV", {})
    assert install._uv(tmp_path) == ""


def test_what_uv_does_not_install_pip_does_and_that_is_said(
    install: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    by_pip: list[str] = []
    monkeypatch.setattr(install, "_pip_works", lambda: True)
    monkeypatch.setattr(install, "_run", lambda _, what: by_pip.append(what))
    install._install(["-r", "some.lock"], what="A lock", uv=program(tmp_path / "good", "exit 0"))
    assert (by_pip, capsys.readouterr().err) == ([], "")
    install._install(["-r", "some.lock"], what="A lock", uv=program(tmp_path / "bad", "exit 1"))
    assert by_pip == ["A lock"]
    assert capsys.readouterr().err == "uv could not install it, so pip does: A lock.\n"
