"""Links as people, apps and impostors write them, and the one identity each denotes."""

import pytest

from shared.urls import PLATFORMS, UnusableLink, canonicalise
from shared.urls import platforms as platform_table
from shared.urls import sites as site_table
from shared.urls.table import Platform

ROWS: tuple[Platform, ...] = (*platform_table.ROWS, *site_table.ROWS)
UC = "UCGdrLQbt1PYDTPsampx4t1A"

# A key, then spellings of it; the first is the canonical URL.
IDENTITIES: list[tuple[str, list[str]]] = [
    (
        "facebook:@ubndlapvo",
        [
            "https://www.facebook.com/ubndlapvo",
            "http://facebook.com/ubndlapvo/",
            "facebook.com/UBNDLapVo",
            "www.facebook.com/ubnd.lapvo",
            "//facebook.com/ubndlapvo",
            "HTTPS://FACEBOOK.COM/ubndlapvo",
            "https://m.facebook.com/ubndlapvo?ref=bookmarks",
            "https://mbasic.facebook.com/ubndlapvo",
            "https://web.facebook.com/ubndlapvo/?_rdc=1&_rdr",
            "https://vi-vn.facebook.com/ubndlapvo",
            "https://fb.com/ubndlapvo",
            "https://m.me/ubndlapvo",
            "https://www.messenger.com/t/ubndlapvo",
            "https://www.facebook.com/messages/t/ubndlapvo",
            "https://www.facebook.com/pg/ubndlapvo/about/",
            "https://www.facebook.com/@ubndlapvo",
            "https://www.facebook.com/ubndlapvo/posts/pfbid02abc",
            "https://www.facebook.com/ubndlapvo/photos/a.1/2/",
            "https://www.facebook.com/ubndlapvo/videos/123",
            "https://www.facebook.com/watch/ubndlapvo/",
            "https://www.facebook.com//ubndlapvo",
            "https://www.facebook.com/official/../ubndlapvo",
            "https://www.facebook.com/x/%2e%2e/ubndlapvo",
            "https://www.facebook.com:443/ubndlapvo",
            "https://www.facebook.com./ubndlapvo",
            "https://www.facebook.com/ubndlapvo#about",
            "https://www.facebook.com/%75bndlapvo",
            "https://%66acebook.com/ubndlapvo",
            "https://evil.example@facebook.com/ubndlapvo",
            "  https://facebook.com/ubndlapvo\n",
            "\u200ehttps://facebook.com/ubndlapvo\u200b",
            "https://face\u200bbook.com/ubndlapvo",
            "https://facebook.com/ubnd\u200blapvo",
            "https://ｆａｃｅｂｏｏｋ。com/ｕｂｎｄlapvo",
            "https://l.facebook.com/l.php?u=https%3A%2F%2Ffacebook.com%2Fubndlapvo%3Ffbclid%3D1&h=AT0",
            "https://www.facebook.com/l.php?u=https%3A%2F%2Ffacebook.com%2Fubndlapvo",
            "https://l.threads.net/?u=https%3A%2F%2Ffacebook.com%2Fubndlapvo&e=AT0",
            "https://apc01.safelinks.protection.outlook.com/?url=https%3A%2F%2Ffb.com%2Fubndlapvo&data=05",
            "https://www.google.com/url?sa=t&url=https://facebook.com/ubndlapvo&usg=1",
            "https://www.google.com/url?q=https://l.facebook.com/l.php%3Fu%3Dhttps%253A//fb.com/ubndlapvo",
        ],
    ),
    (
        "facebook:id:100064718704823",
        [
            "https://www.facebook.com/profile.php?id=100064718704823",
            "facebook.com/profile.php?sk=about&id=100064718704823",
            "https://www.facebook.com/profile.php/?id=100064718704823",
            "https://www.facebook.com/100064718704823/posts/778426170991333/",
            "https://www.facebook.com/people/T%C3%A2n-Du/100064718704823/",
            "https://www.facebook.com/pages/UBND-Lấp-Vò/100064718704823?fref=ts",
            "https://www.facebook.com/pages/category/Government/UBND-Lap-Vo-100064718704823/",
            "https://www.facebook.com/p/UBND-L%E1%BA%A5p-V%C3%B2-100064718704823/",
            "https://www.facebook.com/profile/100064718704823/",
            "https://m.facebook.com/photo.php?fbid=1&id=100064718704823&set=a.2",
            "https://www.facebook.com/UBND-Lap-Vo-100064718704823/",
            "https://m.facebook.com/story.php?story_fbid=1&id=100064718704823",
            "https://www.facebook.com/permalink.php?story_fbid=1&id=100064718704823",
            "https://www.facebook.com/profile.php?id=１０００６４７１８７０４８２３",
            "https://www.facebook.com/ads/library/?view_all_page_id=100064718704823",
            "https://www.facebook.com/groups/lapvo/user/100064718704823/",
            "https://m.me/100064718704823",
        ],
    ),
    # Old pages have short ids, shorter than a telephone number.
    (
        "facebook:id:117203456",
        [
            "https://www.facebook.com/profile.php?id=117203456",
            "https://www.facebook.com/pages/Lap-Vo/117203456",
            "https://www.facebook.com/pages/category/City/Lap-Vo-117203456",
            "https://www.facebook.com/p/Lap-Vo-117203456",
        ],
    ),
    ("facebook:id:groups/100064718704823", ["https://www.facebook.com/groups/100064718704823"]),
    (
        "facebook:@groups/ubndlapvo",
        [
            "https://www.facebook.com/groups/ubndlapvo",
            "m.facebook.com/groups/UBNDlapvo/permalink/1",
        ],
    ),
    # A hyphen and a telephone number are no page id.
    (
        "facebook:@tuyen-sinh-0912345678",
        ["https://www.facebook.com/tuyen-sinh-0912345678", "fb.com/Tuyen-Sinh-0912345678"],
    ),
    (
        "youtube:@dongthaptv",
        [
            "https://www.youtube.com/@dongthaptv",
            "youtube.com/@DongThapTV/videos",
            "https://m.youtube.com/%40dongthaptv?si=abc",
        ],
    ),
    (
        "youtube:@truyềnhình",
        [
            "https://www.youtube.com/@truy%E1%BB%81nh%C3%ACnh",
            "youtube.com/@TruyềnHình",
            "youtube.com/@Truye\u0302\u0300nHi\u0300nh",
        ],
    ),
    (
        f"youtube:id:{UC}",
        [
            f"https://www.youtube.com/channel/{UC}",
            f"youtube.com/channel/{UC}/about",
            f"https://www.youtube-nocookie.com/embed/live_stream?channel={UC}",
        ],
    ),
    (
        "youtube:@c/dongthaptv",
        ["https://www.youtube.com/c/dongthaptv", "youtube.com/c/DongThapTV/videos", "youtube.com/DongThapTV"],
    ),
    ("youtube:@user/dongthaptv", ["https://www.youtube.com/user/dongthaptv"]),
    (
        "tiktok:@lap.vo_dt",
        [
            "https://www.tiktok.com/@lap.vo_dt",
            "https://m.tiktok.com/@Lap.Vo_DT?lang=vi",
            "tiktok.com/@lap.vo_dt/video/7123",
            "tiktok.com/@lap.vo_dt/live",
        ],
    ),
    ("tiktok:@lapvo_dt", ["https://www.tiktok.com/@lapvo_dt"]),
    (
        "zalo:id:2491302944280861639",
        [
            "https://zalo.me/2491302944280861639",
            "http://oa.zalo.me/2491302944280861639",
            "zalo.me/2491302944280861639?gidzl=abc",
        ],
    ),
    ("zalo:@ubndlapvo", ["https://zalo.me/ubndlapvo", "zalo.me/UBNDLapVo/"]),
    (
        "zalo:@0912345678",
        ["https://zalo.me/0912345678", "https://zalo.me/84912345678", "https://zalo.me/+84912345678"],
    ),
    # A landline's.
    ("zalo:@02773651234", ["https://zalo.me/02773651234", "https://zalo.me/842773651234"]),
    ("zalo:@g/wzksix491", ["https://zalo.me/g/wzksix491"]),
    (
        "zalo:id:s/3493358192537809297",
        ["https://zalo.me/s/3493358192537809297", "https://zalo.me/s/3493358192537809297/form?env=TESTING"],
    ),
    (
        "x:@dongthap_gov",
        [
            "https://x.com/dongthap_gov",
            "https://twitter.com/DongThap_Gov?s=20",
            "https://mobile.twitter.com/dongthap_gov",
            "https://www.x.com/dongthap_gov/status/1/photo/1",
            "https://twitter.com/@dongthap_gov",
            "https://twitter.com/intent/follow?screen_name=dongthap_gov",
        ],
    ),
    ("x:id:3026622545", ["https://x.com/i/user/3026622545"]),
    (
        "instagram:@dongthap.gov",
        [
            "https://www.instagram.com/dongthap.gov",
            "https://instagr.am/DongThap.Gov/",
            "https://www.instagram.com/dongthap.gov/reel/C1a/",
            "https://www.instagram.com/stories/dongthap.gov/123/",
            "https://www.instagram.com/_u/dongthap.gov/",
            "https://l.instagram.com/?u=https%3A%2F%2Finstagram.com%2Fdongthap.gov&e=1",
        ],
    ),
    (
        "threads:@dongthap.gov",
        [
            "https://www.threads.com/@dongthap.gov",
            "https://threads.net/@DongThap.gov/post/C1a",
        ],
    ),
    (
        "telegram:@lapvo_news",
        [
            "https://t.me/lapvo_news",
            "https://telegram.me/LapVo_News",
            "https://t.me/s/lapvo_news/12",
            "t.me/lapvo_news/12?single",
            "https://lapvo_news.t.me/12",
        ],
    ),
    ("telegram:@+AbC-d_12", ["https://t.me/+AbC-d_12", "https://t.me/joinchat/AbC-d_12"]),
    ("telegram:@+abC-d_12", ["https://t.me/+abC-d_12"]),
    (
        "linkedin:@company/dong-thap",
        [
            "https://www.linkedin.com/company/dong-thap",
            "https://vn.linkedin.com/company/Dong-Thap/posts/?feedView=all",
        ],
    ),
    (
        "linkedin:id:company/1035",
        [
            "https://www.linkedin.com/company/1035",
            "linkedin.com/company/1035/",
            "https://www.linkedin.com/organization-guest/company/1035",
        ],
    ),
    ("linkedin:id:groups/1035", ["https://www.linkedin.com/groups/1035", "linkedin.com/groups/1035/about"]),
    ("linkedin:@school/dong-thap", ["https://www.linkedin.com/school/dong-thap"]),
    ("linkedin:@showcase/dong-thap", ["https://www.linkedin.com/showcase/dong-thap"]),
    (
        "linkedin:@in/lấp-vò",
        ["https://www.linkedin.com/in/l%E1%BA%A5p-v%C3%B2", "https://linkedin.com/in/Lấp-Vò/"],
    ),
    (
        "mastodon:@dongthap@mastodon.social",
        [
            "https://mastodon.social/@dongthap",
            "https://mastodon.social/@DongThap/112233",
            "mastodon.social/@dongthap/with_replies",
            "https://mastodon.social/web/@dongthap",
            "https://mastodon.social/deck/@dongthap/112233",
            "https://www.mastodon.social/%40dongthap",
        ],
    ),
    ("mastodon:@a@127.0.0.1:8080", ["https://127.0.0.1:8080/@a", "http://127.0.0.1:8080/@A"]),
    (
        "app_store:id:123",
        [
            "https://apps.apple.com/app/id123",
            "https://apps.apple.com/vn/app/vneid/id123",
            "https://apps.apple.com/vn/app/ten-%E1%BB%A9ng-d%E1%BB%A5ng/id123?l=vi",
            "https://itunes.apple.com/us/app/id123?mt=8",
        ],
    ),
    (
        "google_play:id:com.vnpt.DongThap",
        [
            "https://play.google.com/store/apps/details?id=com.vnpt.DongThap",
            "play.google.com/store/apps/details?hl=vi&id=com.vnpt.DongThap&gl=VN",
        ],
    ),
    ("google_play:id:com.vnpt.dongthap", ["https://play.google.com/store/apps/details?id=com.vnpt.dongthap"]),
    (
        "website:lapvo.dongthap.gov.vn",
        [
            "https://lapvo.dongthap.gov.vn",
            "lapvo.dongthap.gov.vn",
            "http://www.LapVo.DongThap.gov.vn:80/trang-chu?a=b#c",
            "https://lapvo.dongthap.gov.vn.:443",
            "https://www.www.lapvo.dongthap.gov.vn./",
            "https://user:pass@lapvo.dongthap.gov.vn/",
            "https://lapvo.dongthap.gov.vn:/",
            "https://lapvo.dongthap.gov.vn/%ff%00/..",
            "https://lapvo.dongthap.gov.vn/tin tức".replace(" ", "%20"),
        ],
    ),
    ("website:127.0.0.1:8000", ["https://127.0.0.1:8000", "http://127.0.0.1:08000/x", "127.0.0.1:8000"]),
    ("website:localhost:8000", ["https://localhost:8000", "http://localhost:8000/"]),
    ("website:[::1]:8000", ["https://[::1]:8000", "http://[0:0:0:0:0:0:0:1]:8000/"]),
    (
        "website:xn--lpv-ena6219a.vn",
        ["https://xn--lpv-ena6219a.vn", "lấpvò.vn", "LẤPVÒ.VN", "https://xn--LPV-ena6219a.vn/"],
    ),
    ("website:xn--fcebook-2fg.com", ["https://xn--fcebook-2fg.com", "https://fаcebook.com/ubndlapvo"]),
    # Not the platform, however the name is worked in.
    ("website:fakefacebook.com", ["https://fakefacebook.com", "fakefacebook.com/WhiteHouse"]),
    (
        "website:facebook.com.evil.example",
        ["https://facebook.com.evil.example", "facebook.com.evil.example/x"],
    ),
    (
        "website:evil.example",
        [
            "https://evil.example",
            "https://evil.example/?u=https://facebook.com/ubndlapvo",
            "https://evil.example/https://facebook.com/ubndlapvo",
            "https://evil.example#@facebook.com/ubndlapvo",
            "https://evil.example?@facebook.com/ubndlapvo",
            "https://facebook.com@evil.example/",
            "https://facebook.com:443@evil.example/ubndlapvo",
            "https://facebook.com%2fubndlapvo@evil.example/",
            "https://a@b@evil.example",
            "https://google.com/url?q=https://evil.example/?u=https://facebook.com/x",
            "https://l.facebook.com/l.php?u=https%3A%2F%2Fevil.example%2F%3Fu%3Dhttps%3A%2F%2Ffacebook.com%2Fx",
            "https://www.youtube.com/redirect?event=channel&q=evil.example",
        ],
    ),
    ("website:google.com", ["https://google.com", "https://www.google.com/search?q=https://facebook.com/x"]),
    # Hosts with tenants.
    (
        "website:ubndlapvo.blogspot.com",
        ["https://ubndlapvo.blogspot.com", "http://ubndlapvo.blogspot.com/2024/"],
    ),
    ("website:my_site.wordpress.com", ["https://my_site.wordpress.com"]),
    (
        "website:sites.google.com/view/lapvo",
        ["https://sites.google.com/view/lapvo", "https://sites.google.com/view/lapvo/trang-ch%E1%BB%A7"],
    ),
    ("website:sites.google.com/dongthap.gov.vn/x", ["https://sites.google.com/dongthap.gov.vn/x"]),
    (
        "website:sites.google.com/a/lapvo.vn/x",
        ["https://sites.google.com/a/lapvo.vn/x", "https://sites.google.com/a/lapvo.vn/x/y"],
    ),
    ("website:linktr.ee/lapvo", ["https://linktr.ee/lapvo", "linktr.ee/LapVo?x=1"]),
    ("website:medium.com/@lapvo", ["https://medium.com/@lapvo", "https://www.medium.com/@LapVo/post-1"]),
    (
        "website:docs.google.com/forms/d/e/1FAIpQLSd",
        [
            "https://docs.google.com/forms/d/e/1FAIpQLSd",
            "https://docs.google.com/forms/d/e/1FAIpQLSd/viewform",
        ],
    ),
    (
        "website:docs.google.com/forms/d/1abc",
        ["https://docs.google.com/forms/d/1abc", "https://docs.google.com/forms/d/1abc/edit"],
    ),
    ("website:drive.google.com/drive/folders/1abc", ["https://drive.google.com/drive/folders/1abc"]),
    ("website:wa.me/84912345678", ["https://wa.me/84912345678", "https://wa.me/84912345678?text=hi"]),
]

UNUSABLE: list[tuple[str, list[str]]] = [
    (
        "not-a-link",
        [
            "",
            "   ",
            "@ubndlapvo",
            "ubndlapvo",
            "Ủy ban nhân dân",
            "ubnd@dongthap.gov.vn",
            "facebook.com@evil.example",
            "facebook.com /x",
            "https://facebook.com/a b",
            "https://facebook.com/a\u3000b",
            "https://face\tbook.com/x",
            "https://facebook.com/x\x00",
            "https://facebook.com/\ud800",
            "https://facebook.com/a\u2028b",
            "https://facebook.com\\@evil.example/",
            "https:\\\\facebook.com\\x",
            "facebook.com:port/x".replace("port", "99999"),
            "1.2",
            "https://",
            "https:///facebook.com/x",
            "/facebook.com/x",
            "?facebook.com/x",
            "\u200b",
        ],
    ),
    (
        "unsupported-scheme",
        [
            "javascript:alert(1)//facebook.com/x",
            "ftp://facebook.com/x",
            "fb://profile/1",
            "tg://resolve?domain=x",
            "mailto:a@b.vn",
            "https:facebook.com/x",
            "hxxps://facebook.com/x",
            "ｈttps://facebook.com/x",
        ],
    ),
    ("too-long", ["https://facebook.com/" + "a" * 2048, " " * 3000]),
    (
        "bad-host",
        [
            "http://https://facebook.com/x",
            "https://facebook",
            "https://facebook..com/x",
            "https://facebook.com../x",
            "https://facebook.com:0/x",
            "https://facebook.com:65536/x",
            "https://facebook.com:4４3/x",
            "https://facebook.com／evil.example/x",
            "https://facebook.com%2f.evil.example/x",
            "https://facebook.com%00.evil.example/x",
            "https://facebook.com%ff/x",
            "https://face\u200dbook.com/x",
            "https://\u202emoc.koobecaf/x",
            "https://xn--facebook-.com/x",
            "https://xn--a.com/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://127.0.0.01/",
            "https://127.1/",
            "https://256.1.1.1/",
            "https://[::1",
            "https://[::1%25eth0]/",
            "https://[::g]/",
            "https://" + "a" * 64 + ".com",
            "https://" + "a." * 130 + "com",
        ],
    ),
    (
        "no-account",
        [
            "https://www.facebook.com",
            "facebook.com/",
            "https://www.facebook.com/profile.php",
            "https://www.facebook.com/profile.php?id=",
            "https://www.facebook.com/profile.php?id=abc",
            "https://www.facebook.com/profile.php?id=0",
            "https://www.facebook.com/photo/?fbid=1&set=a.2",
            "https://www.facebook.com/watch/?v=1",
            "https://www.facebook.com/watch/live/?v=1",
            "https://www.facebook.com/p/Lap-Vo",
            "https://www.facebook.com/n/?ubndlapvo",
            "https://m.me/j/AbZ123/",
            "https://m.me/ch/AbZ123/",
            "https://www.facebook.com/reel/1",
            "https://www.facebook.com/unknown.php?id=1",
            "https://www.facebook.com/people/Lap-Vo",
            "https://www.facebook.com/groups",
            "https://www.facebook.com/ubnd%2Flapvo",
            "https://www.facebook.com/ubnd%2561",
            "https://www.facebook.com/ubnd%00",
            "https://www.facebook.com/%ff",
            "https://www.facebook.com/#!/ubndlapvo",
            "https://www.facebook.com/lấpvò",
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ&ab_channel=DongThapTV",
            "https://www.youtube.com/shorts/abc",
            "https://www.youtube.com/channel/UCshort",
            "https://www.youtube.com/embed/dQw4w9WgXcQ",
            "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ",
            "https://www.youtube.com/@",
            "https://www.tiktok.com/lapvo",
            "https://www.tiktok.com/",
            "https://www.tiktok.com/@/video/7123",
            "https://x.com/i/status/1",
            "https://twitter.com/statuses/1",
            "https://www.instagram.com/p/C1a/",
            "https://www.instagram.com/channel/AbC/",
            "https://www.threads.net/t/C1a",
            "https://t.me/c/123/4",
            "https://t.me/abc",
            "https://www.linkedin.com/feed/update/urn:li:activity:1",
            "https://www.linkedin.com/company",
            "https://apps.apple.com/vn/developer/x/id1",
            "https://play.google.com/store/apps/dev?id=1",
            "https://play.google.com/store/apps/details?id=notapackage",
            "https://zalo.me/",
            "https://linktr.ee/",
            "https://sites.google.com/view",
            "https://sites.google.com/view%2Flapvo",
            "https://sites.google.com/view／lapvo",
            "https://www.facebook.com/profile.php?" + "&" * 150 + "id=1",
            "https://sites.google.com/",
            "https://docs.google.com/forms/u/0/",
            "https://mastodon.social/@dongthap@elsewhere.example",
            "https://l.facebook.com/l.php?h=AT0",
        ],
    ),
    (
        "reserved",
        [
            "https://www.facebook.com/login/?next=x",
            "https://www.facebook.com/@login",
            "https://www.facebook.com/pg/login",
            "https://m.me/marketplace",
            "https://www.facebook.com/sharer/sharer.php?u=https://facebook.com/ubndlapvo",
            "https://developers.facebook.com/ubndlapvo",
            "https://ubndlapvo.facebook.com/",
            "https://a.vi-vn.facebook.com/x",
            "https://www.youtube.com/results?search_query=x",
            "https://www.youtube.com/attribution_link?u=/watch",
            "https://x.com/home",
            "https://x.com/search?q=@dongthap_gov",
            "https://twitter.com/intent/tweet?text=x",
            "https://www.instagram.com/explore/",
            "https://t.me/share/url?url=https://t.me/lapvo_news",
            "https://oa.zalo.me/home",
            "https://shop.tiktok.com/@x",
        ],
    ),
    (
        "needs-resolving",
        [
            "https://vm.tiktok.com/ZS1",
            "https://vt.tiktok.com/ZS1",
            "https://www.tiktok.com/t/ZS1",
            "https://fb.me/ubndlapvo",
            "https://fb.watch/abc",
            "https://www.facebook.com/share/1Ab/",
            "https://fb.com/l/6abc",
            "https://youtu.be/dQw4w9WgXcQ",
            "bit.ly/abc",
            "https://t.co/abc",
            "https://zaloapp.com/qr/p/1snes6mwm41h3",
            "https://abc.onelink.me/x",
            # Three redirectors deep.
            "https://google.com/url?q=https://google.com/url?q=https://google.com/url?q=https://a.vn",
        ],
    ),
    (
        "ambiguous",
        [
            "https://www.facebook.com/profile.php?id=1&id=2",
            "https://www.facebook.com/profile.php?id=1&%69d=2",
            "https://www.facebook.com/profile.php?id=1&+id=2",
            "https://www.facebook.com/profile.php?id=1&id=",
            "https://google.com/url?q=https://a.vn&url=https://b.vn",
        ],
    ),
]


@pytest.mark.parametrize(("key", "links"), IDENTITIES, ids=[key for key, _ in IDENTITIES])
def test_every_spelling_of_a_link_denotes_one_identity(key: str, links: list[str]) -> None:
    assert {link: canonicalise(link).key for link in links} == dict.fromkeys(links, key)
    assert canonicalise(links[0]).url == links[0]
    assert all(canonicalise(canonicalise(link).url) == canonicalise(link) for link in links)


def test_the_identities_of_the_table_are_all_different() -> None:
    keys = [key for key, _ in IDENTITIES]
    urls = [canonicalise(links[0]).url for _, links in IDENTITIES]
    assert len(set(keys)) == len(keys)
    assert len(set(urls)) == len(urls)
    assert {key.partition(":")[0] for key in keys} == set(PLATFORMS)


@pytest.mark.parametrize(
    ("code", "link"),
    [(code, link) for code, links in UNUSABLE for link in links],
    ids=lambda value: ascii(value)[1:60],
)
def test_what_carries_no_identity_is_refused_without_repeating_it(code: str, link: str) -> None:
    with pytest.raises(UnusableLink) as refused:
        canonicalise(link)
    assert refused.value.code == code
    assert str(refused.value) == code
    # A traceback prints chained errors too, and idna's repeat the host.
    assert refused.value.__context__ is None


def test_no_host_stands_in_two_rows() -> None:
    hosts = [host for row in ROWS for host in row.hosts]
    assert len(set(hosts)) == len(hosts)
    assert not [host for host in hosts if host.startswith("www.")]


def test_words_of_a_platform_are_refused_only_where_it_says_so() -> None:
    refused = [
        f"https://{row.hosts[0]}/{word}"
        for row in ROWS
        for word, rule in row.rules.items()
        if isinstance(rule, str) and word
    ]
    assert len(refused) > 150
    for link in refused:
        with pytest.raises(UnusableLink):
            canonicalise(link)
