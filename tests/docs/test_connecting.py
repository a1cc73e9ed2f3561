from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from connector import registry
from connector.domain.schedule import parse, zone
from connector.http.connection_settings import Reaching
from connector.operations.setup import connections, crosswalk_csv, crosswalks, setup_file, yaml_text
from connector.operations.setup.flows import checked_options
from connector.ports import SparingSecrets
from tests.docs.pages import EXAMPLES, PAGES, ROOT, package_of, shown, system_of

if TYPE_CHECKING:
    from pathlib import Path

    from connector.ports import System


def keys(system: System) -> set[str]:
    """Every key of a connection: those of the one model in its ``config`` module, its secrets, its names."""
    config = import_module(f"{package_of(system.name)}.config")
    models = [one for one in vars(config).values() if isinstance(one, type) and issubclass(one, Reaching)]
    [model] = [one for one in models if one.__module__ == config.__name__]
    return {*model.model_fields, *system.secrets, "entities"}


KEYS = {system.name: keys(system) for system in registry.systems().values()}
SETUPS = ("setup.yaml", "setup-concur.yaml", "sandbox-integration-concur.yaml")
CONNECTIONS = sorted(
    path.name for system in KEYS for path in EXAMPLES.glob(f"*-{system}.yaml") if path.name not in SETUPS
)


def keys_shown(system: str) -> set[str]:
    title = f"\n{registry.system(system).title}:\n"
    [text] = [text for page in ROOT.glob("docs/connect-*.md") if title in (text := page.read_text())]
    table = text.split(title, 1)[1].lstrip().split("\n\n", 1)[0]
    cells = [line.split("|")[1] for line in table.splitlines()[2:]]
    return {key for cell in cells for key in re.findall(r"`(\w+)`", cell)}


@pytest.mark.parametrize("system", KEYS)
def test_the_page_about_connecting_names_every_key_of_a_connection_and_no_other(system: str) -> None:
    assert keys_shown(system) == KEYS[system]


@pytest.mark.parametrize("system", KEYS)
def test_the_example_of_a_real_connection_shows_every_key(system: str) -> None:
    text = (EXAMPLES / f"acme-{system}.yaml").read_text()
    assert set(re.findall(r"^(?:# )?(\w+):", text, re.MULTILINE)) == KEYS[system]


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    examples = [path.read_text() for path in EXAMPLES.glob("*.yaml")]
    for name in {name for text in examples for name in re.findall(r"\benv:(\w+)", text)}:
        monkeypatch.setenv(name, "a-secret")


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize("name", CONNECTIONS)
def test_an_example_of_a_connection_is_accepted(name: str) -> None:
    system = name.removesuffix(".yaml").partition("-")[2]
    text = (EXAMPLES / name).read_text()
    parts = connections.parts(system, yaml_text.read(text, name=name).data)
    known = registry.system(system)
    spared = known.optional_secrets if isinstance(known, SparingSecrets) else frozenset[str]()
    assert known.secrets - spared <= set(parts.secrets) <= known.secrets


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize("example", SETUPS)
def test_the_example_of_a_whole_set_up_is_accepted(example: str) -> None:
    setup, _ = setup_file.read((EXAMPLES / example).read_text(), name=example)
    for part in (setup.connections or {}).values():
        connections.parts(part.system, part.written)
    for integration in (setup.integrations or {}).values():
        assert not setup.connections or {integration.source, integration.target} <= set(setup.connections)
        known = registry.flows(integration.kind)
        for name, flow in (integration.flows or {}).items():
            assert name in known
            options = (flow.options if flow else None) or {}
            checked_options(name, options)
            assert set(options) <= set(known[name].options), name
            parse((flow.schedule if flow else None) or known[name].schedule)
            zone((flow.timezone if flow else None) or "UTC")


@pytest.mark.parametrize(
    ("name", "needed"),
    [
        ("acme-codes.csv", {"payment_terms", "business_units"}),
        ("sandbox-codes.csv", {"payment_terms", "business_units"}),
        ("acme-concur-codes.csv", {"ledgers", "payees", "tax_accounts", "addresses"}),
    ],
)
def test_an_example_of_codes_is_accepted(name: str, needed: set[str]) -> None:
    codes = crosswalk_csv.read(
        (EXAMPLES / name).read_text(), name=name, problem=lambda code: crosswalks.problem(code, None)
    )
    assert needed <= {code.table for code in codes}


@pytest.mark.parametrize("page", PAGES, ids=shown)
def test_overrides_in_a_page_are_accepted_by_their_system(page: Path) -> None:
    blocks = re.findall(r"^```yaml\n(entities:.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)
    for block in blocks:
        overrides = yaml_text.read(block, name=str(page)).data["entities"]
        system = system_of(page, overrides)
        example = yaml_text.read(registry.system(system).examples.connection, name=system).data
        plain = {key: value for key, value in example.items() if key != connections.ENTITIES}
        assert registry.system(system).check(plain, overrides)
