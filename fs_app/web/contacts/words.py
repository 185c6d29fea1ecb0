"""Contacts in the reader's words: names of columns, values of cells, what a filter may ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import phonenumbers
from babel import Locale

from fs_app.contacts import custom, filters
from fs_app.contacts.custom import Own
from fs_app.contacts.filters import OPS, Field
from fs_app.contacts.table import value
from fs_app.folding import plain
from fs_app.web import text
from fs_app.web.context import who, zone
from fs_app.web.i18n import language, t

Json = dict[str, Any]


def column(name: str, own: Mapping[str, Own]) -> str:
    """What a column is called."""
    if name.startswith("number."):
        place = name.removeprefix("number.")
        return t("contacts.column.main_number") if place == "1" else t("contacts.column.number", place=place)
    if name.startswith("custom."):
        one = own.get(name.removeprefix("custom."))
        return text.harmless(one.label) if one else name
    return t(f"contacts.column.{name}")


def cell(row: Json, name: str, own: Mapping[str, Own]) -> str:
    """What stands in a cell of the list, for people."""
    return said(value(row, name), name, own)


def said(what: Any, name: str, own: Mapping[str, Own]) -> str:
    if what is None or what == "":
        return ""
    if name.startswith("number."):
        return text.phone(str(what), who().country)
    if name in ("created_at", "updated_at", "last_call_at"):
        return text.date_time(int(what), zone(), language())
    if name == "country":
        return country(str(what))
    if name.startswith("custom."):
        return _custom(what, own.get(name.removeprefix("custom.")))
    return str(what)


def _custom(what: Any, one: Own | None) -> str:
    if what is True or what is False:
        return t("admin.yes") if what else t("admin.no")
    if one is not None and one.kind == filters.DATETIME:
        try:
            return text.date_time(
                round(datetime.fromisoformat(str(what)).timestamp() * 1000), zone(), language()
            )
        except ValueError:
            return str(what)
    if one is not None and one.kind == filters.DATE:
        try:
            day = datetime.fromisoformat(str(what))
        except ValueError:
            return str(what)
        return day.strftime("%d/%m/%Y") if language() != "en" else day.strftime("%d %b %Y")
    if isinstance(what, float) and language() != "en":
        return f"{what:g}".replace(".", ",") if abs(what) < 1e6 else str(what).replace(".", ",")
    return str(what)


@dataclass(frozen=True, slots=True)
class Writer:
    """Cells of a file, in any thread: numbers as they are dialled, moments as moments of the reader's zone."""

    own: Mapping[str, Own]
    zone: ZoneInfo
    yes: str
    delimiter: str

    def cell(self, row: Json, name: str) -> Any:
        what = value(row, name)
        if what is None or what == "":
            return ""
        if name in ("created_at", "updated_at", "last_call_at"):
            return text.moment(int(what), self.zone)
        if name.startswith("custom."):
            one = self.own.get(name.removeprefix("custom."))
            if what is True:
                return self.yes
            if one and one.kind == filters.DATETIME:
                return custom.typed(one, what, self.zone).replace("T", " ")
        return what


def writer(own: Mapping[str, Own]) -> Writer:
    return Writer(own, zone(), t("admin.yes"), "," if language() == "en" else ";")


@cache
def _countries(lang: str) -> tuple[tuple[str, str], ...]:
    names = Locale(lang).territories
    pairs = [(code, names.get(code, code)) for code in phonenumbers.SUPPORTED_REGIONS]
    return tuple(sorted(pairs, key=lambda pair: plain(pair[1]) or ""))


def countries() -> list[tuple[str, str]]:
    """(code, name), by name."""
    return list(_countries(language()))


def country(code: str) -> str:
    return dict(_countries(language())).get(code, code)


LANGUAGES = ("fr", "en", "es", "de", "it", "pt", "nl", "pl", "ro", "ru", "tr", "ar", "zh")
"""Languages that a person may be spoken to in, as a form offers them; an import may bring others."""


def languages(also: str = "") -> list[tuple[str, str]]:
    names = Locale(language()).languages
    codes = dict.fromkeys((*LANGUAGES, also) if also else LANGUAGES)
    return [(code, names.get(code.split("-")[0], code)) for code in codes]


@cache
def zones() -> tuple[str, ...]:
    """Names of time zones by place, without those that are kept for old programs."""
    kept = (
        "Africa/",
        "America/",
        "Antarctica/",
        "Asia/",
        "Atlantic/",
        "Australia/",
        "Europe/",
        "Indian/",
        "Pacific/",
    )
    return tuple(sorted(name for name in available_timezones() if name.startswith(kept)))


# --- the filter ---------------------------------------------------------------------------------------------------
def builder(fields: Iterable[Field], segments: Sequence[tuple[int, str]], own: Mapping[str, Own]) -> Json:
    """For the script: {fields: [{name, label, kind, options}], ops: kind → [[op, label]]}."""
    listed = [
        {
            "name": one.name,
            "label": text.clipped(field(one, own), 60),
            "kind": one.kind,
            "options": [[str(v), text.clipped(label or option(one.name, v), 80)] for v, label in one.options],
        }
        for one in fields
        if not one.name.startswith("custom.") or one.name.removeprefix("custom.") in own
    ]
    listed += [
        {
            "name": f"segment.{number}",
            "label": f"{t('contacts.segment')} : {text.clipped(name, 60)}"
            if language() == "fr"
            else f"{t('contacts.segment')}: {text.clipped(name, 60)}",
            "kind": filters.SEGMENT,
            "options": [],
        }
        for number, name in segments
    ]
    ops = {kind: [[op, _op(kind, op)] for op in offered] for kind, offered in OPS.items()}
    return {"fields": listed, "ops": ops}


def _op(kind: str, op: str) -> str:
    if op in ("is", "is_not") and kind in (filters.DATE, filters.DATETIME, filters.MOMENT):
        return t(f"filter.op_day.{op}")
    return t(f"filter.op_segment.{op}") if kind == filters.SEGMENT else t(f"filter.op.{op}")


def field(one: Field, own: Mapping[str, Own]) -> str:
    if one.name.startswith("custom."):
        return one.label or one.name
    return t("contacts.column.any_number") if one.name == "number" else t(f"contacts.column.{one.name}")


def option(name: str, value_: Any) -> str:
    return t(f"contacts.kind.{value_}") if name == "number_kind" else str(value_)
