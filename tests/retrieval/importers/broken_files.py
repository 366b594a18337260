"""Broken files, made by a seed: errors planted at known lines, and much that only looks broken.

What is planted as an error must be rejected by its line. All else must be loaded with its values: byte order marks,
mixed line ends, quoted fields over many lines, NUL bytes, decimal commas, HTML, empty lines, compression.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape

FORMATS = ("csv", "jsonl", "google_tsv", "google_xml", "shopify", "woocommerce")
_WORDS = tuple(
    "Tent Lamp Boot Mug Rope Jacket Stove Zelt „groß“ 帐篷 canapé Ridge trail winter 3/4 steel blue".split()  # noqa: SIM905
)
_BRANDS = ("Norrfell", "Kestrin", "Hearthlow & Co", "Bolt")


@dataclass(frozen=True)
class Good:
    """What a sound row must become."""

    id: str
    title: str
    brand: str
    price_minor: int
    description: str


@dataclass
class BrokenFile:
    """A file, and what is in it.

    Args:
        name: of the file.
        content: its bytes.
        good: sound rows, in the order of the file.
        planted: physical line -> which error was planted there.
    """

    name: str
    content: bytes
    good: list[Good] = field(default_factory=list)
    planted: dict[int, str] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Rows, sound and broken."""
        return len(self.good) + len(self.planted)


@dataclass(frozen=True)
class _Row:
    """A row before it is written; `price` is text as the file states it, `description` may be HTML."""

    id: str
    title: str
    brand: str
    price: str
    description: str
    plain: str
    price_minor: int


Spoil = Callable[[_Row, random.Random], str | bytes]
"""Writes a row so that it cannot be loaded; of one format."""


def broken_file(seed: int, n_rows: int | None = None) -> BrokenFile:
    """Make the file of a seed: the same one each time.

    Args:
        seed: also chooses the format, in turn.
        n_rows: rows, sound and broken; None lets the seed choose 3 to 60.
    """
    return _Writer(seed).file(n_rows)


class _Writer:
    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        self._seed = seed
        self.format = FORMATS[seed % len(FORMATS)]
        self.delimiter = {"csv": self._rng.choice(",;\t|"), "google_tsv": "\t"}.get(self.format, ",")
        self._newlines = self._rng.choice((["\n"], ["\r\n"], ["\r"], ["\n", "\r\n", "\r"]))

    def file(self, n_rows: int | None) -> BrokenFile:
        rng = self._rng
        suffix = {"csv": ".csv", "jsonl": ".jsonl", "google_tsv": ".tsv", "google_xml": ".xml"}.get(self.format, ".csv")
        made = BrokenFile(f"feed-{self._seed}{suffix}", b"")
        lines: list[bytes] = [line.encode() for line in self._before()]
        share = rng.choice((0.0, 0.05, 0.3))
        for number in range(n_rows or rng.randint(3, 60)):
            while self.format != "google_xml" and rng.random() < 0.03:
                lines.append(b"")
            row = self._row(number)
            kinds = self._errors(made)
            # The first row is sound: of nothing but errors no catalogue is made.
            if number and rng.random() < share:
                kind = rng.choice(sorted(kinds))
                made.planted[len(lines) + 1] = kind
                written = kinds[kind](row)
            else:
                made.good.append(Good(row.id, row.title, row.brand, row.price_minor, row.plain))
                written = self._write(row)
            lines += (written if isinstance(written, bytes) else written.encode()).split(b"\n")
        lines += [line.encode() for line in self._after()]
        made.content = self._bytes(lines)
        if rng.random() < 0.1:
            made.name, made.content = f"{made.name}.gz", gzip.compress(made.content)
        return made

    def _bytes(self, lines: Sequence[bytes]) -> bytes:
        content, before = b"\xef\xbb\xbf" if self._rng.random() < 0.3 else b"", b""
        for line in lines:
            end = self._rng.choice(self._newlines).encode()
            # An empty line behind a lone carriage return would make one line end of two.
            before = b"\r" if not line and before == b"\r" else end
            content += line + before
        return content

    # ------------------------------------------------------------ rows

    def _row(self, number: int) -> _Row:
        rng = self._rng
        title = " ".join(rng.choices(_WORDS, k=rng.randint(1, 6))) + f" {number}"
        if rng.random() < 0.2:
            title += ' 15" wide'
        minor = rng.randint(1, 999_99)
        html, plain = self._description()
        return _Row(f"p{number}", title, rng.choice(_BRANDS), self._price(minor), html, plain, minor)

    def _price(self, minor: int) -> str:
        text = f"{minor // 100}.{minor % 100:02}"
        return text.replace(".", ",") if self.format != "jsonl" and self._rng.random() < 0.4 else text

    def _description(self) -> tuple[str, str]:
        """A description as the file states it, and as plain text."""
        lines = [" ".join(self._rng.choices(_WORDS[:12], k=4)) for _ in range(self._rng.randint(1, 3))]
        if self._rng.random() < 0.3 and self.format in ("google_tsv", "google_xml", "shopify", "woocommerce"):
            joint = "\n" if self.format != "google_tsv" and self._rng.random() < 0.5 else ""
            return joint.join(f"<p>{line} <b>&amp; more</b></p>" for line in lines), "\n".join(
                f"{line} & more" for line in lines
            )
        if self.format == "google_tsv":
            return " ".join(lines), " ".join(lines)
        return "\n".join(lines), "\n".join(lines)

    def _write(self, row: _Row) -> bytes:
        written = {
            "csv": self._table,
            "google_tsv": self._table,
            "shopify": self._table,
            "woocommerce": self._table,
            "jsonl": self._json,
            "google_xml": self._xml,
        }[self.format](row).encode()
        if self._rng.random() < 0.05:
            place = self._rng.randrange(len(written))
            # Not inside a character of several bytes, which would be another error.
            while place and written[place] & 0xC0 == 0x80:
                place -= 1
            written = written[:place] + b"\0" + written[place:]
        return written

    # ------------------------------------------------------------ formats

    def _before(self) -> list[str]:
        if self.format == "google_xml":
            return ['<?xml version="1.0"?>', '<rss xmlns:g="http://base.google.com/ns/1.0"><channel>']
        names = {
            "csv": ["id", "title", "brand", "price", "description"],
            "google_tsv": ["id", "title", "brand", "price", "description", "availability", "link"],
            "shopify": ["Handle", "Title", "Vendor", "Variant Price", "Body (HTML)"],
            "woocommerce": ["ID", "Name", "Brands", "Regular price", "Description", "Type", "Published"],
        }
        return [self.delimiter.join(names[self.format])] if self.format in names else []

    def _after(self) -> list[str]:
        return ["</channel></rss>"] if self.format == "google_xml" else []

    def _cells(self, row: _Row) -> list[str]:
        cells = [row.id, row.title, row.brand, row.price, row.description]
        more = {"google_tsv": ["in stock", "https://shop.example/p"], "woocommerce": ["simple", "1"]}
        return cells + more.get(self.format, [])

    def _table(self, row: _Row) -> str:
        return self.delimiter.join(self._cell(cell) for cell in self._cells(row))

    def _cell(self, text: str) -> str:
        needs = any(sign in text for sign in (self.delimiter, '"', "\n"))
        if self.format == "google_tsv" and "\n" not in text and self._rng.random() < 0.7:
            return text  # such feeds are often written without quoting
        doubled = text.replace('"', '""')
        return f'"{doubled}"' if needs or self._rng.random() < 0.2 else text

    def _json(self, row: _Row) -> str:
        values = {
            "id": row.id, "title": row.title, "brand": row.brand, "price": row.price, "description": row.description
        }  # fmt: skip
        return json.dumps(values, ensure_ascii=self._rng.random() < 0.5)

    def _xml(self, row: _Row, price: str | None = None) -> str:
        joint = "\n" if self._rng.random() < 0.5 else ""
        parts = {
            "g:id": row.id, "title": row.title, "g:brand": row.brand, "g:price": price or f"{row.price} USD",
            "description": row.description, "g:availability": "in_stock",
        }  # fmt: skip
        inside = joint.join(f"<{name}>{escape(text)}</{name}>" for name, text in parts.items())
        return f"<item>{joint}{inside}{joint}</item>"

    # ------------------------------------------------------------ errors

    def _errors(self, made: BrokenFile) -> dict[str, Callable[[_Row], str | bytes]]:
        rng = self._rng

        def other(**change: str) -> Callable[[_Row], bytes]:
            return lambda row: self._write(_replace(row, **change))

        bad_price = rng.choice(("free", "-5", "12.3.4", "1,2,3"))
        errors: dict[str, Callable[[_Row], str | bytes]] = {
            "no title": other(title=""),
            "no id": other(id=""),
            "bad price": other(price=bad_price),
            "not UTF-8": lambda row: self._write(_replace(row, title=f"{row.title} @@")).replace(b"@@", b"\xff\xe9"),
        }
        if self.format != "google_xml":
            errors["no price"] = other(price="")
        if made.good:
            errors["twice"] = other(id=rng.choice(made.good).id)
        if self.format == "jsonl":
            errors["cut off"] = lambda row: self._json(row)[: -rng.randint(1, 20)]
            errors["no object"] = lambda row: rng.choice(("[1, 2]", '"text"', "17", "null"))
        elif self.format == "google_xml":
            errors["no price"] = lambda row: self._xml(row).replace(f"<g:price>{row.price} USD</g:price>", "")
            errors["wrong nesting"] = lambda row: self._xml(row).replace("</title>", "</titel>")
            errors["unknown entity"] = lambda row: self._xml(row).replace("<title>", "<title>&evil;")
            errors["not closed"] = lambda row: self._xml(row).replace("</item>", "")
        else:
            errors["too few fields"] = lambda row: self.delimiter.join(self._bare(row)[:-1])
            errors["too many fields"] = lambda row: self.delimiter.join([*self._bare(row), "x", "y"])
            if self.delimiter != "\t":
                errors["quote not closed"] = lambda row: self.delimiter.join(
                    [row.id, f'"{row.title.replace(chr(34), "")}', *self._bare(row)[2:]]
                )
        return errors

    def _bare(self, row: _Row) -> list[str]:
        """Cells on one line that need no quotes."""
        cells = self._cells(_replace(row, price="5.00", description="plain"))
        return [cell.replace('"', "").replace(self.delimiter, " ") for cell in cells]


def _replace(row: _Row, **change: str) -> _Row:
    values = {name: getattr(row, name) for name in _Row.__dataclass_fields__}
    return _Row(**(values | change))


def broken_files(n: int) -> Iterator[BrokenFile]:
    """Files of the seeds 0 to n - 1, all formats in turn."""
    return (broken_file(seed) for seed in range(n))
