"""What HTML keeps and what it loses. Source: pages.md §8."""

from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quadrangle.kernel.html import rewritten, sanitise, too_deep, well_formed

KEPT = [
    "<p>plain</p>",
    '<h1 id="a" class="b" title="c" lang="de" dir="ltr" role="note">x</h1>',
    '<p aria-label="a" data-x="b">x</p>',
    '<a href="https://example.com/a?b=c&amp;d=e">x</a>',
    '<a href="mailto:a@example.com">x</a>',
    '<a href="tel:+123">x</a>',
    '<a href="ftp://example.com/">x</a>',
    '<a href="/courses/1/pages/a">x</a>',
    '<a href="#here">x</a>',
    '<img src="/files/1/download?verifier=x" alt="y" width="10">',
    '<iframe src="https://example.com/embed" allowfullscreen=""></iframe>',
    '<video src="https://example.com/a.mp4" controls=""><track src="/a.vtt" kind="captions"></video>',
    '<object data="https://example.com/a.pdf" type="application/pdf"><p>no</p></object>',
    "<table><caption>c</caption><thead><tr><th>a</th></tr></thead><tbody><tr><td>b</td></tr></tbody></table>",
    "<math><mrow><mi>x</mi><mo>=</mo><mn>1</mn></mrow></math>",
    '<p style="color: red; text-align: center">x</p>',
    '<p style="color:red;">x</p>',
    '<p style="Color: red;  margin: 0 auto !important;">x</p>',
    '<div style="background-image: url(/a.png)">x</div>',
    '<math><semantics><mstyle displaystyle="true"><mi>x</mi></mstyle><annotation encoding="application/x-tex">x</annotation></semantics></math>',
    '<section><article><figure><img src="/a.png"><figcaption>f</figcaption></figure></article></section>',
    "<ruby>漢<rt>kan</rt></ruby>",
]

LOST = [
    ("<p>lolcats</p><script>alert('what')</script>", "<p>lolcats</p>"),
    ("<style>p{}</style><p>a</p>", "<p>a</p>"),
    ("<blink>text</blink>", "text"),
    ('<p onclick="x()">a</p>', "<p>a</p>"),
    ('<a href="javascript:x()">a</a>', "<a>a</a>"),
    ('<a href=" java\nscript:x()">a</a>', "<a>a</a>"),
    ('<a href="data:text/html,x">a</a>', "<a>a</a>"),
    ('<img src="data:image/svg+xml,x">', "<img>"),
    ('<img src="ftp://example.com/a">', "<img>"),
    ('<iframe src="javascript:x"></iframe>', "<iframe></iframe>"),
    ('<iframe srcdoc="<script>x</script>"></iframe>', "<iframe></iframe>"),
    ('<object data="javascript:x"></object>', "<object></object>"),
    ('<p style="width: expression(x)">a</p>', "<p>a</p>"),
    ('<p style="background: url(javascript:x); color: red">a</p>', '<p style="color: red">a</p>'),
    ('<p style="-moz-binding: url(/x)">a</p>', "<p>a</p>"),
    ('<p style="color: r\\65 d">a</p>', "<p>a</p>"),
    ("<form><input><button>b</button></form>", "b"),
    ("<svg><script>x</script></svg>", ""),
    ("<!-- c --><p>a</p>", "<p>a</p>"),
    ('<meta http-equiv="refresh" content="0"><base href="//x"><link rel="stylesheet" href="x">', ""),
]


@pytest.mark.parametrize("html", KEPT)
def test_it_keeps(html: str) -> None:
    assert sanitise(html) == html


@pytest.mark.parametrize(("html", "left"), LOST)
def test_it_drops(html: str, left: str) -> None:
    assert sanitise(html) == left


class _Executable(HTMLParser):
    """Finds whatever a browser could run."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style", "base", "meta", "link", "form", "svg"):
            self.found.append(tag)
        for name, value in attrs:
            text = "".join(char for char in (value or "").lower() if char > " ")
            if name.startswith("on") or name in ("srcdoc", "formaction", "xlink:href"):
                self.found.append(f"{tag} {name}")
            if name in ("href", "src", "data", "poster", "cite") and text.startswith(
                ("javascript:", "vbscript:", "data:")
            ):
                self.found.append(f"{tag} {name}={value}")
            if name == "style" and ("expression(" in text or "javascript:" in text):
                self.found.append(f"{tag} style={value}")


_FRAGMENTS = [
    "<",
    ">",
    "</",
    "/>",
    '"',
    "'",
    "=",
    "&",
    "&#x6A;",
    "javascript:",
    "<p",
    "<math>",
    "<svg>",
    "<mtext>",
    "<table>",
    "</table>",
    "<annotation-xml>",
    "<noscript>",
    "<title>",
    "<textarea>",
    "</p>",
    "<b>",
    "</b>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "style=",
    "onload=",
    "url(",
    ")",
    ";",
    "\\",
]
_PIECES = st.sampled_from(
    [*KEPT, *(html for html, _ in LOST), *_FRAGMENTS, "<a href=", "<img src=x onerror=", "\0", "\n"]
)
_HTML = st.lists(_PIECES | st.text(max_size=8), max_size=12).map("".join)


@settings(max_examples=400, deadline=None)
@given(_HTML)
def test_nothing_executable_survives(html: str) -> None:
    found = _Executable()
    found.feed(sanitise(html))
    assert found.found == []


@settings(max_examples=400, deadline=None)
@given(_HTML)
def test_sanitising_twice_changes_nothing_more(html: str) -> None:
    once = sanitise(html)
    assert sanitise(once) == once


def test_a_hundred_thousand_open_elements_never_reach_the_parser() -> None:
    assert too_deep("<div>" * 100_000)
    assert too_deep("<b>" * 500 + "</p>" * 100_000)
    assert too_deep("<b></i>" * 500)
    assert too_deep("<div><b></div>" * 500)
    assert too_deep("".join(f"<b id=x{n}>" for n in range(300)) + "<p>x" * 1_000)
    assert not too_deep("<b>" + "<p>x</p>" * 5_000)
    assert not too_deep("<ul>" + "<li>x" * 5_000 + "</ul>")
    assert not too_deep("<div><b>x</b></div>" * 5_000)


class TestRewriting:
    """What is shown elsewhere than where it was written has other addresses."""

    @staticmethod
    def moved(address: str) -> str | None:
        return None if "secret" in address else f"files/{address.rsplit('/', 1)[-1]}"

    def test_it_changes_addresses_in_attributes_and_styles_and_nothing_else(self) -> None:
        html = '<p style="background: url(/a/x.png); color: red">/a/x.png <img src="/a/x.png" alt="/a/x.png"></p>'
        assert rewritten(html, self.moved) == (
            '<p style="background: url(files/x.png); color: red">/a/x.png <img src="files/x.png" alt="/a/x.png"></p>'
        )

    def test_it_drops_an_address_for_which_there_is_none(self) -> None:
        assert rewritten('<a href="/secret">x</a>', self.moved) == "<a>x</a>"

    def test_it_says_of_each_link_what_it_is_told(self) -> None:
        assert rewritten('<a href="/y" rel="me">x</a>', self.moved, rel="ugc nofollow") == (
            '<a href="files/y" rel="ugc nofollow">x</a>'
        )

    def test_addresses_may_stay(self) -> None:
        html = '<p style="background: url(/x.png)"><a href="/y">x</a><img src="/z"></p>'
        assert rewritten(html, None) == html
        assert rewritten(html, None, rel="ugc") == html.replace('"/y"', '"/y" rel="ugc"')


class TestWhatGoesIntoPackages:
    @pytest.mark.parametrize(
        ("sent", "kept"),
        [
            ("<p>One\r\nTwo\rThree&#13;Four</p>", "<p>One\nTwo\nThree\nFour</p>"),
            ("  <p>a\x00b\x0bc&#1;d\x85\ufffe</p> ", "<p>abcd</p>"),
            ('<p data-é="1" data-a:b="2" data-ok="3">x</p>', '<p data-ok="3">x</p>'),
            ("<p onclick='x()'>x<script>y</script></p>", "<p>x</p>"),
            ("just words & more", "just words &amp; more"),
        ],
    )
    def test_it_holds_nothing_that_xml_cannot(self, sent: str, kept: str) -> None:
        assert well_formed(sent) == kept

    @given(st.text(alphabet=st.sampled_from("<>/ab &;#x13=\"' \r\n\x01é"), max_size=60))
    @settings(max_examples=200, deadline=None)
    def test_done_twice_it_changes_nothing_more(self, text: str) -> None:
        once = well_formed(text)
        assert well_formed(once) == once
