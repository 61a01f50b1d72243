"""The `backlink` method: a page of the agency's site links to the account with `rel="me"`."""

from html import escape

from services.registry.proofs.method import Method, Probe, Subject
from services.registry.proofs.pages import Unread, fetch, identities_linked
from shared.problems import Text


async def _look(probe: Probe, subject: Subject) -> str | None:
    url = subject.site + subject.path
    try:
        page = await fetch(probe, url)
    except Unread as unread:
        return unread.code
    if page is None:
        return "not-published"
    return None if subject.identities & await identities_linked(page, url) else "not-linked"


METHOD = Method(
    name="backlink",
    strength="medium",  # many may write on a page; it takes more to put a file at the root
    instructions=Text(
        'Đặt liên kết này, có rel="me", trên trang đã nêu của cơ quan, rồi cho kiểm tra.',
        'Put this link, with rel="me", on the named page of the agency\'s site, then have it checked.',
    ),
    places=lambda subject: [subject.site + subject.path],
    line=lambda subject: f'<a rel="me" href="{escape(subject.url)}">{escape(subject.name)}</a>',
    look=_look,
    failures={
        "not-published": Text("Trang đã nêu không tồn tại.", "The named page does not exist."),
        "not-linked": Text(
            'Trang có nhưng không có liên kết rel="me" tới tài khoản này.',
            'The page is there but has no rel="me" link to the account.',
        ),
    },
)
