"""What links look like on each platform: rows of the table, in the words of `table`.

The rules come from the platforms' help pages and from links as agencies really publish them.
"""

import re

from shared.urls.table import Form, Platform, Redirect, own, refuse

DIGITS = re.compile(r"([1-9][0-9]{0,19})")
META_NAME = re.compile(r"([a-z0-9_.]{1,30})")

# Facebook. A page without a user name is /Its-Name-<id>. User names have no hyphens, so the hyphen tells the
# two apart; the 12 digits keep telephone numbers out.
_FB_ID = re.compile(r"(?:[^/]*-(?=[0-9]{12}))?([1-9][0-9]{0,19})")
# Where a title always comes before the id, old short ids count too.
_FB_TITLED_ID = re.compile(r"(?:[^/]*-)?([1-9][0-9]{0,19})")
# A single letter is always a page of Facebook's own, v19.0 a version of its programs, and pfbid… hides an id.
_FB_NAME = re.compile(r"(?!.*\.php$|v[0-9]+\.[0-9]+$|pfbid0)([a-z0-9][a-z0-9._-]{1,99})")
_FB_NUMBER = Form(DIGITS, param="id", is_id=True)
# "Photos by": the album of all that this account has put up.
_FB_PHOTOS_BY = Form(re.compile(r"pb\.([1-9][0-9]{5,19})\..*"), param="set", is_id=True)
_FB_EMBEDDED = Redirect(("href",))
_FB_GROUP = (
    Form(DIGITS, at=1, prefix="groups/", is_id=True),
    Form(_FB_NAME, at=1, prefix="groups/"),
)


def _fb_page(at: int = 0, param: str = "") -> tuple[Form, ...]:
    return (Form(_FB_ID, at=at, param=param, is_id=True), Form(_FB_NAME, at=at, param=param))


FACEBOOK = Platform(
    name="facebook",
    hosts=("facebook.com", "fb.com", "m.me", "messenger.com"),
    base="https://www.facebook.com/",
    id_path="profile.php?id=",
    insignificant=".",
    subdomains=own(r"m|mbasic|mobile|web|touch|free|0|d|x|p|iphone|business|[a-z]{2,3}-[a-z]{2}"),
    rules={
        "": _fb_page(),
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
        "profile.php": (_FB_NUMBER,),
        **dict.fromkeys(("permalink.php", "story.php"), (_FB_NUMBER, "needs-resolving")),
        **dict.fromkeys(("photo", "photo.php"), (_FB_NUMBER, _FB_PHOTOS_BY, "needs-resolving")),
        "media": (*_fb_page(param="vanity"), _FB_PHOTOS_BY, "needs-resolving"),
        "watch": {
            "": (*_fb_page(1), "needs-resolving"),
            "live": "needs-resolving",
            **refuse("no-account", "hashtag latest saved search shows topic"),
        },
        "group.php": (Form(DIGITS, param="gid", prefix="groups/", is_id=True),),
        # A member seen inside a group is the member, not the group.
        "groups": {
            "": {"": _FB_GROUP, "user": (Form(DIGITS, at=3, is_id=True),)},
            **refuse("reserved", "create discover feed joins search"),
        },
        "ads": {"library": (Form(DIGITS, param="view_all_page_id", is_id=True),), "": "reserved"},
        "l.php": Redirect(("u",)),
        "flx": {"warn": Redirect(("u",)), "": "reserved"},
        "plugins": {
            **dict.fromkeys(("page.php", "post.php", "video.php"), _FB_EMBEDDED),
            "": "reserved",
        },
        **refuse(
            "needs-resolving",
            "event.php events l note.php notes photos posts reel reels share stories story video video.php videos",
        ),
        **refuse("no-account", "ch cm hashtag"),
        **refuse(
            "reserved",
            "about adsmanager ajax archived bookmarks business campaign careers checkpoint common "
            "communitystandards composer connect contact cookie coronavirus_info creatorstudio dialog directory "
            "donate e2ee events_manager find-friends "
            "findfriends friends fundraisers games gaming hacked help home home.php index.php jobs latest "
            "legal live local location login login.php logout.php marketplace me memories mobile "
            "notifications nt offers overview pay policies policy.php privacy public r.php recover reg "
            "requests rsrc.php saved search settings sharer sharer.php shares support terms terms.php tr ufi "
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
        **refuse("reserved", "desktop download home login manage pc policy web"),
    },
)

_X_NAME = re.compile(r"([a-z0-9_]{1,20})")
_X_INTENT = (Form(_X_NAME, param="screen_name"), Form(DIGITS, param="user_id", is_id=True))
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
            "about account compose download en explore hashtag home jobs login logout messages notifications "
            "oauth privacy search settings share signup tos vi who_to_follow",
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
            "about accounts api challenge data developer direct directory emails explore graphql invites legal "
            "lite nametag oauth popular press privacy session static terms web",
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
