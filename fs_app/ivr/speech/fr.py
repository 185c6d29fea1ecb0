"""French as it is spoken in France: soixante-dix, quatre-vingts; un euro, une livre, vingt et une heures.

"Cent" and "vingt" sound the same with and without their s, so one file does for both.
"""

from __future__ import annotations

from datetime import date, time

from fs_app.ivr.speech.parts import Amount, Number, fraction, words

SMALL = words(
    "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit "
    "dix-neuf"
)
TENS = {20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante", 60: "soixante"}
DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = words("janvier février mars avril mai juin juillet août septembre octobre novembre décembre")
FEMININE = (1, 21, 31, 41, 51, 61, 81)
"""Two last digits that have a form for feminine words. 71 and 91 end in onze."""

CURRENCIES = {
    "euro": ("euro", "euros", "d’euros", "centime", "centimes"),
    "dollar": ("dollar", "dollars", "de dollars", "centime", "centimes"),
    "pound": ("livre", "livres", "de livres", "penny", "pence"),
    "franc": ("franc suisse", "francs suisses", "de francs suisses", "centime", "centimes"),
    "cfa": ("franc C F A", "francs C F A", "de francs C F A", "", ""),
    "dirham": ("dirham", "dirhams", "de dirhams", "centime", "centimes"),
}
FEMININE_CURRENCIES = ("pound",)


def _below_100(n: int) -> str:
    if n < 20:
        return SMALL[n]
    if n >= 80:
        return "quatre-vingts" if n == 80 else f"quatre-vingt-{SMALL[n - 80]}"
    tens = min(n // 10 * 10, 60)
    rest = n - tens
    if rest == 0:
        return TENS[tens]
    return f"{TENS[tens]} et {SMALL[rest]}" if rest in (1, 11) else f"{TENS[tens]}-{SMALL[rest]}"


def _pieces() -> dict[str, str]:
    said = {f"numbers/{n}": _below_100(n) for n in range(100)}
    said |= {f"numbers/{n}_f": f"{_below_100(n)}e" for n in FEMININE}
    said |= {f"numbers/{n}00": "cent" if n == 1 else f"{SMALL[n]} cents" for n in range(1, 10)}
    said |= {
        "say/thousand": "mille",
        "say/million": "million",
        "say/millions": "millions",
        "say/minus": "moins",
        "say/plus": "plus",
        "say/point": "virgule",
        "say/and": "et",
        "say/first": "premier",
        "say/hour": "heure",
        "say/hours": "heures",
        "say/noon": "midi",
        "say/midnight": "minuit",
    }
    said |= {f"say/day_{at}": name for at, name in enumerate(DAYS, 1)}
    said |= {f"say/month_{at}": name for at, name in enumerate(MONTHS, 1)}
    for name, (one, many, of, cent, cents) in CURRENCIES.items():
        said |= {f"say/{name}": one, f"say/{name}s": many, f"say/{name}s_of": of}
        if cent:
            said |= {f"say/{name}_cent": cent, f"say/{name}_cents": cents}
    return said


PIECES = _pieces()


def integer(n: int, feminine: bool = False) -> list[str]:
    millions, rest = divmod(n, 1_000_000)
    thousands, last = divmod(rest, 1000)
    said: list[str] = []
    if millions:
        said += [*_below_1000(millions), "say/millions" if millions > 1 else "say/million"]
    if thousands:
        said += [*(_below_1000(thousands) if thousands > 1 else []), "say/thousand"]
    if last or not n:
        said += _below_1000(last, feminine)
    return said


def _below_1000(n: int, feminine: bool = False) -> list[str]:
    hundreds, rest = divmod(n, 100)
    said = [f"numbers/{hundreds}00"] if hundreds else []
    if rest or not hundreds:
        said.append(f"numbers/{rest}_f" if feminine and rest in FEMININE else f"numbers/{rest}")
    return said


def number(n: Number) -> list[str]:
    said = [*(["say/minus"] if n.negative else []), *integer(n.whole)]
    if n.part:
        said.append("say/point")
        for digits in fraction(n.part):
            said += integer(int(digits))
    return said


def amount(a: Amount, currency: str) -> list[str]:
    """Vingt-trois euros et quarante-cinq centimes; un million d'euros; zéro euro (below two there is no plural)."""
    said = ["say/minus"] if a.negative else []
    if a.units or not a.cents:
        said += integer(a.units, currency in FEMININE_CURRENCIES)
        if a.units >= 1_000_000 and a.units % 1_000_000 == 0:
            said.append(f"say/{currency}s_of")
        else:
            said.append(f"say/{currency}" if a.units < 2 else f"say/{currency}s")
    if a.cents:
        said += [*(["say/and"] if a.units else []), *integer(a.cents)]
        said.append(f"say/{currency}_cent" if a.cents < 2 else f"say/{currency}_cents")
    return said


def day(d: date) -> list[str]:
    """Lundi deux mars deux mille vingt-six; the first of a month is "premier"."""
    of_month = "say/first" if d.day == 1 else f"numbers/{d.day}"
    return [f"say/day_{d.isoweekday()}", of_month, f"say/month_{d.month}", *integer(d.year)]


def clock(t: time) -> list[str]:
    """Quatorze heures trente; midi, minuit on the hour; vingt et une heures une."""
    if t.minute == 0 and t.hour in (0, 12):
        return ["say/midnight" if t.hour == 0 else "say/noon"]
    said = [*integer(t.hour, feminine=True), "say/hour" if t.hour < 2 else "say/hours"]
    return said + (integer(t.minute, feminine=True) if t.minute else [])
