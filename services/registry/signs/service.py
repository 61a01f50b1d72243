"""The signs of an account, and where they lead."""

import io
from typing import Any
from urllib.parse import quote
from uuid import UUID

import segno
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.directory import queries
from shared.problems import NotFound, Text

_SCALE = 8  # pixels of a module in a PNG
_QUIET = 4  # modules of margin (ISO/IEC 18004)
_SCAN = Text("Quét để kiểm tra tài khoản này", "Scan to verify this account")


async def account(session: AsyncSession, account_id: UUID) -> Row[Any]:
    """An account that is official, or was.

    Raises:
        NotFound: there is none; one that never was official does not exist for the public.
    """
    found = await queries.find(session, account_id)
    if found is None:
        raise NotFound
    return found


def verification(base: str, url: str) -> str:
    """Where the account with this canonical link is verified: the question is asked anew by each scan."""
    return f"{base}/v1/verify?url={quote(url, safe='')}"


def qr_svg(link: str, name: str, language: str) -> bytes:
    """A QR code as SVG; dark on white whatever the ground is, or it could not be read."""
    out = io.BytesIO()
    segno.make_qr(link).save(
        out,
        kind="svg",
        border=_QUIET,
        light="#fff",
        omitsize=True,
        svgclass=None,
        lineclass=None,
        title=_SCAN.in_language(language),
        desc=name,
    )
    return out.getvalue()


def qr_png(link: str) -> bytes:
    """A QR code as PNG."""
    out = io.BytesIO()
    segno.make_qr(link).save(out, kind="png", border=_QUIET, scale=_SCALE)
    return out.getvalue()
