"""What the command line writes."""

from __future__ import annotations

import io
import json

import pytest

from assistant.answer_json import aisle_version
from assistant.terminal import say, say_json, say_part, showing_progress, warn


def test_words_of_the_catalogue_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    say("Boot \x1b[2J\x07 for hills\n  second line")
    say_part("more \x1b]0;title\x07\nwords ")
    warn("bad \x1b[31mthing")
    written = capsys.readouterr()
    assert "\x1b" not in written.out + written.err
    assert "\x07" not in written.out
    assert written.out.splitlines()[0].startswith("Boot")
    assert written.err.startswith("aisle: bad")


def test_the_indent_of_a_line_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    say("  1. Boot  1\u202f000 €")
    assert capsys.readouterr().out == "  1. Boot  1\u202f000 €\n"


def test_every_json_answer_says_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    say_json({"a": 1})
    assert json.loads(capsys.readouterr().out) == {"a": 1, "version": aisle_version()}


def test_one_answer_is_one_line_where_asked(capsys: pytest.CaptureFixture[str]) -> None:
    say_json({"text": "two\nlines", "é": ["x"]}, one_line=True)
    written = capsys.readouterr().out
    assert written.count("\n") == 1
    assert json.loads(written)["text"] == "two\nlines"


def test_text_that_is_no_unicode_is_written_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    say_json({"text": "a\udcffb"})
    assert json.loads(capsys.readouterr().out)["text"] == "a?b"


def test_without_a_terminal_each_kind_of_work_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    with showing_progress() as progress:
        for done in range(5):
            progress("products", done, 5)
        progress("loading", 0, None)
    written = capsys.readouterr()
    assert written.err.splitlines() == ["aisle: products: 5", "aisle: loading"]
    assert written.out == ""


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_a_bar_is_shown_on_stderr(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = _Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stderr", terminal)
    with showing_progress() as progress:
        progress("products", 3, 5)
    assert "products" in terminal.getvalue()
    assert "3/5" in terminal.getvalue()
    assert capsys.readouterr().out == ""
