"""What every importer must do. Inherit, and say how a row is written."""

from __future__ import annotations

import gzip
import io
import tracemalloc
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval.engine import Retrieval
from retrieval.errors import ImportFailed
from retrieval.importers import IMPORTERS
from retrieval.importers.head import HEAD_BYTES, Head
from retrieval.importers.rows import BAD_TEXT, Importer, RawRow, RejectedRow
from retrieval.loader import ImportReport, import_file

Row = Mapping[str, str]
_ONCE_PER_CLASS = settings(suppress_health_check=[HealthCheck.differing_executors], max_examples=60)
_FLAT_BYTES = 400_000


class ImporterContract:
    """Rows of named values with the line they begin on; bad rows reported, never raised; memory flat."""

    name: str
    """Its key in IMPORTERS."""
    before: Sequence[str] = ()
    """Lines before the rows."""
    after: Sequence[str] = ()
    """Lines behind the rows."""
    separator = ""
    """What parts two rows beside the line end."""
    suffix: str
    """A file ending of the format, e.g. ".csv"."""

    def row(self, row: Row) -> str:
        """Write a row with id, title and price (a plain amount, perhaps empty) as one line."""
        raise NotImplementedError

    def broken_row(self) -> str:
        """Return one line that is no row of this format."""
        raise NotImplementedError

    def told(self, row: RawRow) -> Row:
        """Id, title and price that a row states."""
        return {name: str(value) for name, value in row.values.items()}

    # ------------------------------------------------------------ helpers

    rows = (
        {"id": "a", "title": "Tent, red", "price": "10.00"},
        {"id": "b", "title": "Zelt „groß“ 帐篷", "price": "20.50"},
        {"id": "c", "title": "x", "price": "30.00"},
    )

    def lines(self, rows: Sequence[Row | str]) -> list[str]:
        """Write a file line by line; a text among the rows stands as it is."""
        told = [row if isinstance(row, str) else self.row(row) for row in rows]
        return [*self.before, *(line + self.separator for line in told[:-1]), *told[-1:], *self.after]

    def write(self, rows: Sequence[Row | str], newline: str = "\n") -> bytes:
        """Write a file."""
        return "".join(line + newline for line in self.lines(rows)).encode()

    @pytest.fixture
    def importer(self) -> Importer:
        return IMPORTERS[self.name].read

    def read(self, importer: Importer, content: bytes) -> list[RawRow | RejectedRow]:
        """Read everything; formats that gather rows may tell a bad one early, so by line."""
        return sorted(importer(io.BytesIO(content)), key=lambda row: row.line)

    def good(self, found: Sequence[RawRow | RejectedRow]) -> list[Row]:
        return [self.told(row) for row in found if isinstance(row, RawRow)]

    def load(self, folder: Path, content: bytes, name: str = "") -> ImportReport:
        """Import a file through the loader, recognised by itself."""
        path = folder / (name or f"feed{self.suffix}")
        path.write_bytes(content)
        return import_file(path, root=folder / "data", name="shop")

    # ------------------------------------------------------------ rows and lines

    @pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
    def test_rows_come_in_order_with_any_line_ending(self, importer: Importer, newline: str) -> None:
        found = list(importer(io.BytesIO(self.write(self.rows, newline))))
        assert self.good(found) == list(self.rows)
        first = len(self.before) + 1
        assert [row.line for row in found] == [first, first + 1, first + 2]

    def test_mixed_line_endings_are_counted_one_by_one(self, importer: Importer) -> None:
        lines = self.lines(self.rows)
        content = "".join(line + ("\r\n", "\n", "\r")[number % 3] for number, line in enumerate(lines))
        found = self.read(importer, content.encode())
        assert self.good(found) == list(self.rows)
        assert [row.line for row in found] == [len(self.before) + number for number in (1, 2, 3)]

    def test_a_byte_order_mark_is_not_part_of_the_first_value(self, importer: Importer) -> None:
        assert self.good(self.read(importer, b"\xef\xbb\xbf" + self.write(self.rows))) == list(self.rows)

    def test_a_bad_row_is_rejected_and_the_next_one_read(self, importer: Importer) -> None:
        found = self.read(importer, self.write([*self.rows[:2], self.broken_row(), self.rows[2]]))
        assert self.good(found) == list(self.rows)
        bad = [row for row in found if isinstance(row, RejectedRow)]
        assert [row.line for row in bad] == [len(self.before) + 3]
        assert bad[0].reason
        assert found[-1].line == len(self.before) + 4

    def test_a_row_that_is_not_utf_8_is_rejected_alone(self, importer: Importer) -> None:
        found = self.read(importer, self.write(self.rows).replace(b"Tent, red", b"Tent, \xff red"))
        assert [row for row in found if isinstance(row, RejectedRow)] == [RejectedRow(len(self.before) + 1, BAD_TEXT)]
        assert self.good(found) == list(self.rows[1:])

    def test_nul_bytes_are_dropped(self, importer: Importer) -> None:
        found = self.read(importer, self.write(self.rows).replace(b"Tent", b"Te\0nt"))
        assert self.good(found) == list(self.rows)

    def test_empty_lines_are_no_rows_but_count_as_lines(self, importer: Importer) -> None:
        lines = self.lines(self.rows)
        place = len(self.before) + 2
        content = "\n".join([*lines[:place], "", "", *lines[place:]]) + "\n"
        found = self.read(importer, content.encode())
        assert self.good(found) == list(self.rows)
        assert found[-1].line == found[-2].line + 3

    # ------------------------------------------------------------ broken files

    @pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe\x00", b'"', b"{", b"<", b"[1]\n", b"a,a\n1,2\n"])
    def test_no_input_makes_it_raise_anything_but_import_failed(self, importer: Importer, content: bytes) -> None:
        for stub in (content, content + bytes(range(256)) * 20):
            try:
                found = self.read(importer, stub)
            except ImportFailed:
                continue
            assert all(isinstance(row, RawRow | RejectedRow) for row in found)

    @_ONCE_PER_CLASS
    @given(st.data())
    def test_a_file_that_is_cut_off_keeps_the_rows_before_the_cut(self, data: st.DataObject) -> None:
        rows = [{"id": f"p{i}", "title": f"Lamp {i}", "price": "5.00"} for i in range(6)]
        content = self.write(rows)
        start = len("".join(f"{line}\n" for line in self.before).encode())
        cut = content[: data.draw(st.integers(start, len(content) - 1))]
        n_whole = max(0, cut.count(b"\n") - len(self.before))
        try:
            found = self.read(IMPORTERS[self.name].read, cut)
        except ImportFailed:
            assert n_whole == 0
            return
        assert self.good(found)[: min(n_whole, 6)] == rows[: min(n_whole, 6)]

    @_ONCE_PER_CLASS
    @given(st.data())
    def test_damage_in_one_row_costs_at_most_its_neighbours(self, data: st.DataObject) -> None:
        rows = [{"id": f"p{i}", "title": f"Lamp {i}", "price": "5.00"} for i in range(9)]
        lines = self.lines(rows)
        place = len(self.before) + 4
        at = data.draw(st.integers(0, len(lines[place])))
        junk = data.draw(st.text(st.sampled_from("\"'{}[]<>/,;\\&!-:x\t"), max_size=4))
        length = data.draw(st.integers(0, 6))
        lines[place] = lines[place][:at] + junk + lines[place][at + length :]
        found = self.read(IMPORTERS[self.name].read, ("\n".join(lines) + "\n").encode())
        good = self.good(found)
        assert [row for row in rows if row["id"] not in {"p3", "p4", "p5"} and row not in good] == []
        assert all(1 <= row.line <= len(lines) + 1 for row in found)

    # ------------------------------------------------------------ through the loader

    @pytest.mark.parametrize("packed", [False, True])
    def test_it_is_recognised_and_loaded_whatever_it_is_called(self, tmp_path: Path, packed: bool) -> None:
        content = self.write(self.rows)
        suffix = ".gz" if packed else ""
        for name in (f"feed{self.suffix}{suffix}", f"export{suffix}"):
            report = self.load(tmp_path, gzip.compress(content) if packed else content, name)
            assert (report.format, report.rows, report.loaded, report.rejected) == (self.name, 3, 3, ())
        catalogue = Retrieval.open(tmp_path / "data", "shop").catalogue
        assert [product.price.amount_minor for product in catalogue.rows] == [1_000, 2_050, 3_000]

    def test_no_other_format_takes_it_for_its_own(self) -> None:
        head = Head(f"feed{self.suffix}", self.write(self.rows)[:HEAD_BYTES])
        assert next(name for name, one in IMPORTERS.items() if one.recognises(head)) == self.name

    def test_decimal_commas_are_read(self, tmp_path: Path) -> None:
        self.load(
            tmp_path, self.write([{"id": "a", "title": "Tent", "price": '"12,50"' if self._is_csv() else "12,50"}])
        )
        assert Retrieval.open(tmp_path / "data", "shop").catalogue.rows[0].price.amount_minor == 1_250

    def _is_csv(self) -> bool:
        return bool(self.before) and self.before[0].count(",") > 1

    @pytest.mark.parametrize("price", ["", "free", "-5", "12.3.4"])
    def test_a_row_without_a_price_that_can_be_charged_is_rejected_by_its_line(
        self, tmp_path: Path, price: str
    ) -> None:
        bad = {"id": "bad", "title": "Priceless", "price": price}
        report = self.load(tmp_path, self.write([self.rows[0], bad, self.rows[2]]))
        assert report.loaded == 2
        (rejected,) = report.rejected
        assert rejected.line == len(self.before) + 2
        assert "price" in rejected.reason

    def test_an_id_that_comes_twice_is_loaded_once(self, tmp_path: Path) -> None:
        report = self.load(tmp_path, self.write([*self.rows, self.rows[1]]))
        assert (report.rows, report.loaded) == (4, 3)
        (rejected,) = report.rejected
        assert rejected.line == len(self.before) + 4
        assert f"line {len(self.before) + 2}" in rejected.reason

    def test_a_compressed_file_that_is_cut_off_is_refused_whole(self, tmp_path: Path) -> None:
        rows = [{"id": f"p{i}", "title": f"Lamp {i} {i * 7919 % 1000}", "price": "5.00"} for i in range(3_000)]
        with pytest.raises(ImportFailed, match="cut off"):
            self.load(tmp_path, gzip.compress(self.write(rows))[:-2_000], f"feed{self.suffix}.gz")

    # ------------------------------------------------------------ memory

    def test_memory_does_not_grow_with_the_file(self, importer: Importer) -> None:
        few, many = self._peak(importer, 100), self._peak(importer, 900)
        assert many - few < _FLAT_BYTES

    def _peak(self, importer: Importer, n_rows: int) -> int:
        """Most bytes that Python held while a file was read that is made as it is read."""

        tracemalloc.start()
        try:
            n_found = sum(isinstance(row, RawRow) for row in importer(stream_of(self, n_rows, 900)))
            assert n_found == n_rows
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()


class Made(io.RawIOBase):
    """A file that exists only as far as it is being read; it can begin again."""

    def __init__(self, write: Callable[[], Iterator[bytes]]) -> None:
        self._write = write
        self.seek(0)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        assert (offset, whence) == (0, 0)
        self._parts, self._left = self._write(), b""
        return 0

    def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def]
        self._left = self._left or next(self._parts, b"")
        part, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)


def stream_of(contract: ImporterContract, n_rows: int, title_chars: int) -> io.BufferedReader:
    """A file of many rows that exists only as far as it is being read."""

    def written() -> Iterator[bytes]:
        yield from (f"{line}\n".encode() for line in contract.before)
        for i in range(n_rows):
            row = contract.row({"id": f"p{i}", "title": f"Lamp {i} {'x' * title_chars}", "price": "5.00"})
            yield f"{row}{contract.separator if i < n_rows - 1 else ''}\n".encode()
        yield from (f"{line}\n".encode() for line in contract.after)

    return io.BufferedReader(Made(written), 65_536)
