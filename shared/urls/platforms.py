"""What links look like on each platform: rows of the table, in the words of `table`.

The rules come from the platforms' help pages and from links as agencies really publish them.
"""

import re

from shared.urls.facebook import FACEBOOK
from shared.urls.table import DIGITS, Form, Platform, Redirect, own, refuse

META_NAME = re.compile(r"([a-z0-9_.]{1,30})")

# YouTube says that /c/name and /name are one address; handles, user names and custom names are three spaces.
_YT_NAME = re.compile(r"([\w.·-]{1,100})")
_YT_HANDLE = re.compile(r"@([\w.·-]{1,100})")
_YT_ID = re.compile(r"(UC[0-9A-Za-z_-]{22})")
YOUTUBE = Platform(
    name="youtube",
    hosts=("youtube.com", "youtube-nocookie.com", "youtubekids.com"),
    base="https://www.youtube.com/",
    id_path="channel/",
    sigil="@",
    subdomains=own("m|music|gaming"),
    unicode=True,
    rules={
        "": (Form(_YT_HANDLE), Form(_YT_NAME, prefix="c/")),
        "c": (Form(_YT_NAME, at=1, prefix="c/"),),
        "user": (Form(_YT_NAME, at=1, prefix="user/"),),
        "channel": (Form(_YT_ID, at=1, is_id=True),),
        "embed": {"live_stream": (Form(_YT_ID, param="channel", is_id=True),), "": "needs-resolving"},
        "feeds": {"videos.xml": (Form(_YT_ID, param="channel_id", is_id=True),), "": "reserved"},
        "redirect": Redirect(("q",)),
        **refuse(
            "needs-resolving",
            "clip e live live_chat playlist post shared shorts source v watch watch_popup watch_videos",
        ),
        "hashtag": "no-account",
        "profile": (Form(_YT_NAME, param="user", prefix="user/"), "reserved"),
        **refuse(
            "reserved",
            "about account activate ads attribution_link browse channels creators explore feed gaming "
            "howyoutubeworks intl kids kr learning library movies music my_videos new news oembed oops "
            "paid_memberships playables podcasts premium reporthistory results select_site signin sports "
            "storefront subscribe_embed subscribe_widget subscription_center t trending trends tv upload verify_age",
        ),
    },
)

TIKTOK = Platform(
    name="tiktok",
    hosts=("tiktok.com",),
    base="https://www.tiktok.com/",
    sigil="@",
    subdomains=own("m|lite"),
    rules={
        "": (Form(re.compile(r"@([a-z0-9_.]{1,24})")),),
        "link": {"v2": Redirect(("target",)), "": "no-account"},
        **refuse("needs-resolving", "embed h5 player share t v"),
    },
)

# Zalo. Official Accounts and mini apps have ids of 16 digits or more; a person's or an office's link is its
# telephone number, which may change hands and so counts as a handle.
ZALO_ID = re.compile(r"([1-9][0-9]{15,19})")
ZALO = Platform(
    name="zalo",
    hosts=("zalo.me",),
    base="https://zalo.me/",
    subdomains=own(),
    rules={
        "": (
            Form(re.compile(r"(?:\+?84|0)([1-9][0-9]{8,9})"), prefix="0"),
            Form(ZALO_ID, is_id=True),
            Form(re.compile(r"(?=[0-9]+$|.*[a-z])([a-z0-9][a-z0-9._-]{0,61}[a-z0-9_-])")),
        ),
        "g": (Form(re.compile(r"([A-Za-z0-9]{4,40})"), at=1, prefix="g/", fold=False),),
        "s": (Form(DIGITS, at=1, prefix="s/", is_id=True),),
        "app": {"link": {"zapps": (Form(DIGITS, at=3, prefix="s/", is_id=True),)}, "": "reserved"},
        "oa": {"article": "needs-resolving", "": (Form(ZALO_ID, at=1, is_id=True), "reserved")},
        "qr": "needs-resolving",
        **refuse("reserved", "desktop download home login manage pc policy share web"),
    },
)

_X_NAME = re.compile(r"([a-z0-9_]{1,20})")
_X_INTENT = (
    Form(re.compile(r"@?([a-z0-9_]{1,20})"), param="screen_name"),
    Form(DIGITS, param="user_id", is_id=True),
)
X = Platform(
    name="x",
    hosts=("x.com", "twitter.com"),
    base="https://x.com/",
    id_path="i/user/",
    subdomains=own("m|mobile"),
    rules={
        "": (Form(_X_NAME),),
        "i": {
            "user": (Form(DIGITS, at=2, is_id=True),),
            **refuse("needs-resolving", "broadcasts events moments spaces status web"),
            "": "no-account",
        },
        "intent": {"user": _X_INTENT, "follow": _X_INTENT, "": "reserved"},
        "statuses": "needs-resolving",
        **refuse(
            "reserved",
            "about account bookmarks communities compose connect_people download en explore followers following "
            "hashtag home jobs login logout mentions messages notifications oauth privacy rules search settings "
            "share signup similar_to tos vi who_to_follow widgets",
        ),
    },
)

INSTAGRAM = Platform(
    name="instagram",
    hosts=("instagram.com", "instagr.am"),
    base="https://www.instagram.com/",
    subdomains=own("m"),
    rules={
        "": (Form(META_NAME),),
        "_u": (Form(META_NAME, at=1),),
        "stories": {"highlights": "needs-resolving", "": (Form(META_NAME, at=1),)},
        **refuse("needs-resolving", "channel guide guides j p reel reels s share tv"),
        **refuse(
            "reserved",
            "about accounts api ar archive challenge consent data developer direct directory download emails "
            "explore graphql invites legal linkshim lite nametag notifications oauth oembed popular press "
            "privacy qr session settings static terms topics web your_activity",
        ),
    },
)

THREADS = Platform(
    name="threads",
    hosts=("threads.com", "threads.net"),
    base="https://www.threads.com/",
    sigil="@",
    subdomains=own(),
    rules={
        "": (Form(re.compile(r"@([a-z0-9_.]{1,30})")),),
        "intent": {"follow": (Form(META_NAME, param="username"),), "": "no-account"},
        "t": "needs-resolving",
    },
)

_TG_NAME = re.compile(r"([a-z][a-z0-9_]{3,31})")
_TG_INVITATION = r"([A-Za-z0-9_-]{5,64})"
TELEGRAM = Platform(
    name="telegram",
    hosts=("t.me", "telegram.me", "telegram.dog"),
    base="https://t.me/",
    subdomains=own("[a-z][a-z0-9_]{3,31}"),
    subdomain_is_account=True,
    rules={
        "": (Form(_TG_NAME), Form(re.compile(rf"\+{_TG_INVITATION}"), prefix="+", fold=False)),
        "s": (Form(_TG_NAME, at=1),),
        "joinchat": (Form(re.compile(_TG_INVITATION), at=1, prefix="+", fold=False),),
        "c": "no-account",
        **refuse(
            "reserved",
            "addemoji addlist addstickers addtheme boost confirmphone contact giftcode invoice login nft "
            "proxy setlanguage share socks",
        ),
    },
)

_LI_NAME = re.compile(r"([\w.&-]{1,100})")


def _linkedin(space: str, at: int = 1) -> tuple[Form, ...]:
    return (Form(DIGITS, at=at, prefix=space, is_id=True), Form(_LI_NAME, at=at, prefix=space))


LINKEDIN = Platform(
    name="linkedin",
    hosts=("linkedin.com",),
    base="https://www.linkedin.com/",
    subdomains=own("m|touch|[a-z]{2}"),
    unicode=True,
    rules={
        "company": _linkedin("company/"),
        "school": _linkedin("school/"),
        "showcase": _linkedin("showcase/"),
        "in": (Form(_LI_NAME, at=1, prefix="in/"),),
        "mwlite": {
            "company": _linkedin("company/", at=2),
            "in": (Form(_LI_NAME, at=2, prefix="in/"),),
            "": "no-account",
        },
        "organization-guest": {"company": _linkedin("company/", at=2), "": "no-account"},
        "groups": (Form(DIGITS, at=1, prefix="groups/", is_id=True),),
        "redir": {"redirect": Redirect(("url",)), "": "reserved"},
        "safety": {"go": Redirect(("url",)), "": "reserved"},
        **refuse("needs-resolving", "feed posts pulse video"),
        "": "no-account",
    },
)

_APP_STORE_APP = (Form(re.compile(r"id([1-9][0-9]{0,19})"), at=-1, is_id=True),)
APP_STORE = Platform(
    name="app_store",
    hosts=("apps.apple.com", "itunes.apple.com", "geo.itunes.apple.com"),
    base="https://apps.apple.com/",
    id_path="app/id",
    rules={"app": _APP_STORE_APP, "": {"app": _APP_STORE_APP, "": "no-account"}},
)

PACKAGE = re.compile(r"([A-Za-z]\w*(?:\.[A-Za-z]\w*)+)", re.ASCII)
GOOGLE_PLAY = Platform(
    name="google_play",
    hosts=("play.google.com",),
    base="https://play.google.com/",
    id_path="store/apps/details?id=",
    rules={
        "store": {
            "apps": {
                **dict.fromkeys(("details", "datasafety"), (Form(PACKAGE, param="id", is_id=True),)),
                "": "no-account",
            }
        },
        "apps": {"testing": (Form(PACKAGE, at=2, is_id=True),), "": "no-account"},
        "": "no-account",
    },
)

ROWS: tuple[Platform, ...] = (
    FACEBOOK,
    YOUTUBE,
    TIKTOK,
    ZALO,
    X,
    INSTAGRAM,
    THREADS,
    TELEGRAM,
    LINKEDIN,
    APP_STORE,
    GOOGLE_PLAY,
)

PLATFORMS = (*(row.name for row in ROWS), "mastodon", "website")
