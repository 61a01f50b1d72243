"""docs/safeguards.md: the registers of the three services, for people to read.

Written by `scripts.export_contracts` from the same constants that `GET /v1/safeguards` answers with.
"""

from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module

from deploy.local.config import PROJECT, SERVICES
from services.reports.harms.catalogue import HARMS
from shared.problems import Text
from shared.safeguards import COMMON, COMMON_LISTS, FreeField

PATH = PROJECT / "docs" / "safeguards.md"

_TITLE = Text("Những gì hệ thống có thể lưu", "What the system can hold")
_OTHER = Text("[English](#what-the-system-can-hold)", "[Tiếng Việt](#những-gì-hệ-thống-có-thể-lưu)")
_INTRODUCTION = Text(
    "Được tạo từ mã nguồn bằng `make openapi`; không sửa bằng tay. Từng dịch vụ tự công bố phần của mình tại `GET "
    "/v1/safeguards`. Ngoài những gì nêu ở đây, hệ thống chỉ lưu mã, số, thời điểm và các từ trong danh sách đóng: "
    "khi có một trường văn bản, JSON hay nhị phân không nằm trong sổ này, việc dựng hệ thống sẽ thất bại.",
    "Made from the code by `make openapi`; not edited by hand. Each service shows its own part at `GET "
    "/v1/safeguards`. Beside what stands here the system holds only codes, numbers, times and words of closed "
    "lists: the build fails when there is a text, JSON or binary field that is not in this register.",
)
_HARMS = Text("Hành vi gây hại", "Harms")
_HARMS_INTRODUCTION = Text(
    "Danh sách đóng, không có mục “khác”. Báo cáo không thuộc mục nào bị từ chối và xoá ngay.",
    "A closed list without an “other”. A report that fits none is refused, and erased at once.",
)
_PARTS = {
    "must_be_shown": Text("Phải nêu được", "Must be shown"),
    "refused": Text("Bị từ chối", "Refused"),
    "example": Text("Ví dụ", "Example"),
    "counter_example": Text("Phản ví dụ", "Counter-example"),
}
_ANSWER = Text("Tiếp nhận trong vòng", "Taken up within")
_HOURS = Text("giờ", "hours")
_LISTS = Text("Danh sách đóng", "Closed lists")
_LIST_HEAD = Text("| danh sách | các từ |", "| list | words |")
_FIELDS = Text("Văn bản tự do, JSON và dữ liệu nhị phân", "Free text, JSON and binary data")
_FIELD_HEAD = Text(
    "| mục đích | nơi lưu hoặc nhận | dài tối đa | ai đọc | lưu đến khi |",
    "| purpose | where it is kept or sent | longest | who reads it | kept |",
)
_ENCLOSED = Text("theo nội dung bên trong", "as what it encloses")
_CHARACTERS = Text("ký tự", "characters")
_EVERY_SERVICE = Text("Cả ba dịch vụ", "All three services")


def document() -> str:
    """The whole document, in both languages."""
    return "\n\n".join("\n".join(_part(language)) for language in ("en", "vi")) + "\n"


def _part(language: str) -> Iterator[str]:
    def say(text: Text) -> str:
        return text.in_language(language)

    yield from (f"# {say(_TITLE)}", "", say(_OTHER), "", say(_INTRODUCTION), "")
    yield from (f"## {say(_HARMS)}", "", say(_HARMS_INTRODUCTION))
    for harm in HARMS.values():
        yield from ("", f"### {say(harm.name)} (`{harm.code}`)", "")
        yield from (f"- **{say(title)}:** {say(getattr(harm, name))}" for name, title in _PARTS.items())
        hours = int(harm.answer_within.total_seconds() // 3600)
        yield f"- **{say(_ANSWER)}:** {hours} {say(_HOURS)}."
    registers = {service: import_module(f"services.{service}.safeguards") for service in SERVICES}
    yield from ("", f"## {say(_LISTS)}")
    yield from _lists(say(_EVERY_SERVICE), COMMON_LISTS, language)
    for service, register in registers.items():
        own = {name: words for name, words in register.LISTS.items() if name not in COMMON_LISTS}
        yield from _lists(f"`{service}`", own, language)
    yield from ("", f"## {say(_FIELDS)}")
    yield from _fields(say(_EVERY_SERVICE), COMMON, language)
    for service, register in registers.items():
        own_fields = [field for field in register.FIELDS if field not in COMMON]
        yield from _fields(f"`{service}`", own_fields, language)


def _lists(heading: str, lists: Mapping[str, Sequence[str]], language: str) -> Iterator[str]:
    yield from ("", f"**{heading}**", "", _LIST_HEAD.in_language(language), "|---|---|")
    for name, words in lists.items():
        yield f"| `{name}` | {', '.join(f'`{word}`' for word in words)} |"


def _fields(heading: str, fields: Sequence[FreeField], language: str) -> Iterator[str]:
    yield from ("", f"**{heading}**", "", _FIELD_HEAD.in_language(language), "|---|---|---|---|---|")
    for field in fields:
        length = (
            f"{field.max_length} {_CHARACTERS.in_language(language)}"
            if field.max_length
            else _ENCLOSED.in_language(language)
        )
        cells = (
            field.purpose.in_language(language),
            ", ".join(f"`{place}`" for place in field.places),
            length,
            field.readers.in_language(language),
            field.retention.in_language(language),
        )
        yield f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
