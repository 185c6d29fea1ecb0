"""Files as customers send them, made by code: each with what must come of it.

`UGLY` has them all by name. An expectation is either the key why it can't be read, or the names of the columns and the
rows exactly; `dialect` names what must have been found out, `told` what must have been said.
"""

from __future__ import annotations

import gzip
import io
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import xlsxwriter
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P
from xlwt.CompoundDoc import XlsDoc

from fs_app.imports.reading.limits import MOST_CELL

Rows = list[list[str]]


@dataclass(frozen=True)
class Ugly:
    """`name` as its owner calls it. Either `unreadable`, or `header` and `rows`."""

    name: str
    content: bytes
    header: list[str] = field(default_factory=list)
    rows: Rows = field(default_factory=list)
    unreadable: str = ""
    dialect: dict[str, Any] = field(default_factory=dict)
    told: dict[str, int] = field(default_factory=dict)


Maker = Callable[[], Ugly]
MAKERS: dict[str, Maker] = {}

HEAD = ["Nom", "Prénom", "Téléphone", "Ville"]
PEOPLE = [
    ["Lefèvre", "Zoé", "0612345698", "Besançon"],
    ["Muñoz", "Inés", "0143216597", "Saint-Étienne"],
    ["Noël", "François", "0556781234", "Nîmes"],
]


def ugly(make: Maker) -> Maker:
    MAKERS[make.__name__] = make
    return make


def delimited(rows: Rows, delimiter: str = ";", end: str = "\r\n") -> str:
    return "".join(delimiter.join(row) + end for row in rows)


def whole(delimiter: str = ";", end: str = "\r\n") -> str:
    return delimited([HEAD, *PEOPLE], delimiter, end)


def people(name: str, content: bytes, **dialect: Any) -> Ugly:
    return Ugly(name, content, HEAD, PEOPLE, dialect=dialect)


# --- letters ------------------------------------------------------------------------------------------------
@ugly
def utf8_with_commas() -> Ugly:
    return people("export.csv", whole(",", "\n").encode(), encoding="utf-8", delimiter=",", header=1)


@ugly
def utf8_with_a_mark_as_excel_saves_it() -> Ugly:
    return people("clients.csv", whole().encode("utf-8-sig"), encoding="utf-8", delimiter=";")


@ugly
def windows_letters() -> Ugly:
    return people("clients.csv", whole().encode("cp1252"), encoding="cp1252", delimiter=";")


@ugly
def windows_letters_that_latin_1_has_not() -> Ugly:
    text = "Société;Montant;Tél\r\nCœur & Cie;12,50 €;0612345698\r\nL’Œuvre – Été;7 €;0143216597\r\n"
    rows = [["Cœur & Cie", "12,50 €", "0612345698"], ["L’Œuvre – Été", "7 €", "0143216597"]]
    return Ugly(
        "prix.csv", text.encode("cp1252"), ["Société", "Montant", "Tél"], rows, dialect={"delimiter": ";"}
    )


@ugly
def unicode_text_of_excel() -> Ugly:
    return people("texte unicode.txt", whole("\t").encode("utf-16"), encoding="utf-16-le", delimiter="\t")


@ugly
def utf16_big_endian_with_its_mark() -> Ugly:
    return people("x.csv", b"\xfe\xff" + whole().encode("utf-16-be"), encoding="utf-16-be")


@ugly
def utf16_without_a_mark() -> Ugly:
    return people("x.csv", whole().encode("utf-16-le"), encoding="utf-16-le", delimiter=";")


@ugly
def utf16_big_endian_without_a_mark() -> Ugly:
    return people("x.csv", whole().encode("utf-16-be"), encoding="utf-16-be", delimiter=";")


@ugly
def utf32_with_its_mark() -> Ugly:
    return people("x.csv", whole().encode("utf-32"), encoding="utf-32-le")


@ugly
def an_old_macintosh() -> Ugly:
    return people("mac.csv", whole(end="\r").encode("mac_roman"), encoding="mac_roman", delimiter=";")


@ugly
def an_old_dos_program() -> Ugly:
    return people("CLIENTS.TXT", (whole() + "\x1a").encode("cp850"), encoding="cp850", delimiter=";")


@ugly
def an_accent_after_a_megabyte_of_plain_letters() -> Ugly:
    rows = [["Martin", "Paul", "0612345698", "Paris"]] * 40_000 + [PEOPLE[0]]
    content = delimited([["Nom", "Prenom", "Telephone", "Ville"], *rows]).encode("cp1252")
    return Ugly(
        "x.csv", content, ["Nom", "Prenom", "Telephone", "Ville"], rows, dialect={"encoding": "cp1252"}
    )


@ugly
def two_files_joined_the_second_with_a_mark() -> Ugly:
    content = delimited([HEAD, PEOPLE[0]]).encode("utf-8-sig") + delimited(PEOPLE[1:]).encode("utf-8-sig")
    return people("joint.csv", content, encoding="utf-8")


@ugly
def utf8_with_a_few_lines_of_windows() -> Ugly:
    more = [["Gaëlle", "Été", "0612345698", "Nîmes"]] * 40
    content = delimited([HEAD, *more]).encode() + delimited([PEOPLE[0]]).encode("cp1252")
    return Ugly("x.csv", content, HEAD, [*more, PEOPLE[0]], dialect={"encoding": "utf-8"})


@ugly
def blanks_that_do_not_break() -> Ugly:
    content = "Nom;Tél\n\u00a0Lefèvre\u00a0;06\u202f12\u202f34\u202f56\u202f98\u00a0\n".encode()
    return Ugly("x.csv", content, ["Nom", "Tél"], [["Lefèvre", "06\u202f12\u202f34\u202f56\u202f98"]])


# --- delimiters and quotes ----------------------------------------------------------------------------------
@ugly
def pipes() -> Ugly:
    return people("x.dat", whole("|").encode(), delimiter="|")


@ugly
def tabs() -> Ugly:
    return people("x.tsv", whole("\t", "\n").encode(), delimiter="\t")


@ugly
def carets() -> Ugly:
    return people("x.csv", whole("^").encode(), delimiter="^")


@ugly
def unit_separators() -> Ugly:
    return people("x.csv", whole("\x1f").encode(), delimiter="\x1f")


@ugly
def a_first_line_that_says_the_delimiter() -> Ugly:
    return people("x.csv", ("sep=;\r\n" + whole()).encode(), delimiter=";", skip=1, header=1)


@ugly
def prices_with_commas_between_semicolons() -> Ugly:
    rows = [
        ["Martin", "12,50", "0612345698"],
        ["Durand", "7,90", "0143216597"],
        ["Petit", "1,00", "0556781234"],
    ]
    return Ugly("x.csv", delimited([["Nom", "Prix", "Tel"], *rows]).encode(), ["Nom", "Prix", "Tel"], rows)


@ugly
def colons() -> Ugly:
    return people("passwd", whole(":").encode(), delimiter=":")


@ugly
def times_and_addresses_of_pages_between_semicolons() -> Ugly:
    rows = [[f"http://x.invalid/{n}", f"0{n}:15", "0612345698"] for n in range(8, 10)]
    return Ugly(
        "x.csv",
        delimited([["Site: web", "Heure:min", "Tel:"], *rows]).encode(),
        ["Site: web", "Heure:min", "Tel:"],
        rows,
    )


@ugly
def addresses_with_commas_in_quotes() -> Ugly:
    text = 'Nom,Adresse,Tel\n"Martin","12, rue des Lilas, bât. B","0612345698"\n"Petit","3, place Foch","0143216597"\n'
    rows = [["Martin", "12, rue des Lilas, bât. B", "0612345698"], ["Petit", "3, place Foch", "0143216597"]]
    return Ugly("x.csv", text.encode(), ["Nom", "Adresse", "Tel"], rows, dialect={"delimiter": ","})


@ugly
def line_breaks_in_quotes() -> Ugly:
    text = (
        "Nom;Commentaire;Tel\r\n"
        'Martin;"Rappeler\r\napr\u00e8s 18 h;\r\n\r\npas le lundi";0612345698\r\n'
        'Petit;"un seul ""mot""";0143216597\r\n'
    )
    rows = [
        ["Martin", "Rappeler\naprès 18 h;\n\npas le lundi", "0612345698"],
        ["Petit", 'un seul "mot"', "0143216597"],
    ]
    return Ugly("x.csv", text.encode(), ["Nom", "Commentaire", "Tel"], rows, told={})


@ugly
def quotes_escaped_by_backslashes() -> Ugly:
    text = 'nom,note,tel\n"Martin","dit \\"Momo\\", absent","0612345698"\n"Petit","\\"oui\\"","0143216597"\n'
    rows = [["Martin", 'dit "Momo", absent', "0612345698"], ["Petit", '"oui"', "0143216597"]]
    return Ugly("mysql.csv", text.encode(), ["nom", "note", "tel"], rows, dialect={"escape": "\\"})


@ugly
def single_quotes() -> Ugly:
    text = "'Nom';'Adresse';'Tel'\n'Martin';'a;b';'0612345698'\n'Petit';'c';'0143216597'\n"
    rows = [["Martin", "a;b", "0612345698"], ["Petit", "c", "0143216597"]]
    return Ugly("x.csv", text.encode(), ["Nom", "Adresse", "Tel"], rows, dialect={"quote": "'"})


@ugly
def names_with_apostrophes() -> Ugly:
    rows = [["L'Hermite", "D'Artagnan", "0612345698"], ["O'Neil", "'t Hooft", "0143216597"]]
    return Ugly("x.csv", delimited([["Nom", "Nom 2", "Tel"], *rows]).encode(), ["Nom", "Nom 2", "Tel"], rows)


@ugly
def a_quote_that_nothing_closes() -> Ugly:
    rows = [[f"Nom{n}", "0612345698", "Paris"] for n in range(3000)]
    lines = delimited([["Nom", "Tel", "Ville"], *rows]).splitlines(keepends=True)
    lines[5] = lines[5].replace("Nom4", '"Nom4')
    return Ugly("x.csv", "".join(lines).encode(), ["Nom", "Tel", "Ville"], rows, told={"unbalanced": 1})


@ugly
def a_quote_that_only_the_next_quote_closes() -> Ugly:
    rows = [[f"Nom{n}", "0612345698", "Paris"] for n in range(50)]
    lines = delimited([["Nom", "Tel", "Ville"], *rows]).splitlines(keepends=True)
    lines[3] = lines[3].replace("Nom2", '"Nom2')
    lines[40] = lines[40].replace("Nom39", '"Nom39"')
    return Ugly("x.csv", "".join(lines).encode(), ["Nom", "Tel", "Ville"], rows, told={"unbalanced": 1})


@ugly
def a_quote_that_opens_in_the_last_line() -> Ugly:
    text = 'Nom;Tel;Ville\nMartin;0612345698;Lyon\nPetit;0143216597;"Paris\n'
    rows = [["Martin", "0612345698", "Lyon"], ["Petit", "0143216597", "Paris"]]
    return Ugly("x.csv", text.encode(), ["Nom", "Tel", "Ville"], rows, told={"unbalanced": 1})


@ugly
def inches_are_no_quotes() -> Ugly:
    rows = [['Écran 19"', "0612345698", "Lyon"], ['Écran 24"', "0143216597", "Paris"]]
    return Ugly(
        "x.csv", delimited([["Produit", "Tel", "Ville"], *rows]).encode(), ["Produit", "Tel", "Ville"], rows
    )


# --- lines ---------------------------------------------------------------------------------------------------
@ugly
def lines_that_are_too_short() -> Ugly:
    text = "Nom;Prénom;Tel;Ville\nMartin;Paul;0612345698;Lyon\nPetit;Léa;0143216597\nDurand\n"
    rows = [
        ["Martin", "Paul", "0612345698", "Lyon"],
        ["Petit", "Léa", "0143216597", ""],
        ["Durand", "", "", ""],
    ]
    return Ugly("x.csv", text.encode(), ["Nom", "Prénom", "Tel", "Ville"], rows)


@ugly
def a_delimiter_that_was_not_quoted() -> Ugly:
    text = "Nom;Adresse;Tel\nMartin;3 rue A;0612345698\nPetit;4 rue B; bât. C;0143216597\nDurand;5 rue D;0556781234\n"
    rows = [
        ["Martin", "3 rue A", "0612345698"],
        ["Petit", "4 rue B", "bât. C", "0143216597"],
        ["Durand", "5 rue D", "0556781234"],
    ]
    return Ugly("x.csv", text.encode(), ["Nom", "Adresse", "Tel"], rows, told={"ragged": 1})


@ugly
def delimiters_at_the_end_of_each_line() -> Ugly:
    text = "Nom;Tel;;;\nMartin;0612345698;;;\nPetit;0143216597;;;;;\n"
    rows = [["Martin", "0612345698", "", "", ""], ["Petit", "0143216597", "", "", ""]]
    return Ugly("x.csv", text.encode(), ["Nom", "Tel", "(C)", "(D)", "(E)"], rows, told={})


@ugly
def empty_lines_everywhere() -> Ugly:
    lines = [
        "",
        *(";".join(row) for row in [HEAD]),
        "",
        ";;;",
        *(";".join(row) for row in PEOPLE),
        "",
        " ; ;;",
        "",
    ]
    return people("x.csv", "\n".join(lines).encode(), skip=1, header=1)


@ugly
def every_line_ends_twice() -> Ugly:
    return people("x.csv", whole(end="\r\r\n").encode(), delimiter=";")


@ugly
def line_ends_of_all_kinds() -> Ugly:
    lines = [";".join(row) for row in [HEAD, *PEOPLE]]
    return people("x.csv", f"{lines[0]}\r\n{lines[1]}\n{lines[2]}\r{lines[3]}".encode())


@ugly
def a_title_and_a_date_over_the_names() -> Ugly:
    text = "Export clients;;;\n\n" + whole(end="\n")
    return people("x.csv", text.encode(), skip=2, header=1)


@ugly
def names_in_the_third_line_of_short_ones() -> Ugly:
    text = "Liste des prospects\nÉditée le 03/02/2025 par M. Martin\n" + whole(end="\n")
    return people("x.csv", text.encode(), skip=2, header=1)


@ugly
def names_in_two_lines() -> Ugly:
    text = (
        "Identité;;Téléphones;;Adresse\nNom;Prénom;Fixe;Mobile;Ville\n"
        "Martin;Paul;0143216597;0612345698;Lyon\nPetit;Léa;0143216598;0612345697;Nice\nRoy;Jo;;0612345696;Pau\n"
    )
    header = ["Identité Nom", "Identité Prénom", "Téléphones Fixe", "Téléphones Mobile", "Adresse Ville"]
    rows = [
        ["Martin", "Paul", "0143216597", "0612345698", "Lyon"],
        ["Petit", "Léa", "0143216598", "0612345697", "Nice"],
        ["Roy", "Jo", "", "0612345696", "Pau"],
    ]
    return Ugly("x.csv", text.encode(), header, rows, dialect={"header": 2, "skip": 0})


@ugly
def no_names_at_all() -> Ugly:
    return Ugly(
        "x.csv",
        delimited(PEOPLE).encode(),
        ["(A)", "(B)", "(C)", "(D)"],
        PEOPLE,
        dialect={"header": 0, "skip": 0},
    )


@ugly
def one_column_of_numbers() -> Ugly:
    rows = [["0612345698"], ["06 12 34 56 97"], ["+33143216597"]]
    return Ugly("x.csv", delimited(rows).encode(), ["(A)"], rows, dialect={"delimiter": "", "header": 0})


@ugly
def one_column_with_its_name() -> Ugly:
    rows = [["0612345698"], ["0612345697"], ["0143216597"]]
    return Ugly(
        "x.txt", delimited([["Téléphone"], *rows]).encode(), ["Téléphone"], rows, dialect={"header": 1}
    )


@ugly
def names_and_nothing_else() -> Ugly:
    return Ugly("x.csv", b"Nom;Prenom;Telephone\n", ["Nom", "Prenom", "Telephone"], [], dialect={"header": 1})


@ugly
def the_same_name_thrice() -> Ugly:
    text = "Nom;Tel;Tel;Tel;tel\nMartin;0612345698;0612345697;;\n"
    header = ["Nom", "Tel", "Tel (2)", "Tel (3)", "tel"]
    return Ugly("x.csv", text.encode(), header, [["Martin", "0612345698", "0612345697", "", ""]])


@ugly
def columns_without_names() -> Ugly:
    text = "Nom;;Tel;\nMartin;x;0612345698;y\nPetit;;0143216597;\n"
    rows = [["Martin", "x", "0612345698", "y"], ["Petit", "", "0143216597", ""]]
    return Ugly("x.csv", text.encode(), ["Nom", "(B)", "Tel", "(D)"], rows)


@ugly
def three_hundred_columns() -> Ugly:
    header = ["Nom", "Tel", *(f"Question {n}" for n in range(298))]
    rows = [[f"Nom{line}", "0612345698", *(str(n % 7) for n in range(298))] for line in range(20)]
    return Ugly("x.csv", delimited([header, *rows]).encode(), header, rows)


@ugly
def too_many_columns() -> Ugly:
    return Ugly("x.csv", delimited([[str(n) for n in range(3000)]] * 3).encode(), unreadable="too_wide")


@ugly
def cells_padded_with_blanks() -> Ugly:
    lines = "\n".join(" ; ".join(cell.ljust(20) for cell in row) for row in [HEAD, *PEOPLE])
    return people("x.csv", lines.encode())


@ugly
def no_line_break_at_the_end() -> Ugly:
    return people("x.csv", whole(end="\n").rstrip("\n").encode())


# --- what spreadsheets did to the cells -----------------------------------------------------------------------
@ugly
def zeros_that_excel_ate() -> Ugly:
    rows = [["Martin", "612345698", "1000"], ["Petit", "143216597", "75002"], ["Roy", "33612345698", "1400"]]
    return Ugly("x.csv", delimited([["Nom", "Tel", "CP"], *rows]).encode(), ["Nom", "Tel", "CP"], rows)


@ugly
def numbers_that_became_exponents() -> Ugly:
    rows = [["Martin", "3.3612E+10"], ["Petit", "3,36123E+10"], ["Roy", "6.12345698E+08"]]
    return Ugly(
        "x.csv", delimited([["Nom", "Tel"], *rows]).encode(), ["Nom", "Tel"], rows, dialect={"delimiter": ";"}
    )


@ugly
def numbers_kept_by_a_formula() -> Ugly:
    text = 'Nom;Tel;CP\nMartin;="0612345698";="01000"\nPetit;"=""0143216597""";=""\n'
    rows = [["Martin", "0612345698", "01000"], ["Petit", "0143216597", ""]]
    return Ugly("x.csv", text.encode(), ["Nom", "Tel", "CP"], rows)


@ugly
def numbers_of_many_countries() -> Ugly:
    rows = [
        ["Martin", "+33 6 12 34 56 98", "FR"],
        ["García", "0034 612 345 698", "ES"],
        ["Smith", "+44 20 7946 0958", "GB"],
        ["Payet", "0692 12 34 56", "RE"],
        ["Peeters", "0470 12 34 56", "BE"],
    ]
    return Ugly("x.csv", delimited([["Nom", "GSM", "Pays"], *rows]).encode(), ["Nom", "GSM", "Pays"], rows)


# --- hostile cells ---------------------------------------------------------------------------------------------
HOSTILE = [
    '=HYPERLINK("http://x.invalid";"clic")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "\u202egnp.exe",
    "{{ 7*7 }}",
    "%(n)s",
]


@ugly
def formulas_pages_and_paths() -> Ugly:
    rows = [[cell, "0612345698"] for cell in HOSTILE]
    text = "Nom\tTel\n" + "".join('"' + a.replace('"', '""') + f'"\t{b}\n' for a, b in rows)
    return Ugly("../../x.csv", text.encode(), ["Nom", "Tel"], rows)


@ugly
def nuls_in_cells() -> Ugly:
    content = whole().replace(";", "\x00;").replace("e", "e\x00\x07").encode()
    return people("x.csv", content)


@ugly
def a_cell_of_a_megabyte() -> Ugly:
    text = f"Nom;Note;Tel\nMartin;{'x' * 2**20};0612345698\nPetit;;0143216597\n"
    rows = [["Martin", "x" * MOST_CELL, "0612345698"], ["Petit", "", "0143216597"]]
    return Ugly("x.csv", text.encode(), ["Nom", "Note", "Tel"], rows, told={"too_long": 1})


@ugly
def no_line_break_for_nine_megabytes() -> Ugly:
    return Ugly("x.csv", b"0612345698;" * 900_000, unreadable="line_too_long")


# --- no table --------------------------------------------------------------------------------------------------
@ugly
def nothing() -> Ugly:
    return Ugly("x.csv", b"", unreadable="empty")


@ugly
def nothing_but_a_mark() -> Ugly:
    return Ugly("x.csv", b"\xef\xbb\xbf", unreadable="no_rows")


@ugly
def nothing_but_empty_lines() -> Ugly:
    return Ugly("x.csv", b"\r\n ;;; \r\n\r\n", unreadable="no_rows")


@ugly
def a_text_called_xlsx() -> Ugly:
    return people("clients.xlsx", whole().encode(), format="csv")


@ugly
def a_page_called_xls() -> Ugly:
    page = b"<html><head><meta charset=utf-8></head><body><table><tr><td>Nom</td></tr></table></body></html>"
    return Ugly("export.xls", page, unreadable="html")


@ugly
def xml_of_excel_2003() -> Ugly:
    text = (
        b'<?xml version="1.0"?>\n<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>'
    )
    return Ugly("export.xls", text, unreadable="old_xml")


@ugly
def a_pdf() -> Ugly:
    return Ugly("liste.csv", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", unreadable="pdf")


@ugly
def a_picture() -> Ugly:
    return Ugly("scan.csv", b"\x89PNG\r\n\x1a\n" + bytes(100), unreadable="picture")


@ugly
def a_packed_text() -> Ugly:
    return Ugly("liste.csv.gz", gzip.compress(whole().encode()), unreadable="compressed")


@ugly
def a_text_in_an_archive() -> Ugly:
    return Ugly("liste.zip", zipped({"liste.csv": whole().encode()}), unreadable="compressed")


@ugly
def a_letter() -> Ugly:
    return Ugly(
        "liste.docx",
        zipped({"word/document.xml": b"<w/>", "[Content_Types].xml": b"<t/>"}),
        unreadable="document",
    )


@ugly
def apples_own() -> Ugly:
    return Ugly(
        "liste.numbers",
        zipped({"Index/Document.iwa": b"\0", "preview.jpg": b"\xff"}),
        unreadable="apple_numbers",
    )


@ugly
def noise() -> Ugly:
    return Ugly("x.csv", random.Random(1).randbytes(5000), unreadable="binary")


# --- spreadsheets ----------------------------------------------------------------------------------------------
def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return out.getvalue()


def xlsx(fill: Callable[[xlsxwriter.Workbook], None]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        fill(book)
    return out.getvalue()


def plain_xlsx() -> bytes:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("Clients")
        for line, row in enumerate([HEAD, *PEOPLE]):
            for column, cell in enumerate(row):
                sheet.write_string(line, column, cell)

    return xlsx(fill)


def changed(archive: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        return zipped({name: change(name, packed.read(name)) for name in packed.namelist()})


@ugly
def a_spreadsheet() -> Ugly:
    return people("clients.xlsx", plain_xlsx(), format="xlsx", sheet="Clients", header=1)


@ugly
def a_spreadsheet_called_csv() -> Ugly:
    return people("clients.csv", plain_xlsx(), format="xlsx")


@ugly
def cells_of_every_kind() -> Ugly:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        day, moment = (
            book.add_format({"num_format": "dd/mm/yyyy"}),
            book.add_format({"num_format": "dd/mm/yyyy hh:mm"}),
        )
        clock, span = book.add_format({"num_format": "hh:mm"}), book.add_format({"num_format": "[h]:mm:ss"})
        sheet.write_row(
            0, 0, ["Nom", "Tel", "Date", "Rappel le", "Heure", "Durée", "Oui", "Prix", "CP", "Jour"]
        )
        sheet.write_string(1, 0, "Martin")
        sheet.write_number(1, 1, 33612345698)
        sheet.write_datetime(1, 2, datetime(2025, 2, 3), day)
        sheet.write_datetime(1, 3, datetime(2025, 2, 3, 14, 30), moment)
        sheet.write_datetime(1, 4, time(9, 5), clock)
        sheet.write_datetime(1, 5, timedelta(hours=26, minutes=3), span)
        sheet.write_boolean(1, 6, True)
        sheet.write_number(1, 7, 0.1 + 0.2)
        sheet.write_string(1, 8, "01000")
        sheet.write_number(1, 9, 45352)
        sheet.write_row(2, 0, ["Petit", 612345698.0])
        sheet.write_boolean(2, 6, False)
        sheet.write_number(2, 7, 1234567.5)

    header = ["Nom", "Tel", "Date", "Rappel le", "Heure", "Durée", "Oui", "Prix", "CP", "Jour"]
    rows = [
        [
            *(
                "Martin",
                "33612345698",
                "2025-02-03",
                "2025-02-03 14:30:00",
                "09:05:00",
                "26:03:00",
                "true",
                "0.3",
            ),
            *("01000", "45352"),
        ],
        ["Petit", "612345698", "", "", "", "", "false", "1234567.5", "", ""],
    ]
    return Ugly("x.xlsx", xlsx(fill), header, rows)


@ugly
def formulas_show_what_they_showed_last() -> Ugly:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Nom", "Tel", "Total", "Faux"])
        sheet.write_formula(1, 0, '=CONCATENATE("Mar","tin")', None, "Martin")
        sheet.write_formula(1, 1, '="0"&612345698', None, "0612345698")
        sheet.write_formula(1, 2, "=6*7", None, 42)
        sheet.write_formula(1, 3, "=1/0", None, "#DIV/0!")
        sheet.write_formula(2, 0, '=HYPERLINK("http://x.invalid","Petit")', None, "Petit")
        sheet.write_string(2, 1, "0143216597")
        sheet.write_formula(2, 2, '=WEBSERVICE("http://x.invalid")', None, "")

    rows = [["Martin", "0612345698", "42", ""], ["Petit", "0143216597", "", ""]]
    return Ugly("x.xlsx", xlsx(fill), ["Nom", "Tel", "Total", "Faux"], rows)


@ugly
def merged_cells() -> Ugly:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 3, "Prospects du salon")
        sheet.merge_range(1, 0, 1, 1, "Identité")
        sheet.merge_range(1, 2, 1, 3, "Contact")
        sheet.write_row(2, 0, ["Agence", "Nom", "Tel", "Ville"])
        sheet.merge_range(3, 0, 4, 0, "Nord")
        sheet.write_row(3, 1, ["Martin", "0612345698", "Lille"])
        sheet.write_row(4, 1, ["Petit", "0143216597", "Lens"])
        sheet.write_row(5, 0, ["Sud", "Roy", "0556781234", "Nice"])

    header = ["Identité Agence", "Identité Nom", "Contact Tel", "Contact Ville"]
    rows = [
        ["Nord", "Martin", "0612345698", "Lille"],
        ["Nord", "Petit", "0143216597", "Lens"],
        ["Sud", "Roy", "0556781234", "Nice"],
    ]
    return Ugly("x.xlsx", xlsx(fill), header, rows, dialect={"skip": 1, "header": 2})


@ugly
def a_table_in_the_middle_of_the_second_sheet() -> Ugly:
    def fill(book: xlsxwriter.Workbook) -> None:
        book.add_worksheet("Notes")
        hidden = book.add_worksheet("Caché")
        hidden.write_row(0, 0, ["secret", "x"])
        hidden.write_row(1, 0, ["secret", "y"])
        hidden.hide()
        sheet = book.add_worksheet("Liste")
        for line, row in enumerate([HEAD, *PEOPLE]):
            sheet.write_row(line + 4, 2, row)

    return people("x.xlsx", xlsx(fill), sheet="Liste", skip=4, header=1)


@ugly
def three_hundred_columns_of_a_spreadsheet() -> Ugly:
    header = ["Nom", "Tel", *(f"Q{n}" for n in range(298))]
    row = ["Martin", "0612345698", *("x" for n in range(298))]

    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, header)
        sheet.write_row(1, 0, row)

    return Ugly("x.xlsx", xlsx(fill), header, [row])


@ugly
def a_download_that_was_cut_off() -> Ugly:
    return Ugly("x.xlsx", plain_xlsx()[:-400], unreadable="cut_off")


@ugly
def a_spreadsheet_with_a_broken_part() -> Ugly:
    def broken(name: str, content: bytes) -> bytes:
        return content[: len(content) // 2] if name.endswith("sheet1.xml") else content

    return Ugly("x.xlsx", changed(plain_xlsx(), broken), unreadable="broken_sheet")


@ugly
def a_spreadsheet_whose_bytes_were_damaged() -> Ugly:
    content = bytearray(plain_xlsx())
    at = content.index(b"xl/worksheets/sheet1.xml") + 40
    content[at : at + 60] = bytes(60)
    return Ugly("x.xlsx", bytes(content), unreadable="broken_sheet")


@ugly
def two_cells_at_the_corners() -> Ugly:
    def far(name: str, content: bytes) -> bytes:
        cell = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
        return content.replace(b"</sheetData>", cell) if name.endswith("sheet1.xml") else content

    return Ugly("x.xlsx", changed(plain_xlsx(), far), unreadable="too_many_cells")


@ugly
def a_cell_in_a_line_that_no_sheet_has() -> Ugly:
    def far(name: str, content: bytes) -> bytes:
        return content.replace(b'r="B2"', b"r = 'B4294967295'") if name.endswith("sheet1.xml") else content

    return Ugly("x.xlsx", changed(plain_xlsx(), far), unreadable="too_many_cells")


@ugly
def more_texts_than_a_file_can_hold() -> Ugly:
    def many(name: str, content: bytes) -> bytes:
        return (
            content.replace(b'uniqueCount="', b'uniqueCount="9999999') if "sharedStrings" in name else content
        )

    return Ugly("x.xlsx", changed(plain_xlsx(), many), unreadable="broken_sheet")


@ugly
def an_old_sheet_that_ends_before_it_begins() -> Ugly:
    content = an_old_spreadsheet().content
    at = content.index(b"\x00\x02\x0e\x00") + 4
    return Ugly("x.xls", content[:at] + b"\x00\x51" + content[at + 2 :], unreadable="broken_sheet")


@ugly
def a_zip_bomb() -> Ugly:
    out = io.BytesIO(plain_xlsx())
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/media/picture.xml", bytes(30 * 2**20))
    return Ugly("x.xlsx", out.getvalue(), unreadable="bomb")


@ugly
def a_spreadsheet_that_lies_about_its_size() -> Ugly:
    """Its table of contents says 100 bytes; there are 30 megabytes."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(plain_xlsx())) as packed,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as other,
    ):
        for name in packed.namelist():
            content = packed.read(name)
            if name.endswith("sheet1.xml"):
                content = content.replace(b"</sheetData>", b" " * (30 * 2**20) + b"</sheetData>")
            other.writestr(name, content)
    damaged = bytearray(out.getvalue())
    at = damaged.rindex(b"xl/worksheets/sheet1.xml") - 46 + 24
    damaged[at : at + 4] = (100).to_bytes(4, "little")
    return Ugly("x.xlsx", bytes(damaged), unreadable="broken_sheet")


@ugly
def a_protected_spreadsheet() -> Ugly:
    book = xlwt.Workbook()
    book.add_sheet("x").write(0, 0, "x")
    out = io.BytesIO()
    book.save(out)
    content = bytearray(out.getvalue())
    name = "EncryptedPackage".encode("utf-16-le")
    at = content.index("Workbook".encode("utf-16-le"))
    content[at : at + len(name)] = name
    content[at + 64 : at + 66] = (len(name) + 2).to_bytes(2, "little")
    return Ugly("x.xlsx", bytes(content), unreadable="password")


@ugly
def an_old_spreadsheet_whose_sectors_go_in_a_circle() -> Ugly:
    content = bytearray(an_old_spreadsheet().content)
    first = int.from_bytes(content[76:80], "little")
    table = 512 * (first + 1)
    content[table : table + 4] = bytes(4)
    return Ugly("x.xls", bytes(content), unreadable="broken_sheet")


@ugly
def a_binary_workbook() -> Ugly:
    parts = {"xl/workbook.bin": b"\x83\x01\x00", "[Content_Types].xml": b"<t/>"}
    return Ugly("x.xlsb", zipped(parts), unreadable="xlsb")


@ugly
def an_old_spreadsheet() -> Ugly:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Feuil1")
    for line, row in enumerate([HEAD, *PEOPLE]):
        for column, cell in enumerate(row):
            sheet.write(line, column, 143216597 if (line, column) == (2, 2) else cell)
    sheet.write(0, 4, "Né le")
    sheet.write(1, 4, date(1980, 5, 17), xlwt.easyxf(num_format_str="DD/MM/YYYY"))
    out = io.BytesIO()
    book.save(out)
    rows = [[*row, ""] for row in PEOPLE]
    rows[0][4] = "1980-05-17"
    rows[1][2] = "143216597"
    return Ugly("x.xls", out.getvalue(), [*HEAD, "Né le"], rows, dialect={"format": "xls"})


@ugly
def an_old_spreadsheet_with_a_password() -> Ugly:
    book = xlwt.Workbook()
    book.add_sheet("x").write(0, 0, "x")
    stream = book.get_biff_data()
    bof = 4 + int.from_bytes(stream[2:4], "little")
    filepass = b"\x2f\x00\x36\x00" + b"\x01\x00\x01\x00\x01\x00" + bytes(48)
    out = io.BytesIO()
    XlsDoc().save(out, stream[:bof] + filepass + stream[bof:])
    return Ugly("x.xls", out.getvalue(), unreadable="password")


@ugly
def half_an_old_spreadsheet() -> Ugly:
    return Ugly("x.xls", an_old_spreadsheet().content[:2500], unreadable="broken_sheet")


def ods(rows: list[list[str]], repeat: str = "") -> bytes:
    book = OpenDocumentSpreadsheet()
    table = Table(name="Feuille1")
    for row in rows:
        line = TableRow(numberrowsrepeated=repeat) if repeat else TableRow()
        for cell in row:
            made = TableCell(valuetype="string")
            made.addElement(P(text=cell))
            line.addElement(made)
        table.addElement(line)
    book.spreadsheet.addElement(table)
    out = io.BytesIO()
    book.write(out)
    return out.getvalue()


@ugly
def a_libreoffice_table() -> Ugly:
    return people("x.ods", ods([HEAD, *PEOPLE]), format="ods", header=1)


@ugly
def a_libreoffice_table_without_its_end() -> Ugly:
    def cut(name: str, content: bytes) -> bytes:
        return content[: content.index(b"</table:table>")] if name == "content.xml" else content

    return Ugly("x.ods", changed(ods([HEAD, *PEOPLE]), cut), unreadable="broken_sheet")


@ugly
def a_libreoffice_table_with_entities_of_its_own() -> Ugly:
    def with_entities(name: str, content: bytes) -> bytes:
        head, _, rest = content.partition(b"?>")
        return head + b'?><!DOCTYPE x [<!ENTITY a "b">]>' + rest if name == "content.xml" else content

    return Ugly("x.ods", changed(ods([HEAD, *PEOPLE]), with_entities), unreadable="broken_sheet")


@ugly
def a_libreoffice_table_that_repeats_itself() -> Ugly:
    return Ugly("x.ods", ods([HEAD], repeat="1000000000"), unreadable="too_many_cells")


@ugly
def a_libreoffice_table_with_a_password() -> Ugly:
    def locked(name: str, content: bytes) -> bytes:
        if name == "META-INF/manifest.xml":
            return content.replace(
                b"</manifest:manifest>", b"<manifest:encryption-data/></manifest:manifest>"
            )
        return content

    return Ugly("x.ods", changed(ods([HEAD]), locked), unreadable="password")
