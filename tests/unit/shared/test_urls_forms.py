"""Every form of the table, by links made from the table itself."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import quote

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from shared.urls import Canonical, UnusableLink, canonicalise
from shared.urls.canonical import ROWS
from shared.urls.table import Form, Platform, Rules


class Place(NamedTuple):
    """A form, and the path words under which the table has it; "" is any other word."""

    row: Platform
    words: tuple[str, ...]
    form: Form

    def link(self, host: str, value: str) -> str:
        """A link that carries `value` in this place."""
        form, segments = self.form, [word or "x" for word in self.words]
        if form.param:
            return f"https://{host}/{'/'.join(segments)}?{form.param}={quote(value, safe='')}"
        at = len(segments) if form.at < 0 else form.at
        parts = value.split("/", form.span - 1)
        segments += ["x"] * (at + len(parts) - len(segments))
        for index, part in enumerate(parts, start=at):
            if index >= len(self.words) or not self.words[index]:
                segments[index] = part
        return f"https://{host}/{'/'.join(quote(segment, safe='@+') for segment in segments)}"

    def is_read(self, identity: Canonical | None) -> bool:
        """Whether an identity is of the sort that this form gives."""
        if identity is None or identity.platform != self.row.name:
            return False
        found = identity.platform_id if self.form.is_id else identity.handle
        return found is not None and found.startswith(self.form.prefix)


def places(row: Platform, rules: Rules, words: tuple[str, ...] = ()) -> Iterator[Place]:
    for word, rule in rules.items():
        if isinstance(rule, Mapping):
            yield from places(row, rule, (*words, word))
        elif isinstance(rule, tuple):
            yield from (Place(row, (*words, word), form) for form in rule if isinstance(form, Form))


PLACES = [place for row in ROWS for place in places(row, row.rules)]


def values(place: Place) -> st.SearchStrategy[str]:
    return st.from_regex(place.form.pattern, fullmatch=True, alphabet=st.characters(codec="utf-8"))


def read(link: str) -> Canonical | None:
    try:
        return canonicalise(link)
    except UnusableLink:
        return None


@given(st.data())
def test_a_link_of_any_form_is_refused_or_reads_back(data: st.DataObject) -> None:
    place = data.draw(st.sampled_from(PLACES))
    identity = read(place.link(data.draw(st.sampled_from(place.row.hosts)), data.draw(values(place))))
    if identity is not None:
        assert identity.platform == place.row.name
        assert canonicalise(identity.url) == identity
        assert canonicalise(f" {identity.url}#top\n") == identity


@pytest.mark.parametrize(
    "place", PLACES, ids=lambda place: f"{place.row.hosts[0]}/{'/'.join(place.words)}:{place.form.prefix}"
)
def test_no_form_of_the_table_is_shadowed_by_another(place: Place) -> None:
    host = place.row.hosts[0]
    quick = settings(database=None, derandomize=True, max_examples=200, phases=[Phase.generate])
    find(values(place), lambda value: place.is_read(read(place.link(host, value))), settings=quick)
