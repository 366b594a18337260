"""The guard that keeps tests on this machine."""

from __future__ import annotations

import socket

import pytest

from tests.network import NetworkGuard, NetworkRefused, is_local


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost", "0.0.0.0", "", None, b"127.0.0.1"])
def test_this_machine_is_local(host: object) -> None:
    assert is_local(host)


@pytest.mark.parametrize("host", ["192.0.2.1", "10.0.0.1", "example.com", "2001:db8::1", "127.0.0.1.example.com"])
def test_other_machines_are_not_local(host: object) -> None:
    assert not is_local(host)


def test_a_connection_to_another_machine_is_refused_and_remembered() -> None:
    guard = NetworkGuard()
    with guard.installed(), socket.socket() as sock, pytest.raises(NetworkRefused):
        sock.connect(("192.0.2.1", 80))
    assert guard.refused == ["192.0.2.1"]


def test_a_datagram_to_another_machine_is_refused() -> None:
    guard = NetworkGuard()
    with guard.installed(), socket.socket(type=socket.SOCK_DGRAM) as sock, pytest.raises(NetworkRefused):
        sock.sendto(b"x", ("192.0.2.1", 9))
    assert guard.refused == ["192.0.2.1"]


def test_a_name_is_not_looked_up() -> None:
    guard = NetworkGuard()
    with guard.installed(), pytest.raises(NetworkRefused):
        socket.create_connection(("example.invalid", 80), timeout=1)
    assert guard.refused == ["example.invalid"]


def test_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        client.sendall(b"hello")
        peer, _ = server.accept()
        with peer:
            assert peer.recv(5) == b"hello"


def test_the_sockets_are_put_back_afterwards() -> None:
    before = (socket.socket.connect, socket.getaddrinfo)
    with NetworkGuard().installed():
        assert socket.socket.connect is not before[0]
    assert (socket.socket.connect, socket.getaddrinfo) == before
