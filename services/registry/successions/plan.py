"""What a succession does, as a value: the same whether it is asked for, approved or taking effect."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.registry.successions.tables import Succession, SuccessionAgency
from services.registry.successions.words import ENDING


@dataclass(frozen=True)
class Plan:
    """Codes of agencies; `moves` is from each that is moved to its new parent."""

    succession_id: UUID
    kind: str
    day: date
    predecessors: tuple[str, ...]
    successors: tuple[str, ...]
    moves: Mapping[str, str]

    @property
    def ended(self) -> tuple[str, ...]:
        """The agencies that will no longer exist."""
        return self.predecessors if self.kind in ENDING else ()

    @property
    def changed(self) -> list[str]:
        """Every agency that is not afterwards what it was."""
        return sorted({*self.predecessors, *self.moves})

    @property
    def counted_on(self) -> list[str]:
        """The agencies that take something over, and have to be there."""
        return sorted({*self.successors, *self.moves.values()})

    @property
    def concerned(self) -> list[str]:
        """All of them: whoever decides has to reach each."""
        return sorted({*self.changed, *self.counted_on})

    def rows(self) -> list[SuccessionAgency]:
        """As it is stored."""
        of = self.succession_id
        return [
            *(
                SuccessionAgency(succession_id=of, role=role, agency_code=code)
                for role, codes in (("predecessor", self.predecessors), ("successor", self.successors))
                for code in codes
            ),
            *(
                SuccessionAgency(succession_id=of, role="moved", agency_code=code, parent_code=parent)
                for code, parent in self.moves.items()
            ),
        ]


def plan_of(succession: Succession, parts: Iterable[SuccessionAgency]) -> Plan:
    """The plan that is stored."""
    codes: dict[str, list[str]] = {"predecessor": [], "successor": [], "moved": []}
    moves: dict[str, str] = {}
    for part in sorted(parts, key=lambda part: part.agency_code):
        codes[part.role].append(part.agency_code)
        if part.parent_code is not None:
            moves[part.agency_code] = part.parent_code
    return Plan(
        succession.id,
        succession.kind,
        succession.effective_on,
        tuple(codes["predecessor"]),
        tuple(codes["successor"]),
        moves,
    )
