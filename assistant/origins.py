"""Names of hosts and sites as settings state them: exact, or refused. Pure."""

from __future__ import annotations

import re

_HOST = r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]"
_ORIGIN = re.compile(rf"(?P<scheme>https?)://(?P<host>{_HOST})(?::(?P<port>[1-9][0-9]{{0,4}}))?/?", re.ASCII)
_DEFAULT_PORTS = {"http": "80", "https": "443"}


def read_host_name(text: str) -> str:
    """Return a host's name in lower case.

    Args:
        text: e.g. "Chat.Shop.example".

    Raises:
        ValueError: it is no exact name (a wildcard, a port, an address line, a name that is not written in ASCII).
    """
    name = text.strip().lower()
    if re.fullmatch(_HOST, name, re.ASCII) is None or ".." in name:
        raise ValueError(f"{text!r} is no exact host name; write it like chat.shop.example, without a port")
    return name


def read_origin(text: str) -> str:
    """Return an origin in the form that browsers send: lower case, without the scheme's own port.

    Args:
        text: e.g. "https://Shop.example:443".

    Raises:
        ValueError: it is no exact origin (a wildcard, a path, "null", a name that is not written in ASCII).
    """
    found = _ORIGIN.fullmatch(text.strip().lower())
    if found is None or ".." in found["host"] or int(found["port"] or 1) > 65535:
        raise ValueError(f"{text!r} is no exact origin; write it like https://shop.example or http://localhost:8080")
    port = found["port"]
    where = "" if port is None or port == _DEFAULT_PORTS[found["scheme"]] else f":{port}"
    return f"{found['scheme']}://{found['host']}{where}"
