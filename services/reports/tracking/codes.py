"""Tracking codes: said over the telephone, typed by hand, stored only as a keyed digest.

Sixteen random symbols (80 bits) of Crockford's base 32, which has no I, L, O or U, and a check
symbol (Luhn mod 32) that catches every single wrong symbol and most swaps.
"""

import secrets

from shared.problems import Invalid, Text

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V", "-": None, " ": None})
_SYMBOLS = 16


def new_code() -> str:
    """A fresh code, as it is shown: `7H2K-Q9XW-4MND-C3TB-G`."""
    symbols = "".join(secrets.choice(ALPHABET) for _ in range(_SYMBOLS))
    groups = [symbols[i : i + 4] for i in range(0, _SYMBOLS, 4)]
    return "-".join([*groups, _check_symbol(symbols)])


def normalise(code: str) -> str:
    """The bare symbols of a code as somebody typed it.

    Raises:
        Invalid: too short, too long, a foreign symbol, or mistyped.
    """
    symbols = code.upper().translate(_READ_AS)
    well_formed = len(symbols) == _SYMBOLS + 1 and all(symbol in ALPHABET for symbol in symbols)
    if not well_formed or _check_symbol(symbols[:-1]) != symbols[-1]:
        raise Invalid.at(
            "/tracking_code",
            Text(
                "Mã theo dõi bị gõ sai; hãy xem lại từng ký tự.", "The code is mistyped; look at each symbol."
            ),
        )
    return symbols


def _check_symbol(symbols: str) -> str:
    total = 0
    for place, symbol in enumerate(reversed(symbols)):
        value = ALPHABET.index(symbol) * (2 if place % 2 == 0 else 1)
        total += value // len(ALPHABET) + value % len(ALPHABET)
    return ALPHABET[-total % len(ALPHABET)]
