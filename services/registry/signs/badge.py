"""The badge: what the register says of an account, as a picture.

A badge can be copied onto any page, so it always names the account and the agency it stands for, and leads
to the verification. It says what is so even when that is bad: a hijacked account's badge warns.
"""

from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from typing import Any

from shared.problems import Text


@dataclass(frozen=True)
class Look:
    """How a state is shown: a colour on light and dark ground, a drawing that needs no colour, and words."""

    light: str
    dark: str
    drawing: str
    words: Text


_CHECK = "M14 30l7 7 13-15"
_WARNING = "M24 15v17M24 38v3"
_CROSS = "M16 21l16 16M32 21L16 37"

_OFFICIAL = Look("#1a7f37", "#2ea043", _CHECK, Text("Tài khoản chính thức", "Official account"))
_HIJACKED = Look(
    "#b3261e", "#da3633", _WARNING, Text("Đã mất quyền kiểm soát, đừng tin", "Hijacked: do not trust it")
)
_UNSAFE = Look(
    "#b3261e", "#da3633", _WARNING, Text("Có sự cố an toàn, đừng tin", "Security incident: do not trust it")
)
_SUSPENDED = Look("#9a6700", "#bf8700", _WARNING, Text("Tạm ngừng xác nhận", "Suspended for now"))
_LAPSED = Look("#9a6700", "#bf8700", _WARNING, Text("Chưa được xác minh lại", "Not confirmed any more"))
_FORMER = Look("#57606a", "#6e7681", _CROSS, Text("Không còn chính thức", "No longer official"))
_DANGERS = {"takeover": _HIJACKED, "security": _UNSAFE}

_NAMES = {
    "facebook": "Facebook",
    "youtube": "YouTube",
    "tiktok": "TikTok",
    "zalo": "Zalo",
    "x": "X",
    "instagram": "Instagram",
    "threads": "Threads",
    "telegram": "Telegram",
    "linkedin": "LinkedIn",
    "app_store": "App Store",
    "google_play": "Google Play",
    "mastodon": "Mastodon",
    "website": "Website",
}
_LONGEST = 44  # characters of a line
_NARROW, _WIDE = set("iljtfrI.,:;|!'()· /-"), set("mwMWQO@%ƠƯÔÂĂĐ")
_HEIGHT, _LEFT, _RIGHT = 58, 60, 14


def look_of(state: str, reason: str | None) -> Look:
    """How an account in this state is shown."""
    match state:
        case "active":
            return _OFFICIAL
        case "suspended":
            return _DANGERS.get(str(reason), _SUSPENDED)
        case "lapsed" | "submitted":  # again, or it would have no badge
            return _LAPSED
        case _:
            return _FORMER


def draw(account: Any, language: str, link: str) -> tuple[str, str]:
    """The badge of an account as SVG, and the policy under which a browser may show it.

    `link` is where the account is verified.
    """
    look = look_of(account.state, account.reason)
    words = look.words.in_language(language)
    agency, name = _short(account.agency_short_name), _short(f"{_NAMES[account.platform]} · {_who(account)}")
    inner = max(_width(words, 15) * 1.08, _width(agency, 12), _width(name, 12))
    width = round(_LEFT + inner + _RIGHT)
    style = _style(look)
    said = f"{account.agency_name}: {account.display_name}, {account.url}"
    svg = f"""\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{_HEIGHT}" viewBox="0 0 {width} {_HEIGHT}" \
role="img" aria-labelledby="t d" lang="{language}">
<title id="t">{escape(words)}</title>
<desc id="d">{escape(said)}</desc>
<style>{style}</style>
<a href="{escape(link)}">
<rect class="ground" x=".5" y=".5" width="{width - 1}" height="{_HEIGHT - 1}" rx="7"/>
<path class="state" d="M8 1h40v{_HEIGHT - 2}H8a7 7 0 0 1-7-7V8a7 7 0 0 1 7-7z"/>
<path class="drawing" d="{look.drawing}"/>
<text class="words" x="{_LEFT}" y="20">{escape(words)}</text>
<text x="{_LEFT}" y="36">{escape(agency)}</text>
<text class="name" x="{_LEFT}" y="51">{escape(name)}</text>
</a>
</svg>
"""
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return svg, f"default-src 'none'; style-src 'sha256-{digest}'"


def _style(look: Look) -> str:
    return (
        "text{font:12px system-ui,'Segoe UI',Roboto,'Noto Sans',sans-serif;fill:#1f2328}"
        ".words{font-size:15px;font-weight:700}.name{fill:#57606a}"
        ".ground{fill:#fff;stroke:#afb8c1}"
        f".state{{fill:{look.light}}}"
        ".drawing{fill:none;stroke:#fff;stroke-width:5;stroke-linecap:round;stroke-linejoin:round}"
        "@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.name{fill:#9198a1}"
        f".ground{{fill:#161b22;stroke:#57606a}}.state{{fill:{look.dark}}}}}"
    )


def _who(account: Any) -> str:
    return str(account.handle or account.platform_id)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip()}…"


def _width(text: str, size: float) -> float:
    """About how wide a text is in a font of this size (pixels): badges know no fonts."""
    units = sum(0.34 if char in _NARROW else 0.88 if char in _WIDE else 0.58 for char in text)
    return units * size
