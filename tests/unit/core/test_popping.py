"""Addresses that open for a call, with hostile values; what is mapped, asked and typed."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from fs_app.calls.typing_in import TypingIn, harmless
from fs_app.queues.popping import CARD, Step, filled, luhn, mapped_of, steps_of, verdict, wrong_address

HOSTILE = [
    "&admin=1#x",
    "javascript:alert(1)",
    "//evil.example/",
    "..",
    ".",
    "%2e%2e%2f",
    "a b\r\nX-Header: 1",
    "\x00\u202e",
    "'\"<script>",
    "{agent}",
    "{{7*7}}",
    "é€\U0001f600",
    "\ud800",
    "x" * 5000,
]


@pytest.mark.parametrize("value", HOSTILE)
def test_a_value_never_leaves_its_place(value: str) -> None:
    made = filled("https://crm.example/a/{caller}/b?tel={caller}&q=1#end", {"caller": value, "agent": "1001"})
    parts = urlsplit(made)
    assert (parts.scheme, parts.netloc, parts.fragment) == ("https", "crm.example", "end")
    assert parts.path.startswith("/a/") and parts.path.endswith("/b") and parts.path.count("/") == 3
    assert "/../" not in parts.path and "/./" not in parts.path
    assert set(parse_qs(parts.query, keep_blank_values=True)) == {"tel", "q"}
    assert "1001" not in made, "a value is not read as an address once more"
    assert made.isascii() and not any(c.isspace() for c in made)


def test_what_nobody_knows_is_empty_and_the_rest_stays() -> None:
    assert filled("https://crm.example/?c={client}&n={caller}", {"caller": "+336"}) == (
        "https://crm.example/?c=&n=%2B336"
    )


@pytest.mark.parametrize(
    "url",
    [
        *(
            "javascript:alert(1)",
            "data:text/html,x",
            "//crm.example/",
            "crm.example",
            "https:///x",
            "https://",
        ),
        *(
            "https://a@b/",
            "https://{caller}/",
            "https://x:0/",
            "https://x:70000/",
            "https://[::1",
            "http://x/ y",
        ),
        *(
            "https://x/{",
            "https://x/}",
            "https://x/{a-b}",
            "https://x/\n",
            "https://x/\u202e",
            "https://x/\\",
        ),
    ],
)
def test_an_address_that_is_none_opens_nothing(url: str) -> None:
    assert wrong_address(url)
    assert filled(url, {"caller": "1"}) == ""


def test_what_stands_wrong_in_the_database_is_left_out() -> None:
    assert steps_of([{"name": "x", "kind": "card", "least": 1, "most": 99}, None, {"kind": "code"}]) == CARD
    assert steps_of("nonsense") == CARD
    assert (
        mapped_of([{"path": "$.a", "field": "last_name"}, {"path": "a", "field": "mail"}, {"path": "$.b"}])[
            0
        ].path
        == "$.a"
    )


@pytest.mark.parametrize(
    ("digits", "right"), [("4539578763621486", True), ("4539578763621487", False), ("0", True)]
)
def test_the_check_digit(digits: str, right: bool) -> None:
    assert luhn(digits) is right


def test_dates_and_lengths() -> None:
    now = (2026, 11)
    assert verdict("expiry", "1126", 4, 4, now) == "ok"
    assert verdict("expiry", "1026", 4, 4, now) == "expired"
    assert verdict("expiry", "1399", 4, 4, now) == "date"
    assert verdict("code", "12", 3, 4, now) == "short"


def test_what_is_typed_is_in_no_text_of_its_object() -> None:
    typing = TypingIn((Step("card", "card", "", 12, 19),))
    typing.state = "asking"
    for key in "4539578763621486":
        typing.press(key)
    shown = repr(typing) + str(typing.shown()) + repr(getattr(typing, "__dict__", {}))
    assert "4539" not in shown and typing.count == 16
    typing.judge((2026, 11))
    assert typing.taken() == {"card": "4539578763621486"} and typing.taken() == {}


def test_keys_of_other_telephones_and_empty_steps_change_nothing() -> None:
    typing = TypingIn(CARD)
    assert not typing.press("1")  # he is not asked yet
    typing.state = "asking"
    assert not any(typing.press(key) for key in ("A", "", "#", "*", "12", "\n"))
    assert typing.count == 0


@pytest.mark.parametrize(
    "text",
    [
        "Accepté 4539 5787 6362 1486",
        "4539-5787-6362-1486 ok",
        "PAN=4539578763621486",
        "cvv 123",
        "\u202e\x07 4539.5787.6362.1486",
    ],
)
def test_what_the_bank_says_never_repeats_what_was_typed(text: str) -> None:
    said = harmless(text, ["4539578763621486", "123"])
    assert "4539578763621486" not in "".join(c for c in said if c.isdigit()) and "123" not in said
    assert said.isprintable()


def test_a_reference_may_be_told() -> None:
    assert harmless("Autorisation 77-4512, merci", ["4539578763621486"]) == "Autorisation 77-4512, merci"
