"""English as it is spoken in Britain: one hundred and five; the third of March; half of the day a.m., half p.m."""

from __future__ import annotations

from datetime import date, time

from fs_app.ivr.speech.parts import Amount, Number, words

SMALL = words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = words("January February March April May June July August September October November December")
ORDINALS = words(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)

CURRENCIES = {
    "euro": ("euro", "euros", "cent", "cents"),
    "dollar": ("dollar", "dollars", "cent", "cents"),
    "pound": ("pound", "pounds", "penny", "pence"),
    "franc": ("Swiss franc", "Swiss francs", "centime", "centimes"),
    "cfa": ("C F A franc", "C F A francs", "", ""),
    "dirham": ("dirham", "dirhams", "centime", "centimes"),
}


def _below_100(n: int) -> str:
    if n < 20:
        return SMALL[n]
    return TENS[n // 10] + (f"-{SMALL[n % 10]}" if n % 10 else "")


def _ordinal(n: int) -> str:
    if n <= 20:
        return ORDINALS[n - 1]
    return "thirtieth" if n == 30 else f"{TENS[n // 10]}-{ORDINALS[n % 10 - 1]}"


def _pieces() -> dict[str, str]:
    said = {f"numbers/{n}": _below_100(n) for n in range(100)}
    said |= {f"numbers/{n}00": f"{SMALL[n]} hundred" for n in range(1, 10)}
    said |= {
        "say/thousand": "thousand",
        "say/million": "million",
        "say/minus": "minus",
        "say/plus": "plus",
        "say/point": "point",
        "say/and": "and",
        "say/of": "of",
        "say/oh": "oh",
        "say/hundred": "hundred",
        "say/am": "a.m.",
        "say/pm": "p.m.",
        "say/noon": "noon",
        "say/midnight": "midnight",
    }
    said |= {f"say/nth_{n}": f"the {_ordinal(n)}" for n in range(1, 32)}
    said |= {f"say/day_{at}": name for at, name in enumerate(DAYS, 1)}
    said |= {f"say/month_{at}": name for at, name in enumerate(MONTHS, 1)}
    for name, (one, many, cent, cents) in CURRENCIES.items():
        said |= {f"say/{name}": one, f"say/{name}s": many}
        if cent:
            said |= {f"say/{name}_cent": cent, f"say/{name}_cents": cents}
    return said


PIECES = _pieces()


def integer(n: int) -> list[str]:
    millions, rest = divmod(n, 1_000_000)
    thousands, last = divmod(rest, 1000)
    said: list[str] = []
    if millions:
        said += [*_below_1000(millions), "say/million"]
    if thousands:
        said += [*_below_1000(thousands), "say/thousand"]
    if last or not n:
        if said and last < 100:
            said.append("say/and")
        said += _below_1000(last)
    return said


def _below_1000(n: int) -> list[str]:
    hundreds, rest = divmod(n, 100)
    said = [f"numbers/{hundreds}00"] if hundreds else []
    if rest or not hundreds:
        said += [*(["say/and"] if hundreds else []), f"numbers/{rest}"]
    return said


def number(n: Number) -> list[str]:
    """Three point one four: what stands behind the point is said digit by digit."""
    said = [*(["say/minus"] if n.negative else []), *integer(n.whole)]
    return said + (["say/point", *(f"numbers/{digit}" for digit in n.part)] if n.part else [])


def amount(a: Amount, currency: str) -> list[str]:
    said = ["say/minus"] if a.negative else []
    if a.units or not a.cents:
        said += [*integer(a.units), f"say/{currency}" if a.units == 1 else f"say/{currency}s"]
    if a.cents:
        said += [*(["say/and"] if a.units else []), *integer(a.cents)]
        said.append(f"say/{currency}_cent" if a.cents == 1 else f"say/{currency}_cents")
    return said


def day(d: date) -> list[str]:
    """Monday the second of March twenty twenty-six."""
    return [
        f"say/day_{d.isoweekday()}",
        f"say/nth_{d.day}",
        "say/of",
        f"say/month_{d.month}",
        *year(d.year),
    ]


def year(n: int) -> list[str]:
    """Nineteen ninety-nine, nineteen oh five, nineteen hundred; two thousand and five, twenty twenty-six."""
    century, rest = divmod(n, 100)
    if n < 1000 or n % 1000 < 10:
        return integer(n)
    if rest == 0:
        return [f"numbers/{century}", "say/hundred"]
    return [f"numbers/{century}", *_two_digits(rest)]


def clock(t: time) -> list[str]:
    """Two thirty p.m., two oh five p.m., two p.m.; noon and midnight on the hour."""
    if t.minute == 0 and t.hour in (0, 12):
        return ["say/midnight" if t.hour == 0 else "say/noon"]
    said = [f"numbers/{t.hour % 12 or 12}", *(_two_digits(t.minute) if t.minute else [])]
    return [*said, "say/am" if t.hour < 12 else "say/pm"]


def _two_digits(n: int) -> list[str]:
    return [*(["say/oh"] if n < 10 else []), f"numbers/{n}"]
