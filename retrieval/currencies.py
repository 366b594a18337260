"""How people name money: signs, codes and words, and which currencies each may mean."""

from __future__ import annotations

from collections import defaultdict

_NAMES = {
    "USD": "$ us$ usd dollar dollars 美元 美金",
    "CAD": "$ c$ ca$ cad dollar dollars",
    "AUD": "$ a$ au$ aud dollar dollars",
    "NZD": "$ nz$ nzd dollar dollars",
    "SGD": "$ s$ sgd dollar dollars",
    "HKD": "$ hk$ hkd dollar dollars 港币 港元",
    "TWD": "$ nt$ twd dollar dollars 台币 新台币",
    "MXN": "$ mx$ mxn peso pesos",
    "ARS": "$ ars peso pesos",
    "CLP": "$ clp peso pesos",
    "COP": "$ peso pesos",
    "PHP": "₱ php peso pesos",
    "BRL": "r$ brl reais real",
    "EUR": "€ eur euro euros 欧元",
    "GBP": "£ gbp quid pound pounds sterling 英镑",
    "CHF": "chf francs franken",
    "JPY": "¥ 円 jpy yen 日元",
    "CNY": "¥ 元 块 块钱 人民币 cny rmb yuan",
    "KRW": "₩ krw won 韩元",
    "INR": "₹ inr rs rs. rupee rupees",
    "PKR": "pkr rs rs. rupee rupees",
    "LKR": "lkr rs rs. rupee rupees",
    "NPR": "npr rs rs. rupee rupees",
    "SEK": "sek kr kronor",
    "NOK": "nok kr kroner",
    "DKK": "dkk kr kroner",
    "ISK": "isk kr kronur",
    "PLN": "pln zł zl zloty",
    "CZK": "czk kč",
    "HUF": "huf forint",
    "RON": "ron lei",
    "TRY": "₺ lira",
    "RUB": "₽ rub rubles roubles",
    "UAH": "₴ uah hryvnia",
    "THB": "฿ thb baht",
    "VND": "₫ vnd dong",
    "IDR": "idr rupiah",
    "MYR": "myr ringgit",
    "ILS": "₪ ils shekels",
    "AED": "aed dirhams",
    "MAD": "dirhams",
    "SAR": "sar riyals",
    "KWD": "kwd dinars",
    "BHD": "bhd dinars",
    "OMR": "omr",
    "ZAR": "zar rand",
}
"""Codes that are English words (ALL, TRY, CUP …) are no names here."""
SHOPS_OWN = ("buck", "bucks")
"""Words for money of whichever currency the shop has."""


def _by_name() -> dict[str, tuple[str, ...]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for code, names in _NAMES.items():
        for name in names.split():
            found[name].append(code)
    return {name: tuple(codes) for name, codes in found.items()}


BY_NAME = _by_name()
"""Folded name -> ISO 4217 codes that it may mean."""
SIGNS = tuple(name for name in BY_NAME if not name.isascii() or name.endswith("$"))
"""Names that stand directly at a number."""
WORDS = tuple(name for name in BY_NAME if name.strip(".").isascii() and not name.endswith("$")) + SHOPS_OWN
"""Names that are words."""


def means(name: str, currency: str) -> bool:
    """Whether a name may mean the shop's currency ("$" for CAD, "bucks" for any)."""
    folded = name.strip().lstrip("-").casefold()
    return folded in SHOPS_OWN or folded == currency.casefold() or currency in BY_NAME.get(folded, ())
