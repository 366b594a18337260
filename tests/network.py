"""Refuses connections to other machines. Sees Python's own sockets, not native clients or child processes."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_LOCAL_NAMES = {None, "", "localhost"}


class NetworkRefused(OSError):
    """A test tried to reach another machine."""


class NetworkGuard:
    """Counts and refuses what goes beyond this machine.

    A library may swallow the refusal, so `refused` also keeps what was tried, and the test fails at its end.
    """

    def __init__(self) -> None:
        self.refused: list[str] = []

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Stand before `socket.connect`, `sendto` and name look-ups while the block runs."""
        with (
            wrapped(socket.socket, "connect", self._connecting),
            wrapped(socket.socket, "connect_ex", self._connecting),
            wrapped(socket.socket, "sendto", self._sending),
            wrapped(socket, "getaddrinfo", self._looking_up),
        ):
            yield

    def _connecting(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def connect(sock: socket.socket, address: Any) -> Any:
            self._check(sock.family, address)
            return real(sock, address)

        return connect

    def _sending(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def sendto(sock: socket.socket, data: Any, *rest: Any) -> Any:
            self._check(sock.family, rest[-1])
            return real(sock, data, *rest)

        return sendto

    def _looking_up(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def getaddrinfo(host: Any, *rest: Any, **named: Any) -> Any:
            self._check(socket.AF_INET, (host, 0))
            return real(host, *rest, **named)

        return getaddrinfo

    def _check(self, family: int, address: Any) -> None:
        if family not in {socket.AF_INET, socket.AF_INET6}:
            return
        host = address[0]
        if not is_local(host):
            self.refused.append(str(host))
            raise NetworkRefused(f"tests reach no other machine, and {host!r} is one")


def is_local(host: object) -> bool:
    """Whether a host is this machine: a loopback or unspecified address, localhost, or no name at all."""
    name = host.decode() if isinstance(host, bytes) else host
    if name in _LOCAL_NAMES:
        return True
    try:
        address = ipaddress.ip_address(str(name).split("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


@contextmanager
def wrapped(owner: Any, name: str, wrap: Callable[[Callable[..., Any]], Callable[..., Any]]) -> Iterator[None]:
    """Replace `owner.name` by `wrap(real)` while the block runs."""
    real = getattr(owner, name)
    own = name in vars(owner)
    setattr(owner, name, wrap(real))
    try:
        yield
    finally:
        if own:
            setattr(owner, name, real)
        else:
            delattr(owner, name)
