"""Entity tags: what was read names itself, and who has it is not sent it again."""

import pytest

from shared.conditional import Keeping, answer, has, tag_of

TAG = tag_of(b"content")


def test_another_content_has_another_tag() -> None:
    assert tag_of(b"content") == TAG
    assert tag_of(b"content ") != TAG


@pytest.mark.parametrize("known", [TAG, f"W/{TAG}", f'"a", {TAG} ,"b"', "*", f" {TAG}"])
def test_who_has_it_is_known(known: str) -> None:
    assert has(known, TAG)
    assert has(known, f"W/{TAG}")


@pytest.mark.parametrize("known", [None, "", '"other"', TAG.strip('"'), f"{TAG}x", '"*"'])
def test_who_has_it_not_is_sent_it(known: str | None) -> None:
    assert not has(known, TAG)


def test_an_unchanged_answer_says_what_the_whole_one_says() -> None:
    keeping = Keeping(seconds=60, vary="Accept-Language")
    whole = answer(b"content", "text/plain", None, keeping, {"Content-Language": "vi"})
    again = answer(b"content", "text/plain", whole.headers["etag"], keeping)
    assert (again.status_code, again.body) == (304, b"")
    for name in ("etag", "cache-control", "vary"):
        assert again.headers[name] == whole.headers[name]
    assert "content-length" not in again.headers


def test_what_must_never_be_stale_is_asked_for_each_time() -> None:
    assert answer(b"", "text/plain", None, Keeping(seconds=0)).headers["cache-control"] == "public, no-cache"
