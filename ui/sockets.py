"""Taking an address of this machine, and saying it as a browser takes it."""

from __future__ import annotations

import socket

from assistant.errors import ConfigError


def listen(host: str, port: int) -> socket.socket:
    """Take an address; port 0 takes any free one.

    Raises:
        ConfigError: it is taken, not allowed, or not one of this machine's.
    """
    try:
        family, _, _, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        sock = socket.socket(family)
    except OSError as error:
        raise ConfigError(f"{host} is no address of this machine.") from error
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(where)
        sock.listen()
    except OSError as error:
        sock.close()
        raise ConfigError(
            f"Cannot listen on {host}, port {port} ({error.strerror or error}): choose another with --port."
        ) from error
    return sock


def address(sock: socket.socket) -> str:
    """Write the address of a listening socket for a browser's address line."""
    host, port = sock.getsockname()[:2]
    name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"
