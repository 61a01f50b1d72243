"""Other hosts of the platforms, where links to the same accounts are written in another way."""

import re

from shared.urls.facebook import FACEBOOK
from shared.urls.platforms import GOOGLE_PLAY, INSTAGRAM, META_NAME, PACKAGE, ZALO, ZALO_ID
from shared.urls.table import Form, Platform, Rules, own


def _row(platform: Platform, host: str, rules: Rules) -> Platform:
    return Platform(name=platform.name, hosts=(host,), rules=rules, subdomains=own())


# A page's user name, or else a code that Facebook made up of eight letters and digits or more. What has no digit
# and no capital letter is a name; of codes not one in a thousand looks like that.
_FB_ME_NAME = re.compile(r"(?!.*\.php$)([a-z][a-z.]{4,49})")
_OA_OF_ARTICLE = Form(ZALO_ID, param="pageid", is_id=True)

ROWS: tuple[Platform, ...] = (
    _row(FACEBOOK, "fb.me", {"": (Form(_FB_ME_NAME, fold=False), "needs-resolving")}),
    _row(INSTAGRAM, "ig.me", {"m": (Form(META_NAME, at=1),), "": "needs-resolving"}),
    # Where Official Accounts are run; their ids are the only public addresses there.
    _row(ZALO, "oa.zalo.me", {"": (Form(ZALO_ID, is_id=True), "reserved")}),
    # Articles and videos of Official Accounts.
    _row(
        ZALO,
        "rd.zapps.vn",
        {
            "detail": (_OA_OF_ARTICLE, Form(ZALO_ID, at=1, is_id=True), "needs-resolving"),
            "": (_OA_OF_ARTICLE, "needs-resolving"),
        },
    ),
    _row(
        GOOGLE_PLAY,
        "market.android.com",
        {"details": (Form(PACKAGE, param="id", is_id=True),), "": "no-account"},
    ),
)
