"""What every importer must do. Inherit, and give `read` and `write`."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import pytest

from retrieval.errors import ImportFailed
from retrieval.importers import IMPORTERS, SUFFIXES
from retrieval.importers.rows import BAD_TEXT, Importer, RawRow, RejectedRow


class ImporterContract:
    """Rows of named values with the line they begin on; bad rows reported, never raised."""

    name: str
    """Its key in IMPORTERS."""

    def write(self, rows: Sequence[Mapping[str, str]], newline: str = "\n") -> bytes:
        """Write rows in this format; every row has the same keys."""
        raise NotImplementedError

    def broken_row(self) -> bytes:
        """Return one line that is no row of this format."""
        raise NotImplementedError

    @pytest.fixture
    def importer(self) -> Importer:
        return IMPORTERS[self.name]

    def read(self, importer: Importer, content: bytes) -> list[RawRow | RejectedRow]:
        return list(importer(io.BytesIO(content)))

    rows = ({"id": "a", "title": "Tent, red"}, {"id": "b", "title": "Zelt „groß“ 帐篷"}, {"id": "c", "title": "x"})

    def test_it_is_listed_and_found_by_a_file_ending(self, importer: Importer) -> None:
        assert importer is IMPORTERS[self.name]
        assert self.name in SUFFIXES.values()

    @pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
    def test_rows_come_in_order_with_any_line_ending(self, importer: Importer, newline: str) -> None:
        found = self.read(importer, self.write(self.rows, newline))
        assert [row.values for row in found if isinstance(row, RawRow)] == list(self.rows)
        lines = [row.line for row in found]
        assert lines == list(range(lines[0], lines[0] + 3))

    def test_a_byte_order_mark_is_not_part_of_the_first_value(self, importer: Importer) -> None:
        found = self.read(importer, b"\xef\xbb\xbf" + self.write(self.rows))
        assert [row.values for row in found if isinstance(row, RawRow)] == list(self.rows)

    def test_a_bad_row_is_rejected_and_the_next_one_read(self, importer: Importer) -> None:
        content = self.write(self.rows)
        n_lines = content.count(b"\n")
        found = self.read(importer, content + self.broken_row() + b"\n" + content.splitlines(keepends=True)[-1])
        bad = [row for row in found if isinstance(row, RejectedRow)]
        assert [row.line for row in bad] == [n_lines + 1]
        assert bad[0].reason
        assert isinstance(found[-1], RawRow)
        assert found[-1].line == n_lines + 2

    def test_a_row_that_is_not_utf_8_is_rejected_alone(self, importer: Importer) -> None:
        content = self.write(self.rows).replace(b"Tent, red", b"Tent, \xff red")
        found = self.read(importer, content)
        assert [row.reason for row in found if isinstance(row, RejectedRow)] == [BAD_TEXT]
        assert len([row for row in found if isinstance(row, RawRow)]) == 2

    def test_nul_bytes_are_dropped(self, importer: Importer) -> None:
        found = self.read(importer, self.write(self.rows).replace(b"Tent", b"Te\0nt"))
        assert isinstance(found[0], RawRow)
        assert found[0].values["title"] == "Tent, red"

    def test_empty_lines_are_no_rows_but_count_as_lines(self, importer: Importer) -> None:
        content = self.write(self.rows).splitlines(keepends=True)
        found = self.read(importer, b"".join([*content[:-1], b"\n", b"\n", content[-1]]))
        assert len(found) == 3
        assert found[-1].line == found[-2].line + 3

    def test_no_input_makes_it_raise_anything_but_import_failed(self, importer: Importer) -> None:
        for content in (b"", b"\n\n", b"\xff\xfe\x00", b'"', b"{", b"[1]\n", b"a,a\n1,2\n", bytes(range(256)) * 20):
            try:
                found = self.read(importer, content)
            except ImportFailed:
                continue
            assert all(isinstance(row, RawRow | RejectedRow) for row in found)
