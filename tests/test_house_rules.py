from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from connector import registry

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("connector", "tasks", "workers", "sandbox")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
MOST_LINES = 300
EMPTY_NAMES = {"utils", "util", "common", "helpers", "helper", "misc", "base", "shared", "stuff"}
#: a migration is history, not something to read top to bottom
HISTORY = ROOT / "connector" / "store" / "migrations"
FOREIGN = ("celery", "kombu", "redis", "sqlalchemy", "psycopg", "alembic", "requests", "cryptography", "fastapi")
PURE = (
    "connector.domain",
    "connector.ports",
    "connector.flows",
    "connector.posting",
    "connector.reading",
    "connector.pipeline",
)


def modules_under(name: str) -> list[str]:
    path = ROOT / name.replace(".", "/")
    files = sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]
    return [".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for file in files]


def test_a_file_can_be_read_in_one_go() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in SOURCES
        if (count := len(path.read_text().splitlines())) > MOST_LINES
    }
    assert long == {}


def test_whatever_is_written_is_written_where_nobody_else_looks_or_plants_links() -> None:
    writes = re.compile(r"\.write_text\(|\.write_bytes\(|\.touch\(|\.open\(\"[awx]|O_CREAT|NamedTemporaryFile")
    found = [str(path.relative_to(ROOT)) for path in SOURCES if writes.search(path.read_text())]
    assert found == ["connector/embedded/ownership.py", "connector/files.py"], "these two say how, see connector.files"


def test_a_log_says_of_what_went_wrong_all_that_whoever_runs_the_product_may_know() -> None:
    short = re.compile(r"extra=.*\.message\b")
    found = [str(path.relative_to(ROOT)) for path in SOURCES if short.search(path.read_text())]
    assert found == ["connector/store/ledger.py"], "where Postgres was asked is in `in_full`; this one names a row"


def test_every_name_says_what_is_inside() -> None:
    names = {*SOURCES, *(path.parent for path in SOURCES)}
    assert [str(path) for path in names if path.stem in EMPTY_NAMES] == []


def test_every_package_and_module_says_what_it_is_for() -> None:
    silent = [
        path
        for path in SOURCES
        if HISTORY not in path.parents and not path.read_text().lstrip().startswith(('"""', 'r"""'))
    ]
    assert silent == []


def test_the_pure_part_loads_no_driver_not_even_indirectly() -> None:
    systems = sorted(path.parent.name for path in (ROOT / "connector" / "systems").glob("*/system.py"))
    own = [name for name in systems if (ROOT / "connector" / "systems" / name / "documents").exists()]
    documents = [module for name in own for module in modules_under(f"connector.systems.{name}.documents")]
    assert systems
    modules = [module for name in PURE for module in modules_under(name)] + documents
    program = (
        "import importlib, json, sys\n"
        "for name in json.loads(sys.argv[1]): importlib.import_module(name)\n"
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules} & set(json.loads(sys.argv[2])))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, json.dumps(modules), json.dumps(FOREIGN)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == []


@pytest.mark.parametrize("package", ["connector", "tasks"])
def test_importing_a_module_starts_nothing(package: str) -> None:
    program = (
        "import importlib, sys, threading\n"
        "for name in sys.argv[1:]: importlib.import_module(name)\n"
        "assert threading.active_count() == 1, threading.enumerate()"
    )
    modules = [name for name in modules_under(package) if ".migrations" not in name and not name.endswith("__main__")]
    done = subprocess.run(
        [sys.executable, "-c", program, *modules],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""


def test_every_rule_that_is_switched_off_has_a_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    lint = tomllib.loads(text)["tool"]["ruff"]["lint"]
    assert lint["select"] == ["ALL"]
    section = text[text.index("[tool.ruff.lint]") : text.index("[tool.ruff.lint.flake8-type-checking]")]
    bare = [
        line
        for line in section.splitlines()
        if re.search(r'"[A-Z]+[0-9]*"', line) and "select" not in line and not re.search(r"#\s*\w", line)
    ]
    assert bare == []


def test_every_suppression_in_the_code_names_its_rule_and_its_reason() -> None:
    bare = []
    for path in [*SOURCES, *sorted((ROOT / "tools").rglob("*.py"))]:
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            noqa = re.search(r"#\s*noqa\b(.*)", line)
            ignore = re.search(r"#\s*type:\s*ignore\b(.*)", line)
            if noqa and not re.match(r":\s*[A-Z]+[0-9]+(?:,\s*[A-Z]+[0-9]+)*\s+\S", noqa[1]):
                bare.append(f"{path.relative_to(ROOT)}:{number}")
            if ignore and not re.match(r"\[[a-z-]+(?:,\s*[a-z-]+)*\]\s*#?\s*\S", ignore[1]):
                bare.append(f"{path.relative_to(ROOT)}:{number}")
    assert not bare, "\n".join(bare)


def test_only_the_command_line_prints() -> None:
    printing = [
        str(path.relative_to(ROOT)) for path in SOURCES if re.search(r"^\s*print\(", path.read_text(), re.MULTILINE)
    ]
    assert printing == []


def test_nobody_but_its_own_files_names_a_system() -> None:
    named = re.compile(rf"(?<![\w-])({'|'.join(registry.systems())})(?![\w-])", re.IGNORECASE)
    #: what is about one system, or about a pair of them: connectors, mappings, and what the demonstration shows
    its_own = re.compile(
        r"connector/(systems/\w+|flows|coding|posting)/|sandbox/(\w+)/|workers/demo/(scenario_\w+|second_day)\.py"
    )
    found = []
    for path in [*SOURCES, *sorted((ROOT / "tools").rglob("*.py"))]:
        place = path.relative_to(ROOT).as_posix()
        tree = ast.parse(path.read_text())
        said = {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}
        texts = (one for one in ast.walk(tree) if isinstance(one, ast.Constant) and id(one) not in said)
        if not its_own.match(place):
            found += [
                f"{place}:{one.lineno}" for one in texts if isinstance(one.value, str) and named.search(one.value)
            ]
    assert found == [], "ask the registry, or have the system say it"
