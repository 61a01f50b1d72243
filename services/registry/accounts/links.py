"""The links by which an agency names its account, read into the identities they stand for."""

from shared.problems import Invalid, Text
from shared.urls import Canonical, UnusableLink, canonicalise

WHY_UNUSABLE: dict[str, Text] = {
    "not-a-link": Text(
        "Đây không phải một liên kết; hãy sao chép cả địa chỉ từ trình duyệt.",
        "This is not a link; copy the whole address from the browser.",
    ),
    "unsupported-scheme": Text(
        "Liên kết phải bắt đầu bằng http hoặc https.", "The link has to begin with http or https."
    ),
    "too-long": Text("Liên kết quá dài.", "The link is too long."),
    "bad-host": Text("Tên miền trong liên kết không hợp lệ.", "The host in the link cannot exist."),
    "no-account": Text(
        "Liên kết tới một trang chung, không tới một tài khoản; hãy mở trang của tài khoản rồi sao chép.",
        "Leads to a general page and no account; open the account's own page and copy its address.",
    ),
    "reserved": Text(
        "Đây là trang của chính nền tảng, không phải của cơ quan.",
        "This is the platform's own page, not an agency's.",
    ),
    "needs-resolving": Text(
        "Liên kết rút gọn, hoặc bài viết, ảnh, video không cho biết là của ai; hãy mở ra, vào trang của tài khoản rồi "
        "sao chép địa chỉ.",
        "A short link, or a post, photo or video that does not say whose it is; open it, go to the account's own page "
        "and copy that address.",
    ),
    "ambiguous": Text("Liên kết chỉ tới hai tài khoản khác nhau.", "The link names two different accounts."),
}
"""Why a link names no account, by `UnusableLink.code`, and what to do."""


def read(url: str, platform_id_url: str | None = None) -> tuple[Canonical, Canonical]:
    """What both links together tell of the account, and what `url` alone does, which is shown.

    Raises:
        Invalid: one of them names no account, or they cannot be the same account's.
    """
    shown = _canonical(url, "/url")
    if platform_id_url is None:
        return shown, shown
    other = _canonical(platform_id_url, "/platform_id_url")
    if other.platform_id is None:
        raise Invalid.at("/platform_id_url", _NO_ID, reason="no-platform-id")
    if other.platform != shown.platform or not _agree(shown, other.platform_id):
        raise Invalid.at("/platform_id_url", _ANOTHER_ACCOUNT, reason="another-account")
    return Canonical(shown.platform, shown.handle, other.platform_id), shown


def read_handle(
    url: str, platform_id_url: str | None, platform: str, platform_id: str | None
) -> tuple[Canonical, str]:
    """The handle that an account of this platform, with this id if it has one, is to have; and its canonical link.

    Raises:
        Invalid: the link has no handle, or cannot be the account's.
    """
    link, shown = read(url, platform_id_url)
    if link.handle is None:
        raise Invalid.at("/url", _NO_HANDLE, reason="no-handle")
    known = platform_id or link.platform_id
    if link.platform != platform or link.platform_id not in {None, known} or not _agree(shown, known):
        raise Invalid.at("/url", _ANOTHER_ACCOUNT, reason="another-account")
    return Canonical(platform, link.handle, known), shown.url


def identities(platform: str, handle: str | None, platform_id: str | None) -> tuple[str, ...]:
    """Every identity that an account has, as `Canonical.key` writes them: the immutable one first."""
    by_id = [Canonical(platform, None, platform_id)] if platform_id is not None else []
    by_handle = [Canonical(platform, handle, None)] if handle is not None else []
    return tuple(form.key for form in (*by_id, *by_handle))


def _agree(shown: Canonical, platform_id: str | None) -> bool:
    """Whether one account can have both: a group's id is never a page's name."""
    if platform_id is None:
        return True
    if shown.handle is None:
        return shown.platform_id == platform_id
    # Of YouTube's spaces only that of channels has ids; the others are names that a channel has had.
    return shown.platform == "youtube" or _space(shown.handle) == _space(platform_id)


def _space(name: str) -> str:
    return name.rpartition("/")[0]


def _canonical(url: str, pointer: str) -> Canonical:
    try:
        return canonicalise(url)
    except UnusableLink as error:
        raise Invalid.at(pointer, WHY_UNUSABLE[error.code], reason=error.code) from error


_NO_ID = Text(
    "Liên kết này không mang mã bất biến của nền tảng.",
    "This link does not carry the platform's immutable id.",
)
_NO_HANDLE = Text("Liên kết này không mang tên tài khoản.", "This link does not carry a handle.")
_ANOTHER_ACCOUNT = Text(
    "Hai liên kết không thể là của cùng một tài khoản.", "The two links cannot be the same account's."
)
