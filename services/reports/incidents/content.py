"""What reporters write, sealed under the key of its incident (docs/principles.md, 5)."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from services.reports.incidents.tables import IncidentKey, Sighting
from shared.crypto import KeyRing, seal, unseal


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
    """What a sighting says; None once it was erased."""
    if sighting.content is None:
        return None
    plain = ring.unwrap(key.wrapped, str(key.incident_id))
    return Content(**orjson.loads(unseal(plain, sighting.content, f"sighting:{sighting.id}:content")))


def open_contact(ring: KeyRing, key: IncidentKey, sighting: Sighting) -> dict[str, Any] | None:
    """How to reach the reporter; None when nothing was given, or all was erased."""
    if sighting.contact is None:
        return None
    plain = ring.unwrap(key.wrapped, str(key.incident_id))
    contact: dict[str, Any] = orjson.loads(unseal(plain, sighting.contact, f"sighting:{sighting.id}:contact"))
    return contact
