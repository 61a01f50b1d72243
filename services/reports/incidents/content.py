"""What reporters write, sealed under the key of its incident (docs/principles.md, 5)."""

import logging
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from services.reports.incidents.tables import IncidentKey, Sighting
from shared.crypto import KeyRing, Unsealable, seal, unseal

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Content:
    """What one sighting says, without the contact."""

    targets: list[str]
    facts: dict[str, Any]
    description: str


def seal_content(key: bytes, sighting_id: UUID, content: Content) -> bytes:
    """Sealed for this sighting and no other."""
    return seal(key, orjson.dumps(vars(content)), f"sighting:{sighting_id}:content")


def seal_contact(key: bytes, sighting_id: UUID, contact: dict[str, Any]) -> bytes:
    """Sealed apart from the content."""
    return seal(key, orjson.dumps(contact), f"sighting:{sighting_id}:contact")


def open_content(ring: KeyRing, key: IncidentKey, sighting: Sighting) -> Content | None:
    """What a sighting says; None once it was erased, here or from the backup this was restored from."""
    document = _open(ring, key, sighting, "content")
    return None if document is None else Content(**document)


def open_contact(ring: KeyRing, key: IncidentKey, sighting: Sighting) -> dict[str, Any] | None:
    """How to reach the reporter; None when nothing was given, or all was erased."""
    return _open(ring, key, sighting, "contact")


def _open(ring: KeyRing, key: IncidentKey, sighting: Sighting, part: str) -> dict[str, Any] | None:
    sealed = getattr(sighting, part)
    if sealed is None:
        return None
    try:
        plain = ring.unwrap(key.wrapped, str(key.incident_id))
        opened: dict[str, Any] = orjson.loads(unseal(plain, sealed, f"sighting:{sighting.id}:{part}"))
    except Unsealable:
        log.error("incident does not open", extra={"incident": str(key.incident_id)})  # noqa: TRY400
        return None
    return opened
