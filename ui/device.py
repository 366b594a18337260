"""On what kind of device somebody shops, as their browser says: for the shop's figures only, and never an identity."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.turn import Device


def device_of(headers: Mapping[str, str]) -> Device:
    """Return the kind of device of a request.

    Browsers of phones say so in a client hint (Sec-CH-UA-Mobile), or by "Mobi" in the name that they go by, which is
    what MDN advises to look for.

    Args:
        headers: of the request, found whatever their case.

    Returns:
        "" where no browser names itself, e.g. for a program.
    """
    hint, name = headers.get("sec-ch-ua-mobile", ""), headers.get("user-agent", "")
    if hint == "?1" or "Mobi" in name:
        return "phone"
    return "desktop" if hint == "?0" or "Mozilla/" in name else ""
