"""Postal codes whose leading zeros a spreadsheet took."""

from __future__ import annotations

FIVE = {"FR": 4, "DE": 4, "ES": 4, "TR": 4, "KR": 4, "MX": 4, "IT": 3, "FI": 3, "US": 3, "PR": 3}
"""Countries whose codes have five digits and may begin with zeros → how many digits are left of the smallest ones (as
01000 of Bourg-en-Bresse, 00118 of Rome, 00501 of Holtsville). Source: addressing profiles of the Universal Postal
Union."""


def with_zeros(code: str, country: str) -> str:
    """`code` as the country writes it; anything else stays as it is."""
    least = FIVE.get(country)
    if least is None or not least <= len(code) < 5 or not (code.isascii() and code.isdigit()):
        return code
    return code.zfill(5)
