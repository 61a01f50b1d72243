"""Hosts that need care among websites: shared by strangers, redirecting, or shortening.

Where tenants are subdomains (blogspot.com, wordpress.com, github.io, notion.site …) the host is the identity
already and needs no row. Where tenants are path segments the bare host is nobody's.
"""

import re

from shared.urls.table import Form, Platform, Redirect, Rules, Site, own, refuse

_SEGMENT = r"[A-Za-z0-9._~@+-]{1,128}"


def _tenant(host: str, span: int = 1, *, fold: bool = False) -> tuple[Form, ...]:
    pattern = re.compile("(" + "/".join([_SEGMENT] * span) + ")")
    return (Form(pattern, span=span, prefix=f"{host}/", fold=fold),)


def _shared(host: str, rules: Rules) -> Platform:
    return Platform(name="website", hosts=(host,), rules=rules)


# One page or profile per first segment, upper and lower case alike.
_PROFILE_HOSTS = (
    "about.me beacons.ai bio.link bio.site github.com gitlab.com linktr.ee lnk.bio medium.com notion.so "
    "solo.to substack.com vimeo.com"
)
_NO_PROFILE = refuse(
    "no-account",
    "about album apps blog channels explore features groups help home login m marketplace me note orgs p pin "
    "post search settings share showcase signup sponsors tag tags topic topics user users",
)
# One folder, chat or form per first segment; it is a code, so case counts.
_CODE_HOSTS = "chat.whatsapp.com discord.gg s3.amazonaws.com storage.googleapis.com telegra.ph"
# Only the service knows where a path leads.
_SHORTENERS = (
    "adf.ly adj.st amzn.to app.link apple.co appsto.re bit.do bit.ly bitly.com bom.so buff.ly by.com.vn cutt.ly "
    "cutt.us dlvr.it dub.sh fb.gg fb.watch forms.gle g.co g.page gg.gg goo.gl is.gd j.mp l.ead.me lin.ee "
    "link1s.com lnk.to lnkd.in me-qr.com on.fb.me onelink.me onelink.to ouo.io ow.ly page.link pic.twitter.com "
    "pic.x.com pin.it q-r.to qrco.de qrto.org rb.gy rebrand.ly redd.it reurl.cc s.id s.lazada.vn s.net.vn "
    "s.shopee.vn share.google shope.ee short.gy shorten.asia shorturl.asia shorturl.at spoti.fi t.co t.ly "
    "testflight.apple.com tiktokv.com tiny.cc tiny.one tinyurl.com trib.al v.gd vm.tiktok.com vt.tiktok.com "
    "wa.link youtu.be yt.be zaloapp.com"
)

# Web programs, whose addresses name their chats where no server sees it, and shops with a place for everybody.
_NOBODYS = (
    "books.apple.com music.apple.com open.spotify.com podcasts.apple.com web.telegram.org web.whatsapp.com"
)
_GOOGLE = (
    "google.com google.com.vn google.ca google.co.in google.co.jp google.co.kr google.co.th google.co.uk google.com.au "
    "google.com.hk google.com.kh google.com.my google.com.ph google.com.sg google.com.tw google.cz google.de "
    "google.fr google.la google.pl google.ru"
)

_PUBLISHED_DOCUMENT = {"e": _tenant("docs.google.com", 4), "": _tenant("docs.google.com", 3)}

ROWS: tuple[Platform, ...] = (
    *(_shared(host, {"": _tenant(host, fold=True), **_NO_PROFILE}) for host in _PROFILE_HOSTS.split()),
    *(_shared(host, {"": _tenant(host)}) for host in _CODE_HOSTS.split()),
    Platform(name="website", hosts=tuple(_NOBODYS.split()), rules={"": "no-account"}),
    Platform(
        name="website",
        hosts=("pinterest.com",),
        rules={"": _tenant("pinterest.com", fold=True), **_NO_PROFILE},
        subdomains=own("[a-z]{2}"),
    ),
    _shared(
        "sites.google.com",
        {"a": _tenant("sites.google.com", 3), "": _tenant("sites.google.com", 2), "u": "no-account"},
    ),
    _shared("docs.google.com", {"": {"d": _PUBLISHED_DOCUMENT, "": "no-account"}}),
    _shared(
        "drive.google.com",
        {
            "file": {"d": _tenant("drive.google.com", 3), "": "no-account"},
            "drive": {"folders": _tenant("drive.google.com", 3), "": "no-account"},
            "": "no-account",
        },
    ),
    _shared("bsky.app", {"profile": _tenant("bsky.app", 2, fold=True), "": "no-account"}),
    _shared("discord.com", {"invite": _tenant("discord.com", 2), "": Site()}),
    _shared(
        "reddit.com", {**dict.fromkeys(("r", "u", "user"), _tenant("reddit.com", 2, fold=True)), "": Site()}
    ),
    _shared(
        "wa.me", {"": _tenant("wa.me"), "message": _tenant("wa.me", 2), **refuse("no-account", "c p qr")}
    ),
    _shared("whatsapp.com", {"channel": _tenant("whatsapp.com", 2), "": Site()}),
    Platform(
        name="website",
        hosts=tuple(_SHORTENERS.split()),
        rules={"": "needs-resolving"},
        subdomains=own(".*"),
    ),
    Platform(
        name="website",
        hosts=tuple(_GOOGLE.split()),
        rules={"url": Redirect(("q", "url")), "": Site()},
    ),
    Platform(
        name="website",
        hosts=(
            "l.facebook.com",
            "lm.facebook.com",
            "l.messenger.com",
            "l.instagram.com",
            "l.threads.com",
            "l.threads.net",
            "l.wl.co",
        ),
        rules={"": Redirect(("u",))},
    ),
    # What Microsoft's mail makes of every link.
    Platform(
        name="website",
        hosts=("safelinks.protection.outlook.com",),
        rules={"": Redirect(("url",))},
        subdomains=own(".*"),
    ),
)
