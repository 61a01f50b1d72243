"""What links to Facebook's pages, profiles and groups look like: a row of the table of platforms."""

import re

from shared.urls.table import DIGITS, Form, Platform, Redirect, own, refuse

# A page without a user name is /Its-Name-<id>. User names have no hyphens, so the hyphen tells the
# two apart; the 12 digits keep telephone numbers out. The number of a post may follow after an underscore.
_ID = re.compile(r"(?:[^/]*-(?=[0-9]{12}))?([1-9][0-9]{0,19})(?:_[0-9]{1,20})?")
# Where a title always comes before the id, old short ids count too.
_TITLED_ID = re.compile(r"(?:[^/]*-)?([1-9][0-9]{0,19})")
# A single letter is always a page of Facebook's own, v19.0 a version of its programs, and pfbid… hides an id.
_NAME = re.compile(r"(?!.*\.php$|v[0-9]+\.[0-9]+$|pfbid0)([a-z0-9][a-z0-9._-]{1,99})")
_NUMBER = Form(DIGITS, param="id", is_id=True)
# "Photos by": the album of all that this account has put up.
_PHOTOS_BY = Form(re.compile(r"pb\.([1-9][0-9]{5,19})\..*"), param="set", is_id=True)
_GROUP = (
    Form(DIGITS, at=1, prefix="groups/", is_id=True),
    Form(_NAME, at=1, prefix="groups/"),
)


def _page(at: int = 0, param: str = "") -> tuple[Form, ...]:
    return (Form(_ID, at=at, param=param, is_id=True), Form(_NAME, at=at, param=param))


FACEBOOK = Platform(
    name="facebook",
    hosts=("facebook.com", "fb.com", "m.me", "messenger.com"),
    base="https://www.facebook.com/",
    id_path="profile.php?id=",
    insignificant=".",
    subdomains=own(r"m|mbasic|mobile|web|touch|free|0|d|x|p|iphone|business|[a-z]{2,3}-[a-z]{2}"),
    rules={
        "": _page(),
        "pg": _page(1),
        "t": _page(1),
        "messages": {"t": _page(2), "": "reserved"},
        "people": (Form(_ID, at=2, is_id=True),),
        "pages": {
            "": (Form(_ID, at=2, is_id=True), Form(_ID, at=1, is_id=True)),
            "category": (Form(_TITLED_ID, at=3, is_id=True),),
        },
        "p": (Form(_TITLED_ID, at=1, is_id=True),),
        "profile": (Form(DIGITS, at=1, is_id=True),),
        "profile.php": (_NUMBER,),
        **dict.fromkeys(("permalink.php", "story.php"), (_NUMBER, "needs-resolving")),
        **dict.fromkeys(("photo", "photo.php"), (_NUMBER, _PHOTOS_BY, "needs-resolving")),
        "media": (*_page(param="vanity"), _PHOTOS_BY, "needs-resolving"),
        "watch": {
            "": (*_page(1), "needs-resolving"),
            "live": "needs-resolving",
            **refuse("no-account", "hashtag latest saved search shows topic"),
        },
        "group.php": (Form(DIGITS, param="gid", prefix="groups/", is_id=True),),
        # A member seen inside a group is the member, not the group.
        "groups": {
            "": {"": _GROUP, "user": (Form(DIGITS, at=3, is_id=True),)},
            **refuse("reserved", "create discover feed joins search"),
        },
        "ads": {"library": (Form(DIGITS, param="view_all_page_id", is_id=True),), "": "reserved"},
        "l.php": Redirect(("u",)),
        "flx": {"warn": Redirect(("u",)), "": "reserved"},
        "plugins": {
            **dict.fromkeys(("page.php", "post.php", "video.php"), Redirect(("href",))),
            "": "reserved",
        },
        **refuse(
            "needs-resolving",
            "event.php events l note.php notes photos posts reel reels share stories story video video.php videos",
        ),
        **refuse("no-account", "ch cm hashtag"),
        **refuse(
            "reserved",
            "about ad_center adsmanager ajax archived bookmarks business campaign careers checkpoint commerce "
            "common communitystandards composer connect contact cookie coronavirus_info creatorstudio dialog "
            "directory donate e2ee events_manager find-friends findfriends friends fundraisers games gaming "
            "hacked help home home.php index.php jobs latest legal live local location login login.php "
            "logout.php marketplace me memories mobile "
            "notifications nt offers overview pay policies policy.php privacy public r.php recover reg "
            "requests rsrc.php saved search settings sharer sharer.php shares support terms terms.php tr ufi "
            "unsupportedbrowser weather whitehat",
        ),
    },
)
