"""Imports, the files they came as, and their rows, as stored."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.registry.base import Base
from services.registry.imports.reading import ENCODINGS, FORMATS, REFUSALS
from shared.db import code, words

KINDS = ("accounts", "agencies")
STATES = ("uploaded", "checking", "checked", "applying", "applied", "refused", "cancelled")
MODES = ("all", "good")
OUTCOMES = ("good", "bad", "applied", "unchanged", "failed")
INTERNAL = "internal"
"""Refusal of a file over which the service itself stumbled."""
REASONS = (*REFUSALS, INTERNAL)


class Import(Base, table=True):
    """One file, on its way from upload to effect. What it counts is of rows."""

    __tablename__ = "imports"
    __table_args__: ClassVar = (
        CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name="refusal_given"),
        CheckConstraint("state NOT IN ('applying', 'applied') OR mode IS NOT NULL", name="mode_given"),
        CheckConstraint("mode IS NULL OR applier_subject IS NOT NULL", name="applier_known"),
        # The same file of the same agency is the same import, until it comes to nothing.
        Index(
            "uq_imports_file",
            "agency_code",
            "digest",
            unique=True,
            postgresql_where=text("state NOT IN ('refused', 'cancelled')"),
        ),
        Index("ix_imports_agency", "agency_code", "id"),
        Index(
            "ix_imports_work",
            "updated_at",
            postgresql_where=text("state IN ('uploaded', 'checking', 'applying')"),
        ),
    )

    id: UUID = Field(primary_key=True)
    agency_code: str = Field(sa_column=Column(code(35), ForeignKey("registry.agencies.code"), nullable=False))
    kind: str = Field(sa_column=Column(words("kind", *KINDS), nullable=False))
    state: str = Field(sa_column=Column(words("state", *STATES), nullable=False))
    # Of the file and the options it came with; null once the values are erased.
    digest: bytes | None = Field(sa_column=Column(LargeBinary))
    options: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    format: str = Field(sa_column=Column(words("format", *FORMATS), nullable=False))
    encoding: str | None = Field(default=None, sa_column=Column(words("encoding", *ENCODINGS)))
    header_row: int | None = None
    headings: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    fields: list[str | None] = Field(sa_column=Column(JSONB, nullable=False))
    refusal: str | None = Field(default=None, sa_column=Column(words("refusal", *REASONS)))
    missing: list[str] = Field(sa_column=Column(ARRAY(code(32)), nullable=False))
    mode: str | None = Field(default=None, sa_column=Column(words("mode", *MODES)))
    applier_issuer: str | None = Field(default=None, sa_column=Column(code(255)))
    applier_subject: str | None = Field(default=None, sa_column=Column(code(255)))
    applier_agency: str | None = Field(default=None, sa_column=Column(code(35)))
    total: int = 0
    checked: int = 0
    good: int = 0
    bad: int = 0
    applied: int = 0
    unchanged: int = 0
    failed: int = 0
    # The last row that the present pass has dealt with.
    position: int = 0
    version: int = 1
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    started_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    finished_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    updated_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class ImportFile(Base, table=True):
    """A file that waits to be read; gone once it is."""

    __tablename__ = "import_files"

    import_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("registry.imports.id"), primary_key=True))
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class ImportRow(Base, table=True):
    """One row of a file: its cells as they came, what is wrong with them, and what became of it."""

    __tablename__ = "import_rows"
    __table_args__: ClassVar = (
        Index("ix_import_rows_key", "import_id", "key", postgresql_where=text("key IS NOT NULL")),
        Index("ix_import_rows_errors", "import_id", "number", postgresql_where=text("errors IS NOT NULL")),
    )

    import_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("registry.imports.id"), primary_key=True))
    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    cells: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    # What it stands for: two rows of a file with one key are one too many.
    key: str | None = Field(default=None, sa_column=Column(code(300)))
    outcome: str | None = Field(default=None, sa_column=Column(words("outcome", *OUTCOMES)))
    errors: list[dict[str, Any]] | None = Field(default=None, sa_column=Column(JSONB))
    warnings: list[dict[str, Any]] | None = Field(default=None, sa_column=Column(JSONB))
    result: str | None = Field(default=None, sa_column=Column(code(36)))
