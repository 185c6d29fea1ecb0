"""Who does not want to be called: the account's blacklist and the registers that it brought in, for many at once.

Inside `Database.read` (or in a child process with a connection of its own). Reasons are keys of the catalogue.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import phonenumbers
from peewee import chunked

from fs_app.contacts.overseas import FRANCE, in_france
from fs_app.legal.model import OptOutList, OptOutNumber
from fs_app.outgoing.blacklist import Blacklist
from fs_app.outgoing.entries import of_account

BLACKLIST = "legal.no.blacklist"
OPTED_OUT = "legal.no.opted_out"

NUMBERS = "numbers"
HASHES = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "md5": hashlib.md5}
"""What registers use; none of it is a secret here."""

SPELLINGS = ("e164", "digits", "national", "zeros")
"""How a number was written before it was hashed: +33612345678, 33612345678, 0612345678, 0033612345678."""

AT_ONCE = 400
"""Values of one statement."""


@dataclass(frozen=True, slots=True)
class Register:
    """A list that is in force."""

    id: int
    name: str
    country: str
    form: str
    spelling: str
    generation: int
    as_of: int | None = None


def key_of_number(number: str) -> int:
    """E.164 → what the table has; its digits."""
    return int(number[1:])


def key_of_hash(hexadecimal: str) -> int:
    """The first 63 bits: two numbers of a country of 10^10 share them with a chance of one in 10^8."""
    return int(hexadecimal[:16], 16) >> 1


def spelled(number: str, spelling: str) -> str:
    """An E.164 number as a register wrote it before hashing."""
    if spelling == "e164":
        return number
    if spelling == "digits":
        return number[1:]
    if spelling == "zeros":
        return "00" + number[1:]
    parsed = phonenumbers.parse(number)
    national = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    return "".join(c for c in national if c.isdigit())


def key(number: str, form: str, spelling: str) -> int:
    """What this number (E.164) is in a register of this form."""
    if form == NUMBERS:
        return key_of_number(number)
    return key_of_hash(HASHES[form](spelled(number, spelling).encode(), usedforsecurity=False).hexdigest())


def keys(number: str, form: str, spelling: str) -> list[int]:
    """All that this number may be there: of overseas France also as a number of France."""
    found = [key(number, form, spelling)]
    if french := in_france(number):
        found.append(key(f"+{FRANCE}{french[1:]}", form, spelling))
    return found


def every_register() -> list[tuple[int, Register]]:
    """(account, register) of all that are in force."""
    rows = OptOutList.select().where(OptOutList.active, OptOutList.generation > 0)
    return [
        (r.account_id, Register(r.id, r.name, r.country, r.form, r.spelling, r.generation, r.as_of))
        for r in rows
    ]


def registers(account: int) -> list[Register]:
    """Those of an account that are in force."""
    return [register for whose, register in every_register() if whose == account]


def opted_out(numbers: Sequence[str], lists: Iterable[Register]) -> dict[str, str]:
    """Of these numbers (E.164) those that stand in a register: number → the register's name."""
    found: dict[str, str] = {}
    for register in lists:
        wanted: dict[int, list[str]] = {}
        for number in numbers:
            if number.startswith("+") and number not in found:
                for known in keys(number, register.form, register.spelling):
                    wanted.setdefault(known, []).append(number)
        for some in chunked(list(wanted), AT_ONCE):
            rows = OptOutNumber.select(OptOutNumber.key).where(
                OptOutNumber.list == register.id,
                OptOutNumber.generation == register.generation,
                OptOutNumber.key.in_(some),
            )
            for (met,) in rows.tuples():
                for number in wanted[met]:
                    found[number] = register.name
    return found


class Blocked:
    """Asked for thousands of numbers at a time, by an import."""

    def __init__(
        self, account: int, now_ms: int, queue: int | None = None, call_list: int | None = None
    ) -> None:
        """Reads the account's blacklist into memory. `queue`, `call_list`: for whom the numbers are."""
        self._account = account
        self._now = now_ms
        self._queue = queue
        self._list = call_list
        self._blacklist = Blacklist()
        self._blacklist.load(account, of_account(account))
        self._registers = registers(account)

    def of(self, numbers: Sequence[str]) -> dict[str, str]:
        """Number (E.164) → the key of what forbids it; who may be called is not in it."""
        found = opted_out(numbers, self._registers)
        answer = dict.fromkeys(found, OPTED_OUT)
        for number in numbers:
            if self._blacklist.find(self._account, number, self._queue, self._now, self._list) is not None:
                answer[number] = BLACKLIST
        return answer
