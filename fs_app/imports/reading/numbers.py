"""Telephone numbers as they stand in files: what each one is, what had to be repaired, or why it is none. Pure.

`Check.check` answers some hundred thousand a second: digits go through `numbering.py`; only what is written
strangely is looked at closely (`written.py`). Beyond phonenumbers it knows what spreadsheets do (a lost zero, a
lost plus, exponents), what people fill in to get past a form (0600000000), and that French lists have overseas
numbers among the others.
"""

from __future__ import annotations

from typing import NamedTuple

from fs_app.contacts.overseas import FRANCE, moved
from fs_app.imports.reading.numbering import (
    LEAST,
    MOST,
    Area,
    area,
    areas,
    classified,
    one_zone,
    split,
    zones,
)
from fs_app.imports.reading.written import PLAIN, Written, candidates

REPAIRS = (
    "zero",
    "prefix",
    "plus",
    "no_plus",
    "decimals",
    "exponent",
    "extension",
    "second",
    "text",
    "letter_o",
    "overseas",
)
"""What may have been done to a number; each is a sentence: `import.repaired.REPAIR`."""

WRONG = (
    "empty",
    "letters",
    "short",
    "long",
    "unknown",
    "exponent",
    "placeholder",
    "premium",
    "missing_zero",
    "country",
    "no_number",
)
"""Why a text is no number to call; each is a sentence: `import.number.WHY`."""

KINDS = ("mobile", "fixed", "either", "voip", "free", "shared", "special", "premium")
"""`either`: nobody can tell (North America)."""

LONGEST = 200
"""Characters: what is longer is no number."""

OVERSEAS = ("GP", "RE", "MQ", "GF", "YT", "PM")
"""Regions whose numbers are dialled with ten digits, as those of France; a French list writes them all alike."""

_SUSPECT = frozenset(
    [d * 6 for d in "0123456789"] + ["456789", "567890", "654321", "543210", "030405", "030303", "345678"]
)
_SEQUENCES = ("0123456789", "1234567890", "9876543210", "0102030405")


class Checked(NamedTuple):
    """`e164`: `+33612345678`. `kind`: of KINDS. `country`: ISO 3166-1, "001" for numbers of no country.

    `zone`: its time zone where there is just one, else "". `repaired`: of REPAIRS, empty for what was right.
    """

    e164: str
    kind: str
    country: str
    zone: str
    repaired: tuple[str, ...] = ()

    @property
    def nation(self) -> str:
        """Its country, "" for numbers of no country."""
        return self.country if len(self.country) == 2 else ""


class Wrong(NamedTuple):
    """`key`: of WRONG."""

    key: str

    @property
    def sentence(self) -> str:
        return f"import.number.{self.key}"


def sentence(repair: str) -> str:
    """What was done to a number, said to a person."""
    return f"import.repaired.{repair}"


class Check:
    """`country`: where numbers without a country belong to (ISO 3166-1). `prefix`: put before numbers that are not
    international and do not begin with it ("0", "+33", "01"…). `missing_zero`: whether a national number without its
    zero is taken. `premium`: whether numbers that cost more are.
    """

    def __init__(
        self, country: str, prefix: str = "", missing_zero: bool = True, premium: bool = False
    ) -> None:
        self._country = country.upper()
        self._home = area(self._country)
        self._prefix = prefix.strip()
        self._missing_zero = missing_zero
        self._premium = premium
        self._trunk = self._home.plain_trunk if self._home is not None else ""
        self._overseas_too = self._country == "FR"
        self._home_code = self._home.code if self._home is not None else ""
        self._zones: dict[str, str] = {}

    def check(self, text: str, country: str | None = None) -> Checked | Wrong:
        """`country`: of this line's numbers, where the file has one."""
        if country and country != self._country:
            home = area(country.upper())
            return Wrong("country") if home is None else self._closely(text, home)
        found = self._quickly(text) if self._home is not None and not self._prefix else None
        return found or self._closely(text, self._home)

    def _quickly(self, text: str) -> Checked | None:
        """What is written as it should be, nationally or internationally; None when it takes a closer look."""
        digits, code = text.translate(PLAIN), self._home_code
        if not digits.isascii():
            return None
        if not digits.isdigit():
            national = digits[len(code) + 1 :]
            if not digits.startswith(f"+{code}") or not national.isdigit():
                return None
            if self._trunk and national.startswith(self._trunk):
                return None
        elif self._trunk and digits.startswith(self._trunk):
            national = digits[len(self._trunk) :]
            if national[:1] == "0":
                return None
        elif digits.startswith(code) and self._home is not None:
            national = self._home.without_code(digits)
        else:
            return None
        if len(digits) < 9 and len(text) > len(digits):
            return None  # may be a date
        if self._overseas_too and moved(national) is not None:
            return None
        region, kind = classified(code, national)
        if not kind or national[-6:] in _SUSPECT or kind == "premium":
            return None
        number = f"+{code}{national}"
        return Checked(number, kind, region, self._zones.get(region) or self._zone(number, region))

    def _closely(self, text: str, home: Area | None) -> Checked | Wrong:
        if not text:
            return Wrong("empty")
        if len(text) > LONGEST:
            return Wrong("no_number")
        first: Wrong | None = None
        for written in candidates(text):
            found = self._written(written, home)
            if isinstance(found, Checked):
                return found
            first = first or found
        return first or Wrong("no_number")

    def _written(self, written: Written, home: Area | None) -> Checked | Wrong:
        if written.wrong:
            return Wrong(written.wrong)
        if len(written.digits) >= 6 and len(set(written.digits)) == 1:
            return Wrong("placeholder")
        best: Wrong | None = None
        for digits, plus, repaired in self._ways(written.digits, written.plus, home):
            read = self._read(digits, plus, home)
            if isinstance(read, Wrong):
                best = best or read
                continue
            code, national, zero = read
            there = moved(national) if code == FRANCE else None
            if there is not None and (classified(*there)[1] or national[0] != "9"):
                code, national = there
                repaired = (*repaired, "overseas")
            region, kind = classified(code, national)
            if not kind:
                better = self._overseas(national, home) if home is not None and code == home.code else None
                if better is None:
                    best = best or _missing(code, national)
                    continue
                if better[0] != code:
                    repaired = (*repaired, "overseas")
                code, region, kind = better
            if _is_placeholder(national):
                return Wrong("placeholder")
            if kind == "premium" and not self._premium:
                return Wrong("premium")
            if zero:
                if not self._missing_zero:
                    return Wrong("missing_zero")
                repaired = ("zero", *repaired)
            number = f"+{code}{national}"
            return Checked(
                number,
                kind,
                region,
                self._zones.get(region) or self._zone(number, region),
                (*written.repaired, *repaired),
            )
        return best or Wrong("no_number")

    def _ways(self, digits: str, plus: bool, home: Area | None) -> list[tuple[str, bool, tuple[str, ...]]]:
        """What the digits may mean, the likeliest first: (digits, whether they begin with a country code,
        repairs)."""
        ways: list[tuple[str, bool, tuple[str, ...]]] = []
        prefix = self._prefix
        bare = prefix.removeprefix("+")
        if prefix and not plus and not digits.startswith("00") and not digits.startswith(bare):
            ways.append((bare + digits, prefix.startswith("+"), ("prefix",)))
        elif prefix.startswith("+") and not plus and bare and digits.startswith(bare):
            ways.append((digits, True, ("prefix",)))
        if plus and digits.startswith("00"):
            ways.append((digits[2:], True, ("no_plus",)))
        elif plus and digits.startswith("0"):
            ways.append((digits, False, ("no_plus",)))
        else:
            ways.append((digits, plus, ()))
        if not plus and digits.startswith("00") and not (home is not None and home.outward(digits)):
            ways.append((digits[2:], True, ("plus",)))
        if not plus and not digits.startswith("0") and len(digits) >= 11:
            ways.append((digits, True, ("plus",)))
        return ways

    def _read(self, digits: str, plus: bool, home: Area | None) -> tuple[str, str, bool] | Wrong:
        """(country code, national number, whether its zero is missing)."""
        abroad = digits if plus else (home.outward(digits) if home is not None else "")
        if abroad:
            code, rest = split(abroad)
            if not code:
                return Wrong("unknown")
            main = next(iter(areas(code)), None)
            if main is None or not LEAST <= len(rest) <= MOST:
                return Wrong("short" if len(rest) < LEAST else "long")
            return code, main.national(rest), False
        if home is None:
            return Wrong("country")
        rest = home.without_code(digits)
        if rest:
            return home.code, home.national(rest), False
        if not LEAST <= len(digits) <= MOST:
            return Wrong("short" if len(digits) < LEAST else "long")
        national = home.national(digits)
        zero = bool(home.plain_trunk == "0" and national == digits)
        return home.code, national, zero

    def _overseas(self, national: str, home: Area) -> tuple[str, str, str] | None:
        if home.region != "FR" or len(national) != 9:
            return None
        for region in OVERSEAS:
            there = area(region)
            kind = there.kind(national) if there is not None else ""
            if there is not None and kind:
                return there.code, region, kind
        region, kind = classified(home.code, national)
        return (home.code, region, kind) if kind else None

    def _zone(self, number: str, region: str) -> str:
        found = zones(number, region)
        zone = found[0] if len(found) == 1 else ""
        if region in one_zone():
            self._zones[region] = zone
        return zone


def _missing(code: str, national: str) -> Wrong:
    """Why there is no such number."""
    main = next(iter(areas(code)), None)
    if main is None:
        return Wrong("unknown")
    return Wrong(main.length(national.removeprefix(main.plain_trunk)) or "unknown")


def _is_placeholder(national: str) -> bool:
    """What people fill in to get past a form: one digit again and again, the digits in a row, zeros to the end."""
    if national[-6:] not in _SUSPECT:
        return False
    if len(set(national)) == 1 or national[1:].strip("0") == "" or national[2:].strip("0") == "":
        return True
    return any(national in sequence or f"0{national}" in sequence for sequence in _SEQUENCES)
