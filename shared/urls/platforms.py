"""What links look like on each platform: rows of the table, in the words of `table`.

The rules come from the platforms' help pages and from links as agencies really publish them.
"""

import re

from shared.urls.table import Form, Platform, Redirect, own, refuse

DIGITS = re.compile(r"([1-9][0-9]{0,19})")
_META_NAME = re.compile(r"([a-z0-9_.]{1,30})")

# Facebook. A page without a user name is /Its-Name-<id>. User names have no hyphens, so the hyphen tells the
# two apart; the 12 digits keep telephone numbers out.
_FB_ID = re.compile(r"(?:[^/]*-(?=[0-9]{12}))?([1-9][0-9]{0,19})")
# Where a title always comes before the id, old short ids count too.
_FB_TITLED_ID = re.compile(r"(?:[^/]*-)?([1-9][0-9]{0,19})")
# A single letter is always a page of Facebook's own.
_FB_NAME = re.compile(r"(?!.*\.php$)([a-z0-9][a-z0-9._-]{1,99})")
_FB_NUMBER = Form(DIGITS, param="id", is_id=True)
_FB_GROUP = (
    Form(DIGITS, at=1, prefix="groups/", is_id=True),
    Form(_FB_NAME, at=1, prefix="groups/"),
)


def _fb_page(at: int) -> tuple[Form, ...]:
    return (Form(_FB_ID, at=at, is_id=True), Form(_FB_NAME, at=at))


FACEBOOK = Platform(
    name="facebook",
    hosts=("facebook.com", "fb.com", "m.me", "messenger.com"),
    base="https://www.facebook.com/",
    id_path="profile.php?id=",
    insignificant=".",
    subdomains=own(r"m|mbasic|mobile|web|touch|free|0|d|x|p|iphone|business|[a-z]{2,3}-[a-z]{2}"),
    rules={
        "": _fb_page(0),
        "pg": _fb_page(1),
        "t": _fb_page(1),
        "messages": {"t": _fb_page(2), "": "reserved"},
        "people": (Form(_FB_ID, at=2, is_id=True),),
        "pages": {
            "": (Form(_FB_ID, at=2, is_id=True), Form(_FB_ID, at=1, is_id=True)),
            "category": (Form(_FB_TITLED_ID, at=3, is_id=True),),
        },
        "p": (Form(_FB_TITLED_ID, at=1, is_id=True),),
        "profile": (Form(DIGITS, at=1, is_id=True),),
        **dict.fromkeys(
            ("profile.php", "permalink.php", "photo", "photo.php", "story.php"),
            (_FB_NUMBER,),
        ),
        "watch": {"": _fb_page(1), **refuse("no-account", "hashtag latest live saved search shows topic")},
        "group.php": (Form(DIGITS, param="gid", prefix="groups/", is_id=True),),
        # A member seen inside a group is the member, not the group.
        "groups": {
            "": {"": _FB_GROUP, "user": (Form(DIGITS, at=3, is_id=True),)},
            **refuse("reserved", "create discover feed joins search"),
        },
        "ads": {"library": (Form(DIGITS, param="view_all_page_id", is_id=True),), "": "reserved"},
        "l.php": Redirect(("u",)),
        "flx": {"warn": Redirect(("u",)), "": "reserved"},
        **refuse("needs-resolving", "l share"),
        **refuse(
            "no-account",
            "ch cm events event.php hashtag media note.php notes photos posts reel reels stories story video "
            "video.php videos",
        ),
        **refuse(
            "reserved",
            "about adsmanager ajax bookmarks business campaign careers checkpoint common communitystandards "
            "connect contact cookie coronavirus_info dialog directory donate events_manager find-friends "
            "findfriends friends fundraisers games gaming hacked help home home.php index.php jobs latest "
            "legal live local location login login.php logout.php marketplace me memories mobile "
            "notifications offers overview pay plugins policies policy.php privacy public r.php recover reg "
            "rsrc.php saved search settings sharer sharer.php shares support terms terms.php tr "
            "unsupportedbrowser weather whitehat",
        ),
    },
)

# YouTube says that /c/name and /name are one address; handles, user names and custom names are three spaces.
_YT_NAME = re.compile(r"([\w.·-]{1,100})")
_YT_HANDLE = re.compile(r"@([\w.·-]{1,100})")
_YT_ID = re.compile(r"(UC[0-9A-Za-z_-]{22})")
YOUTUBE = Platform(
    name="youtube",
    hosts=("youtube.com", "youtube-nocookie.com"),
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
        "embed": {"live_stream": (Form(_YT_ID, param="channel", is_id=True),), "": "no-account"},
        "redirect": Redirect(("q",)),
        **refuse(
            "no-account",
            "clip e hashtag live live_chat playlist post shared shorts source v watch "
            "watch_popup watch_videos",
        ),
        **refuse(
            "reserved",
            "about account ads attribution_link channels creators feed feeds gaming howyoutubeworks intl kids kr "
            "learning movies music my_videos new news oembed oops paid_memberships playables podcasts premium "
            "reporthistory results select_site signin sports storefront subscription_center t trending trends tv "
            "upload verify_age",
        ),
    },
)

TIKTOK = Platform(
    name="tiktok",
    hosts=("tiktok.com",),
    base="https://www.tiktok.com/",
    sigil="@",
    subdomains=own("m"),
    rules={"": (Form(re.compile(r"@([a-z0-9_.]{1,24})")),), "t": "needs-resolving"},
)

# Zalo. Official Accounts and mini apps have ids of 16 digits or more; a person's or an office's link is its
# telephone number, which may change hands and so counts as a handle.
ZALO = Platform(
    name="zalo",
    hosts=("zalo.me",),
    base="https://zalo.me/",
    subdomains=own("oa"),
    rules={
        "": (
            Form(re.compile(r"(?:\+?84|0)([1-9][0-9]{8,9})"), prefix="0"),
            Form(re.compile(r"([1-9][0-9]{15,19})"), is_id=True),
            Form(re.compile(r"([a-z0-9][a-z0-9._-]{1,62})")),
        ),
        "g": (Form(re.compile(r"([A-Za-z0-9]{4,40})"), at=1, prefix="g/", fold=False),),
        "s": (Form(DIGITS, at=1, prefix="s/", is_id=True),),
        **refuse("reserved", "app desktop download home login manage oa pc policy web"),
    },
)

_X_NAME = re.compile(r"([a-z0-9_]{1,20})")
_X_INTENT = (Form(_X_NAME, param="screen_name"),)
X = Platform(
    name="x",
    hosts=("x.com", "twitter.com"),
    base="https://x.com/",
    id_path="i/user/",
    subdomains=own("m|mobile"),
    rules={
        "": (Form(_X_NAME),),
        "i": {"user": (Form(DIGITS, at=2, is_id=True),), "": "no-account"},
        "intent": {"user": _X_INTENT, "follow": _X_INTENT, "": "reserved"},
        "statuses": "no-account",
        **refuse(
            "reserved",
            "about account compose download explore hashtag home jobs login logout messages notifications oauth "
            "privacy search settings share signup tos who_to_follow",
        ),
    },
)

INSTAGRAM = Platform(
    name="instagram",
    hosts=("instagram.com", "instagr.am"),
    base="https://www.instagram.com/",
    subdomains=own("m"),
    rules={
        "": (Form(_META_NAME),),
        "_u": (Form(_META_NAME, at=1),),
        "stories": {"highlights": "no-account", "": (Form(_META_NAME, at=1),)},
        "share": "needs-resolving",
        **refuse("no-account", "channel guide guides j p reel reels s tv"),
        **refuse(
            "reserved",
            "about accounts api challenge data developer direct directory emails explore graphql invites legal "
            "lite nametag oauth press privacy session static terms web",
        ),
    },
)

THREADS = Platform(
    name="threads",
    hosts=("threads.com", "threads.net"),
    base="https://www.threads.com/",
    sigil="@",
    subdomains=own(),
    rules={"": (Form(re.compile(r"@([a-z0-9_.]{1,30})")),)},
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
        "organization-guest": {"company": _linkedin("company/", at=2), "": "no-account"},
        "groups": (Form(DIGITS, at=1, prefix="groups/", is_id=True),),
        "in": (Form(_LI_NAME, at=1, prefix="in/"),),
        "redir": {"redirect": Redirect(("url",)), "": "reserved"},
        "safety": {"go": Redirect(("url",)), "": "reserved"},
        "": "no-account",
    },
)

_APP_STORE_APP = (Form(re.compile(r"id([1-9][0-9]{0,19})"), at=-1, is_id=True),)
APP_STORE = Platform(
    name="app_store",
    hosts=("apps.apple.com", "itunes.apple.com"),
    base="https://apps.apple.com/",
    id_path="app/id",
    rules={"app": _APP_STORE_APP, "": {"app": _APP_STORE_APP, "": "no-account"}},
)

_PACKAGE = re.compile(r"([A-Za-z]\w*(?:\.[A-Za-z]\w*)+)", re.ASCII)
GOOGLE_PLAY = Platform(
    name="google_play",
    hosts=("play.google.com",),
    base="https://play.google.com/",
    id_path="store/apps/details?id=",
    rules={
        "store": {"apps": {"details": (Form(_PACKAGE, param="id", is_id=True),), "": "no-account"}},
        "": "no-account",
    },
)

ROWS = (
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
