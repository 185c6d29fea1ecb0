"""Text from outside on its way into a command: checked, quoted or made harmless, by kind.

FreeSWITCH parses a command several times (blanks, then braces, then commas, then `=`), each pass removes one level of
quotes and backslashes (switch_utils.c, cleanup_separated_string), and it *runs* `${api(args)}` wherever a
value is expanded: in the arguments of an application and when a variable is named in a dialplan. There is no
escape for `${` that survives all passes, nor for braces inside `{…}` (switch_find_end_paren counts them raw),
nor for `:_:` (strstr over the whole dial string). So:

* what we choose ourselves (uuids, variable names, paths, extensions) must match a narrow pattern, else
  UnsafeCommand;
* values of variables may be any text without control characters, `$`, braces and `:_:`, and are quoted level
  by level; anything else is UnsafeCommand;
* names and numbers of callers are never refused: `caller_name` and `caller_number` drop what can't be carried.
"""

from __future__ import annotations

import re

from fs_app.errors import UnsafeCommand

_UUID = re.compile(r"[0-9A-Fa-f][0-9A-Fa-f-]{7,63}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,127}")
_EXTENSION = re.compile(r"[A-Za-z0-9_+*#.-]{1,80}")
_DTMF = re.compile(r"[0-9A-Da-d*#wW+F]{1,128}")
_CAUSE = re.compile(r"[A-Z][A-Z0-9_]{1,63}")
_PATTERN = re.compile(r"(?:[0-9A-D*#+?.,|()\[\]{}^$-]|\\[d*#+.])+")
_SAY_WORD = re.compile(r"[A-Za-z0-9_-]{1,32}(?::[A-Za-z0-9_-]{1,32})?")
_SAY_TEXT = re.compile(r"[\w.,:+*#/-]+(?: [\w.,:+*#/-]+)*")
_PHONE = re.compile(
    r"sofia/[A-Za-z0-9_.-]{1,64}/"
    r"(?:sips?:)?[A-Za-z0-9_.+*%~-]{1,128}@[A-Za-z0-9_.:\[\]-]{1,128}"
    r"(?:;[A-Za-z0-9_.~%-]{1,64}(?:=[A-Za-z0-9_.:~%@+*=\[\]-]{1,512})?){0,16}"
)
_GATEWAY = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_NUMBER = re.compile(r"\+?[0-9*#]{1,40}")
_ENDPOINT = re.compile(r"sofia/[A-Za-z0-9_.+*#%~:;=@/\[\]-]{1,800}|loopback/[A-Za-z0-9_+*#/.-]{1,200}")
_SOUND = re.compile(r"[\w/.:%(),;=+@~#& *-]{1,1000}")
_BREAKS = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")  # and lone surrogates: no UTF-8
_NOT_IN_NAME = re.compile("[^\\w .,'’+*#&()!?-]+")
_NOT_IN_NUMBER = re.compile(r"[^0-9A-Za-z+*#._-]+")

MOST_NAME = 80  # characters of a caller's name that go into a SIP header
MOST_NUMBER = 40
MOST_VALUE = 10_000


def _must(pattern: re.Pattern[str], text: str, what: str) -> str:
    if not pattern.fullmatch(text):
        raise UnsafeCommand(f"{what} can't be used in a command: {text[:80]!r}")
    return text


def line(text: str) -> str:
    """Text without CR, LF, NUL or another control character, that UTF-8 can carry. Raises UnsafeCommand."""
    if _BREAKS.search(text):
        raise UnsafeCommand(f"line break or control character in a command: {text[:80]!r}")
    return text


def uuid(text: str) -> str:
    """A channel's or a job's identifier: hexadecimal digits and dashes."""
    return _must(_UUID, text, "uuid")


def name(text: str) -> str:
    """The name of a variable, a conference, an application."""
    return _must(_NAME, text, "name")


def extension(text: str) -> str:
    """An extension of the dialplan."""
    return _must(_EXTENSION, text, "extension")


def dtmf(text: str) -> str:
    return _must(_DTMF, text, "digits")


def cause(text: str) -> str:
    """A hang-up cause by FreeSWITCH's name."""
    return _must(_CAUSE, text, "hang-up cause")


def pattern(text: str) -> str:
    r"""A regular expression for digits: `\d`, ranges, groups, counts. No `${`: FreeSWITCH would expand it."""
    if "${" in text:
        raise UnsafeCommand(f"pattern can't be used in a command: {text[:80]!r}")
    return _must(_PATTERN, text, "pattern")


def say_word(text: str) -> str:
    return _must(_SAY_WORD, text, "say parameter")


def say_text(text: str) -> str:
    return _must(_SAY_TEXT, text, "text to say")


def terminators(text: str) -> str:
    """Keys that end the input; empty means none."""
    return _must(_DTMF, text, "terminators") if text else "none"


def endpoint(text: str) -> str:
    """A dial string of one leg, without variables: no blank, comma, bar, bracketed variables or `:_:`."""
    if ":_:" in text or "[" in text.partition("@")[0]:
        raise UnsafeCommand(f"dial string can't be used in a command: {text[:80]!r}")
    return _must(_ENDPOINT, text, "dial string")


def phone_endpoint(contact: str) -> str:
    """The dial string of a registered phone from `facts.Registration.contact`. Raises UnsafeCommand: a phone
    writes its own Contact, so this is text from outside."""
    return endpoint(_must(_PHONE, contact, "contact"))


def gateway_endpoint(gateway: str, number: str) -> str:
    """The dial string of `number` through a trunk."""
    return f"sofia/gateway/{_must(_GATEWAY, gateway, 'gateway')}/{_must(_NUMBER, number, 'number')}"


def sound(text: str) -> str:
    """A file or stream to play: a path, `tone_stream://…`, `local_stream://…`, `silence_stream://…`.

    Excluded: quotes, backslashes, `!` (separates files in file_string://), `@@` (offset), braces, `$`, and a
    leading `%` (`%[…]` would be variables).
    """
    if text.startswith(("%", " ", "-")) or "@@" in text or text.endswith(" ") or ".." in text.split("/"):
        raise UnsafeCommand(f"sound can't be used in a command: {text[:80]!r}")
    return _must(_SOUND, text, "sound")


def path(text: str) -> str:
    """An absolute path on the switch's machine."""
    if not text.startswith("/"):
        raise UnsafeCommand(f"path is not absolute: {text[:80]!r}")
    return sound(text)


def blank(text: str) -> str:
    """One argument among others that are separated by blanks."""
    return f"'{text}'" if " " in text else text


def value(text: str) -> str:
    """The value of a channel variable, checked. Raises UnsafeCommand for what FreeSWITCH would interpret."""
    line(text)
    if "$" in text or "{" in text or "}" in text or ":_:" in text or len(text) > MOST_VALUE:
        raise UnsafeCommand(f"value can't be carried by a variable: {text[:80]!r}")
    return text


def _escape(text: str, delimiter: str) -> str:
    text = text.replace("\\", "\\\\").replace("'", "\\'").replace('"', '\\"')
    return text.replace(delimiter, "\\" + delimiter) if delimiter else text


def originate_value(text: str) -> str:
    """A value inside `{name=value,…}` of originate: three passes (blank, comma, equals sign) undo it.

    Seen on FreeSWITCH 1.11.3: commas, quotes, backslashes, blanks and equals signs arrive unchanged.
    """
    inner = _escape(value(text), "=").replace(" ", "\\s")
    return _escape(_escape(inner, ","), "")


def multi_value(text: str) -> str:
    """A value inside `uuid_setvar_multi UUID name=value;…`: one pass undoes it."""
    return _escape(value(text), ";").replace(" ", "\\s")


def caller_name(text: str) -> str:
    """A caller's name as it may go into a SIP header and through FreeSWITCH's parsers, whatever was sent.

    Letters of all languages, digits, blanks and ``.,'’+*#&()!?-`` stay; everything else (quotes, angle
    brackets, braces, `$`, backslash, `;`, `%`, control characters …) becomes a blank. At most 80 characters.
    Seen: mod_sofia cuts a name at `:`, `/` and `@`, so these go too.
    """
    kept = _NOT_IN_NAME.sub(" ", text[:MOST_VALUE])
    return " ".join(kept.split())[:MOST_NAME].strip()


def caller_number(text: str) -> str:
    """A caller's number: digits, letters and `+*#._-`; the rest is dropped. At most 40 characters."""
    return _NOT_IN_NUMBER.sub("", text[:MOST_VALUE])[:MOST_NUMBER]
