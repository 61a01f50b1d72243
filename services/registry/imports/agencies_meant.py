"""Which agency a cell means: by its code, by its area's code, by its name; and which one it might."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from functools import cached_property

from shared.search import fold

_ALIKE = 0.6
_CANDIDATES = 20


@dataclass(frozen=True)
class Known:
    """An agency in force within reach."""

    code: str
    name: str
    short_name: str
    area_code: str | None

    @property
    def shown(self) -> str:
        """Code and name, for a suggestion."""
        return f"{self.code} ({self.short_name})"


class Within:
    """The agencies within somebody's reach, found by what people write instead of a code."""

    def __init__(self, agencies: Iterable[Known]) -> None:
        self._agencies = list(agencies)

    @cached_property
    def _by_area(self) -> dict[str, list[Known]]:
        found = defaultdict(list)
        for each in self._agencies:
            if each.area_code:
                found[each.area_code.lstrip("0")].append(each)
        return found

    @cached_property
    def _by_name(self) -> dict[str, list[Known]]:
        found = defaultdict(list)
        for each in self._agencies:
            for name in {fold(each.name), fold(each.short_name)}:
                found[name].append(each)
        return found

    @cached_property
    def _by_word(self) -> dict[str, list[str]]:
        found = defaultdict(list)
        for name in self._by_name:
            for word in set(name.split()):
                found[word].append(name)
        return found

    def by_area(self, text: str) -> Known | None:
        """The one agency of an area, by its statistical code with or without leading zeros."""
        if not (text.isascii() and text.isdigit()):
            return None
        found = self._by_area.get(text.lstrip("0"), [])
        exact = [each for each in found if each.area_code == text]
        return (exact or found)[0] if len(exact or found) == 1 else None

    def by_name(self, text: str) -> Known | None:
        """The one agency with this name, accents and case aside."""
        found = self._by_name.get(fold(text), [])
        return found[0] if len(found) == 1 else None

    def nearest(self, text: str) -> Known | None:
        """The agency that a mistyped code or name resembles most, if any does."""
        codes = get_close_matches(text.upper(), [each.code for each in self._agencies], 1, cutoff=0.8)
        if codes:
            return next(each for each in self._agencies if each.code == codes[0])
        words = fold(text)
        shared = Counter(name for word in set(words.split()) for name in self._by_word.get(word, ()))
        scored = [
            (SequenceMatcher(None, words, name).ratio(), name) for name, _ in shared.most_common(_CANDIDATES)
        ]
        likeness, name = max(scored, default=(0.0, ""))
        return self._by_name[name][0] if likeness >= _ALIKE else None
