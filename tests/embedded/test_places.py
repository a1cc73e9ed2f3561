from __future__ import annotations

import socket
from pathlib import Path

from connector.embedded.places import free_port

OUTGOING = Path("/proc/sys/net/ipv4/ip_local_port_range")


def test_a_free_port_is_none_that_an_outgoing_connection_may_take() -> None:
    first = int(OUTGOING.read_text().split()[0])
    assert all(free_port() < first for _ in range(20))


def test_the_wanted_port_is_taken_when_it_is_free_and_another_one_when_it_is_not() -> None:
    wanted = free_port()
    assert free_port(wanted) == wanted
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", wanted))
        taken.listen()
        assert free_port(wanted) != wanted
