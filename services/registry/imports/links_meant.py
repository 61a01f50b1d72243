"""The link that a platform, a handle and an id stand for, where a table has these instead of links."""

from shared.search import fold
from shared.urls import PLATFORMS, UnusableLink, canonicalise

_ALSO = {
    "fb": "facebook",
    "fanpage": "facebook",
    "yt": "youtube",
    "twitter": "x",
    "zalo oa": "zalo",
    "trang web": "website",
    "web": "website",
    "cong thong tin dien tu": "website",
    "trang thong tin dien tu": "website",
    "ch play": "google_play",
    "app store": "app_store",
    "google play": "google_play",
    "tik tok": "tiktok",
    "insta": "instagram",
    "ig": "instagram",
}
_BY_HANDLE = {
    "facebook": "https://www.facebook.com/{}",
    "youtube": "https://www.youtube.com/@{}",
    "tiktok": "https://www.tiktok.com/@{}",
    "zalo": "https://zalo.me/{}",
    "x": "https://x.com/{}",
    "instagram": "https://www.instagram.com/{}",
    "threads": "https://www.threads.com/@{}",
    "telegram": "https://t.me/{}",
    "linkedin": "https://www.linkedin.com/company/{}",
    "website": "https://{}",
}
_BY_ID = {
    "facebook": "https://www.facebook.com/profile.php?id={}",
    "youtube": "https://www.youtube.com/channel/{}",
    "zalo": "https://zalo.me/{}",
    "x": "https://x.com/i/user/{}",
    "linkedin": "https://www.linkedin.com/company/{}",
    "app_store": "https://apps.apple.com/app/id{}",
    "google_play": "https://play.google.com/store/apps/details?id={}",
}


def platform(text: str) -> str | None:
    """A platform by one of its names."""
    name = fold(text)
    return name if name in PLATFORMS else _ALSO.get(name)


def by_handle(platform: str, handle: str) -> str | None:
    """The link to a handle."""
    handle = handle.strip().lstrip("@")
    if platform == "mastodon":
        user, _, host = handle.partition("@")
        return f"https://{host}/@{user}" if host else None
    if platform == "youtube" and handle.startswith("UC"):
        return by_id(platform, handle)
    form = _BY_HANDLE.get(platform)
    return form.format(handle) if form and handle else None


def by_id(platform: str, platform_id: str) -> str | None:
    """The link to an immutable id, where the platform has such links; None for what is no id."""
    form = _BY_ID.get(platform)
    if not form or not platform_id:
        return None
    link = form.format(platform_id.strip())
    try:
        return link if canonicalise(link).platform_id is not None else None
    except UnusableLink:
        return None
