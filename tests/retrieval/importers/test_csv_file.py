"""CSV keeps the importer contract; lines are physical even where a quoted field spans several."""

from __future__ import annotations

import io

import pytest

from retrieval.errors import ImportFailed
from retrieval.importers.csv_file import read_csv
from retrieval.importers.rows import RawRow, RejectedRow
from tests.contracts.importer import ImporterContract, Row


class TestCsv(ImporterContract):
    name = "csv"
    suffix = ".csv"
    before = ("id,title,price",)

    def row(self, row: Row) -> str:
        return f'{row["id"]},"{row["title"]}",{row["price"]}'

    def broken_row(self) -> str:
        return "d,too,many,fields"


def read(content: bytes) -> list[RawRow | RejectedRow]:
    return list(read_csv(io.BytesIO(content)))


def test_lines_are_counted_through_quoted_line_breaks() -> None:
    found = read(b'id,title\na,"one\ntwo\r\nthree"\nb,plain\nc\n')
    assert found == [
        RawRow(2, {"id": "a", "title": "one\ntwo\r\nthree"}, n_lines=3),
        RawRow(5, {"id": "b", "title": "plain"}),
        RejectedRow(6, "1 fields where the header has 2"),
    ]


def test_mixed_line_endings_are_counted_one_by_one() -> None:
    found = read(b"id,title\r\na,x\rb,y\nc,z\r\n")
    assert [(row.line, row.values["id"]) for row in found if isinstance(row, RawRow)] == [(2, "a"), (3, "b"), (4, "c")]


def test_a_quote_that_is_never_closed_costs_one_row_only() -> None:
    rows = "".join(f"r{i},title {i}\n" for i in range(500)).encode()
    found = read(b'id,title\nbad,"never closed\n' + rows)
    assert found[0] == RejectedRow(2, "a quote is not closed or stands inside a field")
    assert [row.line for row in found[1:]] == list(range(3, 503))
    assert all(isinstance(row, RawRow) for row in found[1:])


def test_an_unclosed_quote_before_other_quoted_fields_does_not_swallow_them() -> None:
    found = read(b'id,title\nbad,"open\nb,"closed, twice"\nc,"also ""fine"""\n')
    good = [row.values["title"] for row in found if isinstance(row, RawRow)]
    assert good == ["closed, twice", 'also "fine"']


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_read_off_the_header(delimiter: str) -> None:
    content = delimiter.join(["id", "title", "price"]) + "\n" + delimiter.join(["a", "b c", "1"]) + "\n"
    assert read(content.encode()) == [RawRow(2, {"id": "a", "title": "b c", "price": "1"})]


def test_a_quoted_header_name_may_hold_the_delimiter() -> None:
    assert read(b'id,"title, long"\na,b\n') == [RawRow(2, {"id": "a", "title, long": "b"})]


def test_empty_cells_are_left_out() -> None:
    assert read(b"id,title,brand\na,b, \n") == [RawRow(2, {"id": "a", "title": "b"})]


def test_a_file_in_utf_16_is_told_with_the_way_out() -> None:
    with pytest.raises(ImportFailed, match="save the file as CSV in UTF-8"):
        read("id,title\na,b\n".encode("utf-16"))


@pytest.mark.parametrize(("content", "why"), [(b"", "empty"), (b"\n", "no column"), (b"id,id\n1,2\n", "twice")])
def test_a_file_without_a_usable_header_fails_as_a_whole(content: bytes, why: str) -> None:
    with pytest.raises(ImportFailed, match=why):
        read(content)


def test_in_a_tab_separated_file_a_quote_may_be_just_a_quote() -> None:
    found = read(b'id\ttitle\na\t"Best" 24" screen\nb\t"with\ta tab"\nc\t"open\n')
    assert [row.values["title"] for row in found if isinstance(row, RawRow)] == [
        '"Best" 24" screen',
        "with\ta tab",
        '"open',
    ]


def test_a_field_beyond_all_measure_is_told_as_such() -> None:
    found = read(b'id,title\na,"' + b"x" * 200_000 + b'"\nb,c\n')
    assert found == [RejectedRow(2, "a field is longer than 131,072 characters"), RawRow(3, {"id": "b", "title": "c"})]
