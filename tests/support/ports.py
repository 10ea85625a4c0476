"""Ports for servers under test."""

import os
import random
import socket
from itertools import cycle

_BELOW_EPHEMERAL = range(20_000, 32_000)
"""Linux gives outgoing connections ports from 32,768 on (`ip_local_port_range`): one of those may be taken
between `free_port` and the server that is to listen there."""


def free_port() -> int:
    """A port nobody listens on at the moment, no outgoing connection will be given and no recent call was.

    A test asks for several before it listens on any, so a port is given again only after all others were.
    Raises `OSError` where not one of a hundred tried is free."""
    for _ in range(100):
        port = next(_TURN)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("No free port between 20000 and 31999: something on this machine listens on most of them.")


def share(process: int, processes: int) -> list[int]:
    """The ports of one process of a run, in an order of their own; another process of the run has others."""
    ports = list(_BELOW_EPHEMERAL[process::processes])
    random.SystemRandom().shuffle(ports)
    return ports


_TURN = cycle(
    share(
        int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")),
        int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")),
    )
)
"""This process's ports in turn; pytest-xdist calls its processes gw0, gw1 and so on."""
