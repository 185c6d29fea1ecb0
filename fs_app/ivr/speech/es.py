"""Spanish: uno, un euro, una libra; veintiún mil; cien, ciento uno; doscientas libras; un millón de euros."""

from __future__ import annotations

from datetime import date, time

from fs_app.ivr.speech.parts import Amount, Number, fraction, words

SMALL = words(
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete "
    "dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete "
    "veintiocho veintinueve"
)
TENS = ("", "", "", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa")
HUNDREDS = words(
    "cien doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos"
)
DAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
MONTHS = words("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre")
ONES = (1, *range(21, 100, 10))
"""Two last digits that end in uno: before a masculine word un, before a feminine one una."""

CURRENCIES = {
    "euro": ("euro", "euros", "céntimo", "céntimos"),
    "dollar": ("dólar", "dólares", "centavo", "centavos"),
    "pound": ("libra", "libras", "penique", "peniques"),
    "franc": ("franco suizo", "francos suizos", "céntimo", "céntimos"),
    "cfa": ("franco C F A", "francos C F A", "", ""),
    "dirham": ("dírham", "dírhams", "céntimo", "céntimos"),
}
FEMININE_CURRENCIES = ("pound",)


def _below_100(n: int) -> str:
    if n < 30:
        return SMALL[n]
    return TENS[n // 10] + (f" y {SMALL[n % 10]}" if n % 10 else "")


def _masculine(n: int) -> str:
    return "veintiún" if n == 21 else _below_100(n).removesuffix("o")


def _pieces() -> dict[str, str]:
    said = {f"numbers/{n}": _below_100(n) for n in range(100)}
    said |= {f"numbers/{n}_m": _masculine(n) for n in ONES}
    said |= {f"numbers/{n}_f": f"{_below_100(n)[:-1]}a" for n in ONES}
    said |= {f"numbers/{at}00": name for at, name in enumerate(HUNDREDS, 1)}
    said |= {f"numbers/{at}00_f": f"{name[:-2]}as" for at, name in enumerate(HUNDREDS, 1) if at > 1}
    said |= {
        "numbers/100_and": "ciento",
        "say/thousand": "mil",
        "say/million": "millón",
        "say/millions": "millones",
        "say/minus": "menos",
        "say/plus": "más",
        "say/point": "coma",
        "say/with": "con",
        "say/of": "de",
        "say/and": "y",
        "say/first": "primero",
        "say/minute": "un minuto",
        "say/early": "de la madrugada",
        "say/morning": "de la mañana",
        "say/noon": "del mediodía",
        "say/afternoon": "de la tarde",
        "say/night": "de la noche",
    }
    said |= {f"say/hour_{n}": "la una" if n == 1 else f"las {SMALL[n]}" for n in range(1, 13)}
    said |= {f"say/day_{at}": name for at, name in enumerate(DAYS, 1)}
    said |= {f"say/month_{at}": f"de {name}" for at, name in enumerate(MONTHS, 1)}
    for name, (one, many, cent, cents) in CURRENCIES.items():
        said |= {f"say/{name}": one, f"say/{name}s": many}
        if cent:
            said |= {f"say/{name}_cent": cent, f"say/{name}_cents": cents}
    return said


PIECES = _pieces()


def integer(n: int, ending: str = "") -> list[str]:
    """`ending` says what follows: "" nothing (uno), "_m" a masculine word (un euro), "_f" a feminine one."""
    millions, rest = divmod(n, 1_000_000)
    thousands, last = divmod(rest, 1000)
    said: list[str] = []
    if millions:
        said += [*_below_1000(millions, "_m"), "say/millions" if millions > 1 else "say/million"]
    if thousands:
        before = _below_1000(thousands, "_m", hundreds="_f" if ending == "_f" else "")
        said += [*(before if thousands > 1 else []), "say/thousand"]
    if last or not n:
        said += _below_1000(last, ending, hundreds="_f" if ending == "_f" else "")
    return said


def _below_1000(n: int, ending: str, hundreds: str = "") -> list[str]:
    hundred, rest = divmod(n, 100)
    said = []
    if hundred == 1:
        said.append("numbers/100_and" if rest else "numbers/100")
    elif hundred:
        said.append(f"numbers/{hundred}00{hundreds}")
    if rest or not hundred:
        said.append(f"numbers/{rest}{ending if rest in ONES else ''}")
    return said


def number(n: Number) -> list[str]:
    said = [*(["say/minus"] if n.negative else []), *integer(n.whole)]
    if n.part:
        said.append("say/point")
        for digits in fraction(n.part):
            said += integer(int(digits))
    return said


def amount(a: Amount, currency: str) -> list[str]:
    """Veintitrés euros con cuarenta y cinco céntimos; un millón de euros."""
    said = ["say/minus"] if a.negative else []
    if a.units or not a.cents:
        said += integer(a.units, "_f" if currency in FEMININE_CURRENCIES else "_m")
        if a.units >= 1_000_000 and a.units % 1_000_000 == 0:
            said.append("say/of")
        said.append(f"say/{currency}" if a.units == 1 else f"say/{currency}s")
    if a.cents:
        said += [*(["say/with"] if a.units else []), *integer(a.cents, "_m")]
        said.append(f"say/{currency}_cent" if a.cents == 1 else f"say/{currency}_cents")
    return said


def day(d: date) -> list[str]:
    """Lunes dos de marzo de dos mil veintiséis; the first is "primero"."""
    of_month = "say/first" if d.day == 1 else f"numbers/{d.day}"
    return [f"say/day_{d.isoweekday()}", of_month, f"say/month_{d.month}", "say/of", *integer(d.year)]


def clock(t: time) -> list[str]:
    """Las dos y treinta de la tarde; la una y un minuto de la madrugada; las doce del mediodía."""
    said = [f"say/hour_{t.hour % 12 or 12}"]
    if t.minute == 1:
        said += ["say/and", "say/minute"]
    elif t.minute:
        said += ["say/and", f"numbers/{t.minute}"]
    return [*said, _part_of_day(t.hour)]


def _part_of_day(hour: int) -> str:
    if hour == 12:
        return "say/noon"
    for until, name in ((1, "night"), (6, "early"), (12, "morning"), (20, "afternoon")):
        if hour < until:
            return f"say/{name}"
    return "say/night"
