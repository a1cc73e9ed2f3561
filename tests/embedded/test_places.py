from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

import pytest

from connector.domain.errors import ConfigurationError
from connector.embedded import places
from connector.embedded.places import Account

if TYPE_CHECKING:
    from pathlib import Path

STRANGER = Account(name="stranger", uid=54_321, gid=54_321)


@pytest.fixture
def open_directory(server_directory: Path, request: pytest.FixtureRequest) -> Path:
    directory = server_directory / f"open-{abs(hash(request.node.name))}"
    directory.mkdir(mode=0o755)
    return directory


def test_another_account_reaches_what_is_open_all_the_way(open_directory: Path) -> None:
    program = open_directory / "program"
    program.touch()
    program.chmod(0o755)
    assert places.reachable(program, STRANGER)
    program.chmod(0o700)
    assert not places.reachable(program, STRANGER)
    program.chmod(0o755)
    open_directory.chmod(0o700)
    assert not places.reachable(program, STRANGER)


def test_an_account_reaches_what_is_its_own(open_directory: Path) -> None:
    program = open_directory / "program"
    program.touch()
    program.chmod(0o500)
    owner = open_directory.stat()
    assert places.reachable(program, Account(name="owner", uid=owner.st_uid, gid=owner.st_gid))


def test_data_stays_where_it_was_asked_for_when_the_account_can_walk_there(open_directory: Path) -> None:
    assert places.home_for(open_directory / "data", STRANGER) == open_directory / "data"
    assert places.home_for(open_directory / "data", None) == open_directory / "data"


def test_a_directory_of_another_user_is_refused(open_directory: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a directory to somebody else")
    directory = open_directory / "theirs"
    directory.mkdir()
    os.chown(directory, 54_322, 54_322)
    with pytest.raises(ConfigurationError, match=r"belongs to another user .number 54322.: start ml-connector as that"):
        places.make_private(directory, STRANGER)


def test_a_missing_package_is_named_with_what_to_do() -> None:
    with pytest.raises(ConfigurationError, match="The package no_such_package is not installed: run `make install`"):
        places.package_directory("no_such_package")


def test_a_taken_port_is_replaced_by_a_free_one() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert places.free_port(port) != port
    assert places.free_port(port) == port
