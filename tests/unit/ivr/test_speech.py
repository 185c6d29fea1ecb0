"""Numbers, dates, times and amounts are said as people write them out, in each language."""

from __future__ import annotations

import array
import json
import math
import wave
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fs_app.calls import spoken
from fs_app.ivr import speech

SOUNDS = Path(__file__).resolve().parents[3] / "sounds"


def said(language: str, what: str, value: str, currency: str = "EUR") -> str | None:
    pieces = speech.pieces(language, what, value, currency)
    if pieces is None:
        return None
    texts = speech.LANGUAGES[language].PIECES
    return alike(" ".join(texts[piece] for piece in pieces))


def alike(text: str) -> str:
    """The s of cents and quatre-vingts is not heard within a number."""
    return text.replace("cents", "cent").replace("quatre-vingts", "quatre-vingt")


NUMBERS = [
    ("0", "zéro", "zero", "cero"),
    ("1", "un", "one", "uno"),
    ("2", "deux", "two", "dos"),
    ("10", "dix", "ten", "diez"),
    ("11", "onze", "eleven", "once"),
    ("16", "seize", "sixteen", "dieciséis"),
    ("17", "dix-sept", "seventeen", "diecisiete"),
    ("20", "vingt", "twenty", "veinte"),
    ("21", "vingt et un", "twenty-one", "veintiuno"),
    ("22", "vingt-deux", "twenty-two", "veintidós"),
    ("26", "vingt-six", "twenty-six", "veintiséis"),
    ("30", "trente", "thirty", "treinta"),
    ("31", "trente et un", "thirty-one", "treinta y uno"),
    ("45", "quarante-cinq", "forty-five", "cuarenta y cinco"),
    ("59", "cinquante-neuf", "fifty-nine", "cincuenta y nueve"),
    ("60", "soixante", "sixty", "sesenta"),
    ("61", "soixante et un", "sixty-one", "sesenta y uno"),
    ("69", "soixante-neuf", "sixty-nine", "sesenta y nueve"),
    ("70", "soixante-dix", "seventy", "setenta"),
    ("71", "soixante et onze", "seventy-one", "setenta y uno"),
    ("72", "soixante-douze", "seventy-two", "setenta y dos"),
    ("77", "soixante-dix-sept", "seventy-seven", "setenta y siete"),
    ("80", "quatre-vingts", "eighty", "ochenta"),
    ("81", "quatre-vingt-un", "eighty-one", "ochenta y uno"),
    ("90", "quatre-vingt-dix", "ninety", "noventa"),
    ("91", "quatre-vingt-onze", "ninety-one", "noventa y uno"),
    ("99", "quatre-vingt-dix-neuf", "ninety-nine", "noventa y nueve"),
    ("100", "cent", "one hundred", "cien"),
    ("101", "cent un", "one hundred and one", "ciento uno"),
    ("115", "cent quinze", "one hundred and fifteen", "ciento quince"),
    ("121", "cent vingt et un", "one hundred and twenty-one", "ciento veintiuno"),
    ("180", "cent quatre-vingts", "one hundred and eighty", "ciento ochenta"),
    ("200", "deux cents", "two hundred", "doscientos"),
    ("201", "deux cent un", "two hundred and one", "doscientos uno"),
    ("500", "cinq cents", "five hundred", "quinientos"),
    ("571", "cinq cent soixante et onze", "five hundred and seventy-one", "quinientos setenta y uno"),
    ("700", "sept cents", "seven hundred", "setecientos"),
    ("999", "neuf cent quatre-vingt-dix-neuf", "nine hundred and ninety-nine", "novecientos noventa y nueve"),
    ("1000", "mille", "one thousand", "mil"),
    ("1001", "mille un", "one thousand and one", "mil uno"),
    ("1080", "mille quatre-vingts", "one thousand and eighty", "mil ochenta"),
    ("1100", "mille cent", "one thousand one hundred", "mil cien"),
    ("1101", "mille cent un", "one thousand one hundred and one", "mil ciento uno"),
    ("1999", "mille neuf cent quatre-vingt-dix-neuf", None, "mil novecientos noventa y nueve"),
    ("2000", "deux mille", "two thousand", "dos mil"),
    ("2021", "deux mille vingt et un", "two thousand and twenty-one", "dos mil veintiuno"),
    ("10000", "dix mille", "ten thousand", "diez mil"),
    ("21000", "vingt et un mille", "twenty-one thousand", "veintiún mil"),
    (
        "21021",
        "vingt et un mille vingt et un",
        "twenty-one thousand and twenty-one",
        "veintiún mil veintiuno",
    ),
    ("31000", "trente et un mille", "thirty-one thousand", "treinta y un mil"),
    ("80000", "quatre-vingt mille", "eighty thousand", "ochenta mil"),
    ("100000", "cent mille", "one hundred thousand", "cien mil"),
    ("101000", "cent un mille", "one hundred and one thousand", "ciento un mil"),
    ("200000", "deux cent mille", "two hundred thousand", "doscientos mil"),
    (
        "200300",
        "deux cent mille trois cents",
        "two hundred thousand three hundred",
        "doscientos mil trescientos",
    ),
    ("1000000", "un million", "one million", "un millón"),
    ("1000001", "un million un", "one million and one", "un millón uno"),
    ("1001000", "un million mille", "one million one thousand", "un millón mil"),
    ("2000000", "deux millions", "two million", "dos millones"),
    ("21000000", "vingt et un millions", "twenty-one million", "veintiún millones"),
    ("80000000", "quatre-vingts millions", "eighty million", "ochenta millones"),
    ("100000000", "cent millions", "one hundred million", "cien millones"),
    (
        "123456789",
        "cent vingt-trois millions quatre cent cinquante-six mille sept cent quatre-vingt-neuf",
        "one hundred and twenty-three million four hundred and fifty-six thousand seven hundred and eighty-nine",
        "ciento veintitrés millones cuatrocientos cincuenta y seis mil setecientos ochenta y nueve",
    ),
    (
        "999999999",
        "neuf cent quatre-vingt-dix-neuf millions neuf cent quatre-vingt-dix-neuf mille neuf cent "
        "quatre-vingt-dix-neuf",
        "nine hundred and ninety-nine million nine hundred and ninety-nine thousand nine hundred and ninety-nine",
        "novecientos noventa y nueve millones novecientos noventa y nueve mil novecientos noventa y nueve",
    ),
    ("-1", "moins un", "minus one", "menos uno"),
    (
        "-273.15",
        "moins deux cent soixante-treize virgule quinze",
        None,
        "menos doscientos setenta y tres coma quince",
    ),
    ("-0", "zéro", "zero", "cero"),
    ("3,14", "trois virgule quatorze", "three point one four", "tres coma catorce"),
    ("3.05", "trois virgule zéro cinq", "three point zero five", "tres coma cero cinco"),
    ("0.5", "zéro virgule cinq", "zero point five", "cero coma cinco"),
    ("1.21", "un virgule vingt et un", "one point two one", "uno coma veintiuno"),
    ("2.125", "deux virgule cent vingt-cinq", "two point one two five", "dos coma ciento veinticinco"),
    (
        "1.2345",
        "un virgule deux trois quatre cinq",
        "one point two three four five",
        "uno coma dos tres cuatro cinco",
    ),
    ("12.0", "douze", "twelve", "doce"),
    ("1 234", "mille deux cent trente-quatre", "one thousand two hundred and thirty-four", None),
    ("+33", "trente-trois", "thirty-three", "treinta y tres"),
    ("007", "sept", "seven", "siete"),
]

AMOUNTS = [
    ("0", "EUR", "zéro euro", "zero euros", "cero euros"),
    ("1", "EUR", "un euro", "one euro", "un euro"),
    ("1.01", "EUR", "un euro et un centime", "one euro and one cent", "un euro con un céntimo"),
    ("2", "EUR", "deux euros", "two euros", "dos euros"),
    ("0.01", "EUR", "un centime", "one cent", "un céntimo"),
    ("0,50", "EUR", "cinquante centimes", "fifty cents", "cincuenta céntimos"),
    ("0.005", "EUR", "un centime", "one cent", "un céntimo"),
    ("0.004", "EUR", "zéro euro", "zero euros", "cero euros"),
    ("0.999", "EUR", "un euro", "one euro", "un euro"),
    ("19.9", "EUR", "dix-neuf euros et quatre-vingt-dix centimes", "nineteen euros and ninety cents", None),
    (
        "21.21",
        "EUR",
        "vingt et un euros et vingt et un centimes",
        "twenty-one euros and twenty-one cents",
        "veintiún euros con veintiún céntimos",
    ),
    ("80", "EUR", "quatre-vingts euros", "eighty euros", "ochenta euros"),
    ("100", "EUR", "cent euros", "one hundred euros", "cien euros"),
    ("101", "EUR", "cent un euros", "one hundred and one euros", "ciento un euros"),
    ("1000", "EUR", "mille euros", "one thousand euros", "mil euros"),
    (
        "1234.56",
        "EUR",
        "mille deux cent trente-quatre euros et cinquante-six centimes",
        "one thousand two hundred and thirty-four euros and fifty-six cents",
        "mil doscientos treinta y cuatro euros con cincuenta y seis céntimos",
    ),
    ("1000000", "EUR", "un million d’euros", "one million euros", "un millón de euros"),
    ("2000000", "EUR", "deux millions d’euros", "two million euros", "dos millones de euros"),
    ("1000001", "EUR", "un million un euros", "one million and one euros", "un millón un euros"),
    ("-5", "EUR", "moins cinq euros", "minus five euros", "menos cinco euros"),
    ("-0.001", "EUR", "zéro euro", "zero euros", "cero euros"),
    ("1", "USD", "un dollar", "one dollar", "un dólar"),
    ("3000000", "USD", "trois millions de dollars", "three million dollars", "tres millones de dólares"),
    ("0.25", "USD", "vingt-cinq centimes", "twenty-five cents", "veinticinco centavos"),
    ("31", "USD", "trente et un dollars", "thirty-one dollars", "treinta y un dólares"),
    ("5", "CAD", "cinq dollars", "five dollars", "cinco dólares"),
    ("1", "GBP", "une livre", "one pound", "una libra"),
    ("21", "GBP", "vingt et une livres", "twenty-one pounds", "veintiuna libras"),
    ("71", "GBP", "soixante et onze livres", "seventy-one pounds", "setenta y una libras"),
    ("81", "GBP", "quatre-vingt-une livres", "eighty-one pounds", "ochenta y una libras"),
    ("91", "GBP", "quatre-vingt-onze livres", "ninety-one pounds", "noventa y una libras"),
    ("101", "GBP", "cent une livres", "one hundred and one pounds", "ciento una libras"),
    ("200", "GBP", "deux cents livres", "two hundred pounds", "doscientas libras"),
    ("221", "GBP", "deux cent vingt et une livres", None, "doscientas veintiuna libras"),
    ("200000", "GBP", "deux cent mille livres", "two hundred thousand pounds", "doscientas mil libras"),
    ("1000000", "GBP", "un million de livres", "one million pounds", "un millón de libras"),
    ("0.01", "GBP", "un penny", "one penny", "un penique"),
    ("9.99", "GBP", "neuf livres et quatre-vingt-dix-neuf pence", "nine pounds and ninety-nine pence", None),
    ("1.10", "CHF", "un franc suisse et dix centimes", "one Swiss franc and ten centimes", None),
    ("2", "CHF", "deux francs suisses", "two Swiss francs", "dos francos suizos"),
    ("2500", "XOF", "deux mille cinq cents francs C F A", "two thousand five hundred C F A francs", None),
    ("2500.60", "XAF", "deux mille cinq cent un francs C F A", None, "dos mil quinientos un francos C F A"),
    ("20", "MAD", "vingt dirhams", "twenty dirhams", "veinte dírhams"),
]

DATES = [
    (
        "2026-03-02",
        "lundi deux mars deux mille vingt-six",
        "Monday the second of March twenty twenty-six",
        "lunes dos de marzo de dos mil veintiséis",
    ),
    (
        "2026-01-01",
        "jeudi premier janvier deux mille vingt-six",
        "Thursday the first of January twenty twenty-six",
        "jueves primero de enero de dos mil veintiséis",
    ),
    (
        "1999-12-31",
        "vendredi trente et un décembre mille neuf cent quatre-vingt-dix-neuf",
        "Friday the thirty-first of December nineteen ninety-nine",
        "viernes treinta y uno de diciembre de mil novecientos noventa y nueve",
    ),
    (
        "29/02/2000",
        "mardi vingt-neuf février deux mille",
        "Tuesday the twenty-ninth of February two thousand",
        "martes veintinueve de febrero de dos mil",
    ),
    (
        "20050815",
        "lundi quinze août deux mille cinq",
        "Monday the fifteenth of August two thousand and five",
        "lunes quince de agosto de dos mil cinco",
    ),
    (
        "1905-07-12",
        "mercredi douze juillet mille neuf cent cinq",
        "Wednesday the twelfth of July nineteen oh five",
        "miércoles doce de julio de mil novecientos cinco",
    ),
    (
        "1900-10-20",
        "samedi vingt octobre mille neuf cent",
        "Saturday the twentieth of October nineteen hundred",
        "sábado veinte de octubre de mil novecientos",
    ),
    (
        "3.6.2029",
        "dimanche trois juin deux mille vingt-neuf",
        "Sunday the third of June twenty twenty-nine",
        "domingo tres de junio de dos mil veintinueve",
    ),
    (
        "2026-05-21T14:30:00+02:00",
        "jeudi vingt et un mai deux mille vingt-six",
        "Thursday the twenty-first of May twenty twenty-six",
        "jueves veintiuno de mayo de dos mil veintiséis",
    ),
]

TIMES = [
    ("00:00", "minuit", "midnight", "las doce de la noche"),
    ("00:30", "zéro heure trente", "twelve thirty a.m.", "las doce y treinta de la noche"),
    ("01:00", "une heure", "one a.m.", "la una de la madrugada"),
    ("01:01", "une heure une", "one oh one a.m.", "la una y un minuto de la madrugada"),
    (
        "05:59",
        "cinq heures cinquante-neuf",
        "five fifty-nine a.m.",
        "las cinco y cincuenta y nueve de la madrugada",
    ),
    ("06:00", "six heures", "six a.m.", "las seis de la mañana"),
    ("9:05", "neuf heures cinq", "nine oh five a.m.", "las nueve y cinco de la mañana"),
    (
        "11:45",
        "onze heures quarante-cinq",
        "eleven forty-five a.m.",
        "las once y cuarenta y cinco de la mañana",
    ),
    ("12:00", "midi", "noon", "las doce del mediodía"),
    ("12h15", "douze heures quinze", "twelve fifteen p.m.", "las doce y quince del mediodía"),
    ("13:00", "treize heures", "one p.m.", "la una de la tarde"),
    ("14h30", "quatorze heures trente", "two thirty p.m.", "las dos y treinta de la tarde"),
    ("1430", "quatorze heures trente", "two thirty p.m.", "las dos y treinta de la tarde"),
    ("18h", "dix-huit heures", "six p.m.", "las seis de la tarde"),
    ("20:00", "vingt heures", "eight p.m.", "las ocho de la noche"),
    (
        "21:21",
        "vingt et une heures vingt et une",
        "nine twenty-one p.m.",
        "las nueve y veintiuno de la noche",
    ),
    ("23:59:59", "vingt-trois heures cinquante-neuf", "eleven fifty-nine p.m.", None),
    ("2026-05-21T14:30:00Z", "quatorze heures trente", "two thirty p.m.", "las dos y treinta de la tarde"),
]


@pytest.mark.parametrize(("language", "place"), [("fr", 0), ("en", 1), ("es", 2)])
class TestWords:
    def test_numbers(self, language: str, place: int) -> None:
        for value, *texts in NUMBERS:
            if texts[place]:
                assert said(language, "number", value) == alike(texts[place]), value

    def test_amounts(self, language: str, place: int) -> None:
        for value, currency, *texts in AMOUNTS:
            if texts[place]:
                assert said(language, "amount", value, currency) == alike(texts[place]), (value, currency)

    def test_dates(self, language: str, place: int) -> None:
        for value, *texts in DATES:
            assert said(language, "date", value) == alike(texts[place]), value

    def test_times(self, language: str, place: int) -> None:
        for value, *texts in TIMES:
            if texts[place]:
                assert said(language, "time", value) == alike(texts[place]), value

    def test_digits(self, language: str, place: int) -> None:
        assert speech.digits("+33 (0)6-1") == ["say/plus", *(f"numbers/{n}" for n in "33061")]
        plus = ("plus trois un", "plus three one", "más tres uno")[place]
        assert said(language, "digits", "+31") == plus


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("number", ""),
        ("number", "twelve"),
        ("number", "1000000000"),
        ("number", "1e5"),
        ("number", "--1"),
        ("number", "1.2.3"),
        ("number", "٣"),
        ("amount", "999999999999"),
        ("amount", "999999999.999"),
        ("amount", "free"),
        ("date", "2026-02-29"),
        ("date", "2026-13-01"),
        ("date", "0000-01-01"),
        ("date", "soon"),
        ("time", "24:00"),
        ("time", "12:60"),
        ("time", "1"),
        ("digits", ""),
        ("digits", "none"),
        ("colour", "1"),
    ],
)
def test_what_is_no_such_value_is_not_said(what: str, value: str) -> None:
    assert [speech.files(language, what, value) for language in speech.LANGUAGES] == [None] * 3


@given(
    st.sampled_from(sorted(speech.LANGUAGES)),
    st.sampled_from((*speech.SORTS, "other")),
    st.one_of(
        st.text(max_size=30),
        st.integers(-(10**9), 10**9).map(str),
        st.decimals(allow_nan=False, allow_infinity=False, places=3).map(str),
        st.dates().map(str),
        st.times().map(str),
        st.from_regex(r"[0-9.,:/ T+-]{1,20}", fullmatch=True),
    ),
    st.sampled_from((*speech.CURRENCIES, "DOGE")),
)
def test_whatever_the_value_each_piece_exists(language: str, what: str, value: str, currency: str) -> None:
    for piece in speech.pieces(language, what, value, currency) or ():
        assert piece in speech.LANGUAGES[language].PIECES


def shipped() -> list[Path]:
    """Every file that the catalogue, the pieces or an announcement name."""
    catalogue = json.loads((SOUNDS / "catalogue.json").read_text(encoding="utf-8"))
    names = {f"{language}/{name}" for name, texts in catalogue.items() for language in texts}
    for language, grammar in speech.LANGUAGES.items():
        names |= {f"{language}/{name}" for name in (*grammar.PIECES, *spoken.NAMES)}
        names |= {f"{language}/numbers/{n}" for n in spoken.NUMBERS}
    return [SOUNDS / f"{name}.wav" for name in sorted(names)]


def test_each_file_that_can_be_named_exists_and_can_be_heard() -> None:
    for path in shipped():
        with wave.open(str(path)) as file:
            assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (8000, 1, 2), path
            samples = array.array("h", file.readframes(file.getnframes()))
        assert 0.1 < len(samples) / 8000 < 15, path
        loudness = 10 * math.log10(sum(s * s for s in samples) / len(samples) / 32768**2)
        assert -27 < loudness < -13, f"{path}: {loudness:.1f} dB"


def test_nothing_lies_in_the_folders_that_nobody_names() -> None:
    known = set(shipped())
    for language in speech.LANGUAGES:
        assert set((SOUNDS / language).rglob("*.wav")) <= known


def test_every_language_has_every_prompt() -> None:
    catalogue = json.loads((SOUNDS / "catalogue.json").read_text(encoding="utf-8"))
    assert all(set(texts) == set(speech.LANGUAGES) for texts in catalogue.values())
