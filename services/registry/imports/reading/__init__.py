"""Reading tables as offices keep them: CSV and XLSX, in whatever encoding, below whatever title.

Nothing here knows a database. `table.read` does all of it; `python -m services.registry.imports.reading` does it
in a process of its own, because files come from strangers and libraries that read them can be made to fail.
"""

from services.registry.imports.reading.refusals import REFUSALS, Refused
from services.registry.imports.reading.table import ENCODINGS, FORMATS, Column, Table, read
from services.registry.imports.reading.workbook import recognise

__all__ = ["ENCODINGS", "FORMATS", "REFUSALS", "Column", "Refused", "Table", "read", "recognise"]
