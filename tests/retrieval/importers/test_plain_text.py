"""HTML of shops as plain text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.importers.plain_text import plain_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two<br/>three</p>", "One\nTwo\nthree"),
        ("<ul><li>A</li><li>B &amp; C</li></ul>", "- A\n- B & C"),
        ("<table><tr><td>Weight</td><td>2 kg</td></tr></table>", "Weight 2 kg"),
        ("Fan &amp;amp; heatsink", "Fan & heatsink"),
        ("30&deg; caf&eacute; &#8217;", "30° café ’"),
        ("<script>alert(1)</script><style>p{}</style>Text<!-- hidden -->", "Text"),
        ('<a href="javascript:x()">Link</a> <img src=x onerror=y alt="a > b"> end', "Link end"),
        ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
        ("<![if !supportLists]><p>Word<![endif]></p>", "Word"),
        ("line one\nline two", "line one\nline two"),
        ("<p>line one\nstill one</p>", "line one still one"),
        ("<div>not <b>closed", "not closed"),
        ("Cards&lt;br /&gt;Wi-Fi&lt;/p&gt;", "Cards\nWi-Fi"),
        ("&amp;lt;p&amp;gt;Twice&amp;lt;/p&amp;gt;", "Twice"),
        ("&lt;b&gt; is how bold begins", "<b> is how bold begins"),
    ],
)
def test_markup_goes_and_words_stay(html: str, text: str) -> None:
    assert plain_text(html) == text


@given(st.text(st.sampled_from("<>/!-[]&;\"'= abp\n"), max_size=200))
def test_no_text_makes_it_fail_and_no_tag_of_it_stays(html: str) -> None:
    assert "<p>" not in plain_text("<p>x</p>" + html.replace("&", ""))
