from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from ui.device import device_of

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1"
ANDROID = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"
LINUX = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"


@pytest.mark.parametrize(
    ("headers", "device"),
    [
        ({"User-Agent": IPHONE}, "phone"),
        ({"User-Agent": ANDROID}, "phone"),
        ({"User-Agent": LINUX}, "desktop"),
        ({"User-Agent": LINUX, "Sec-CH-UA-Mobile": "?0"}, "desktop"),
        ({"User-Agent": "reduced", "Sec-CH-UA-Mobile": "?1"}, "phone"),
        ({"User-Agent": "python-httpx/0.28"}, ""),
        ({}, ""),
    ],
)
def test_what_a_browser_says_of_its_device(headers: dict[str, str], device: str) -> None:
    assert device_of(Headers(headers)) == device
