"""Ports for servers under test are never given twice while a test may still need them."""

import socket

import pytest

from tests.support import ports
from tests.support.ports import free_port, share


def test_a_port_is_not_given_again_before_it_is_listened_on():
    given = [free_port() for _ in range(700)]
    assert len(set(given)) == len(given)


def test_a_port_somebody_listens_on_is_passed_over(monkeypatch: pytest.MonkeyPatch):
    with socket.create_server(("127.0.0.1", free_port())) as server:
        taken, free = server.getsockname()[1], free_port()
        monkeypatch.setattr(ports, "_TURN", iter([taken, free]))
        assert free_port() == free


def test_two_processes_of_a_run_give_different_ports():
    first, second = share(0, 2), share(1, 2)
    assert not set(first) & set(second)
    assert len(first) == len(second) == 6_000
