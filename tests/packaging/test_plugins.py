"""Systems and flows of other packages are found where they are installed, and a broken one is named."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from connector import flow_registry, registry
from connector.domain.errors import ConfigurationError
from workers.cli import app
from workers.lifecycle import _load_everything

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Install = Callable[..., None]

FOURTH = Path(__file__).with_name("fourth") / "connector"
BOTH = {
    "systems": {"books": "acme_books.system:SYSTEM"},
    "flows": {"books_accounts_to_jaggaer": "acme_books.flow:FLOW"},
}


def forget() -> None:
    """Look anew for what there is; what was imported from elsewhere is imported again."""
    registry.systems.cache_clear()
    for cached in (flow_registry._all_flows, flow_registry._flow, flow_registry._flow_points):
        cached.cache_clear()
    for name in [name for name in sys.modules if name.partition(".")[0] in {"acme_books", "acme_more"}]:
        del sys.modules[name]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Put a package beside those that are installed, with what it offers under the names of its systems and flows."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def made(
        offers: dict[str, dict[str, str]], *, package: str = "acme-books", files: dict[str, str] | None = None
    ) -> None:
        folder = tmp_path / package.replace("-", "_")
        shutil.copytree(FOURTH / "systems" / "books", folder)
        shutil.copy(FOURTH / "flows" / "books_accounts_to_jaggaer.py", folder / "flow.py")
        for name, text in (files or {}).items():
            (folder / name).write_text(text)
        described = tmp_path / f"{folder.name}-1.2.dist-info"
        described.mkdir()
        (described / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.2\n")
        groups = (
            f"[ml_connector.{group}]\n" + "".join(f"{name} = {value}\n" for name, value in points.items())
            for group, points in offers.items()
        )
        (described / "entry_points.txt").write_text("\n".join(groups))
        forget()

    yield made
    forget()


def test_a_package_brings_a_system_and_a_flow(install: Install) -> None:
    install(BOTH)
    assert {"books", "concur", "cxml", "jaggaer", "jaggaer-xml", "qad", "qad-ee"} == {*registry.system_names()}
    assert registry.system("books").title == "Acme Books"
    assert registry.system("books").examples.connection.startswith("# A connection to Acme Books.")
    assert list(registry.flows("books-jaggaer")) == ["books_accounts_to_jaggaer"]
    assert {"books-jaggaer", "qad-concur", "qad-jaggaer"} <= {*registry.kinds()}
    assert [*flow_registry.outlines_of(["books_accounts_to_jaggaer"]).values()] == [
        ("books_accounts_to_jaggaer", "books-jaggaer", 1, ())
    ]
    said = CliRunner().invoke(app, ["connection", "example", "books", "--simulator", "http://127.0.0.1:9011"])
    assert "base_url: http://127.0.0.1:9011" in said.stdout


@pytest.mark.parametrize(
    ("offers", "files", "sentence"),
    [
        (
            {"systems": {"books": "acme_books.system:SYSTEM"}},
            {"system.py": "raise RuntimeError('no such\\nthing')"},
            (
                "The system 'books' of the package acme-books 1.2 cannot be loaded (RuntimeError: no such thing); "
                "install a release of that package that works here, or uninstall it."
            ),
        ),
        (
            {"systems": {"books": "acme_books.nowhere:SYSTEM"}},
            {},
            (
                "The system 'books' of the package acme-books 1.2 cannot be loaded (ModuleNotFoundError: No module "
                "named 'acme_books.nowhere'); install a release of that package that works here, or uninstall it."
            ),
        ),
        (
            {"systems": {"books": "acme_books.system:BooksSystem"}},
            {},
            (
                "The system 'books' of the package acme-books 1.2 is none: acme_books.system:BooksSystem is no System "
                "of this release; install a release of that package that fits, or uninstall it."
            ),
        ),
        (
            {"systems": {"ledgers": "acme_books.system:SYSTEM"}},
            {},
            "The system 'ledgers' of the package acme-books 1.2 calls itself 'books'; the two names must be the same.",
        ),
        (
            {"systems": {"qad": "acme_books.system:SYSTEM"}},
            {},
            (
                "There are two systems 'qad': ml-connector itself has one, and so has the package acme-books 1.2; "
                "uninstall one of the packages."
            ),
        ),
    ],
)
def test_a_broken_package_is_named_in_one_sentence(
    install: Install, offers: dict[str, Any], files: dict[str, str], sentence: str
) -> None:
    install(offers, files=files)
    with pytest.raises(ConfigurationError) as refused:
        registry.systems()
    assert refused.value.message == sentence
    said = CliRunner().invoke(app, ["connection", "example", "qad"])
    assert (said.exit_code, said.stdout, " ".join(said.stderr.split())) == (2, "", sentence)


def test_two_packages_cannot_have_one_flow(install: Install) -> None:
    install(BOTH)
    install({"flows": {"books_accounts_to_jaggaer": "acme_more.flow:FLOW"}}, package="acme-more")
    with pytest.raises(
        ConfigurationError, match=r"two flows 'books_accounts_to_jaggaer': the package acme-\w+ 1\.2 has"
    ):
        registry.flows()


def test_a_worker_says_it_too_and_does_not_begin(install: Install, capsys: pytest.CaptureFixture[str]) -> None:
    install({"flows": {"books_accounts_to_jaggaer": "acme_books.flow:Account"}})
    with pytest.raises(SystemExit) as ended:
        _load_everything()
    assert ended.value.code == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("The flow 'books_accounts_to_jaggaer' of the package acme-books 1.2 is none:")
