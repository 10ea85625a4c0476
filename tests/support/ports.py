"""Ports for servers under test."""

import random
import socket

_BELOW_EPHEMERAL = range(20_000, 32_000)
"""Linux gives outgoing connections ports from 32,768 on (`ip_local_port_range`): one of those may be taken
between `free_port` and the server that is to listen there."""


def free_port() -> int:
    """A port nobody listens on at the moment, and no outgoing connection will be given.

    Raises `OSError` where not one of a hundred tried is free."""
    for port in random.SystemRandom().sample(_BELOW_EPHEMERAL, 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("No free port between 20000 and 31999: something on this machine listens on most of them.")
