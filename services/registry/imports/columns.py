"""The columns of each kind of import: what a heading may be called, and what the template says about it."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.registry.imports.reading.table import Column
from shared.text import Text


@dataclass(frozen=True)
class Field:
    """One column. Accents, case, punctuation and remarks in brackets do not count in headings."""

    name: str
    heading: Text
    also: tuple[str, ...]
    """Other headings that offices use."""
    example: str
    explained: Text
    required: bool = True
    instead: tuple[str, ...] = ()
    """Headings that mean it where the file has none of the others: the name of an agency beside its code."""


ACCOUNTS = (
    Field(
        "agency_code",
        Text("Mã cơ quan", "Agency code"),
        (
            *("Mã đơn vị", "Mã định danh", "Mã định danh cơ quan", "Mã đơn vị hành chính", "Mã ĐVHC"),
            "Official code",
        ),
        "T82.X30169",
        Text(
            "Mã hoặc mã định danh của cơ quan giữ tài khoản",
            "Code or official code of the agency that holds it",
        ),
        instead=(
            *("Cơ quan", "Đơn vị", "Tên cơ quan", "Tên đơn vị"),
            *("Agency", "Agency name", "Organisation", "Organization"),
        ),
    ),
    Field(
        "url",
        Text("Liên kết", "Link"),
        (
            *("Đường dẫn", "Địa chỉ", "Địa chỉ liên kết", "Đường link", "Địa chỉ trang", "Website", "Trang"),
            *("Address", "Page", "Web address"),
        ),
        "https://www.facebook.com/ubndxalapvo",
        Text("Liên kết tới tài khoản, như người xem thấy", "Link to the account, as its visitors see it"),
        required=False,
    ),
    Field(
        "display_name",
        Text("Tên hiển thị", "Display name"),
        (
            *("Tên tài khoản", "Tên trang", "Tên kênh", "Tên trang/kênh", "Tên", "Tên tài khoản, trang"),
            *("Name", "Name shown", "Account name", "Page name", "Title"),
        ),
        "UBND xã Lấp Vò",
        Text(
            "Tên mà tài khoản hiển thị; để trống là tên ngắn của cơ quan",
            "The name it shows; empty means the agency's short name",
        ),
        required=False,
    ),
    Field(
        "purpose",
        Text("Mục đích", "Purpose"),
        ("Lĩnh vực", "Mục đích sử dụng", "Topic"),
        "information",
        Text(
            "Một từ: information, public_services, reception, emergency, health, education, culture …",
            "One word: information, public_services, reception, emergency, health, education, culture …",
        ),
        required=False,
    ),
    Field(
        "contact_email",
        Text("Thư điện tử liên hệ", "Contact e-mail"),
        ("Email", "Thư điện tử", "Email liên hệ", "E-mail"),
        "vanphong@lapvo.dongthap.gov.vn",
        Text("Hộp thư công vụ của đơn vị, không công khai", "The unit's official address, never public"),
        required=False,
    ),
    Field(
        "contact_phone",
        Text("Điện thoại liên hệ", "Contact telephone"),
        ("Điện thoại", "Số điện thoại", "SĐT", "Phone", "Telephone"),
        "02773845123",
        Text("Số điện thoại công vụ, không công khai", "The unit's official telephone, never public"),
        required=False,
    ),
    Field(
        "languages",
        Text("Ngôn ngữ", "Languages"),
        ("Language", "Tiếng", "Ngôn ngữ sử dụng"),
        "vi",
        Text(
            "vi, en, km …; nhiều ngôn ngữ cách nhau bằng dấu phẩy; để trống là vi",
            "vi, en, km …; several with commas between; empty means vi",
        ),
        required=False,
    ),
    Field(
        "platform",
        Text("Nền tảng", "Platform"),
        ("Mạng xã hội", "Network", "Service"),
        "",
        Text(
            "Chỉ khi không có liên kết: facebook, youtube, tiktok, zalo, x …",
            "Only where there is no link: facebook, youtube, tiktok, zalo, x …",
        ),
        required=False,
        instead=("Loại", "Kênh"),
    ),
    Field(
        "handle",
        Text("Tên định danh trên nền tảng", "Handle"),
        ("Username", "User name", "Tên người dùng", "Screen name"),
        "",
        Text("Chỉ khi không có liên kết", "Only where there is no link"),
        required=False,
    ),
    Field(
        "platform_id",
        Text("Mã số trên nền tảng", "Platform id"),
        ("ID", "Page ID", "Channel ID", "ID trang", "Mã trên nền tảng", "Id on the platform"),
        "",
        Text("Chỉ khi không có liên kết", "Only where there is no link"),
        required=False,
    ),
)

AGENCIES = (
    Field(
        "code",
        Text("Mã cơ quan", "Code"),
        ("Mã", "Mã đơn vị", "Agency code"),
        "T82.X30169.TH1",
        Text("Mã mới, gồm chữ in hoa, số và dấu chấm", "The new code: capital letters, digits and dots"),
    ),
    Field(
        "name",
        Text("Tên cơ quan", "Name"),
        ("Tên", "Tên đơn vị", "Tên đầy đủ", "Full name", "Agency"),
        "Trường Tiểu học Lấp Vò 1",
        Text("Tên đầy đủ", "The full name"),
    ),
    Field(
        "short_name",
        Text("Tên viết tắt", "Short name"),
        ("Tên ngắn", "Tên rút gọn", "Viết tắt", "Abbreviation"),
        "TH Lấp Vò 1",
        Text("Tên rút gọn; để trống là như tên đầy đủ", "The shorter name; empty means the full one"),
        required=False,
    ),
    Field(
        "level",
        Text("Cấp", "Level"),
        ("Cấp cơ quan", "Cấp đơn vị"),
        "đơn vị",
        Text("sở/phòng (department) hoặc đơn vị (unit)", "department or unit"),
    ),
    Field(
        "organisation_type",
        Text("Loại hình", "Organisation type"),
        ("Loại cơ quan", "Loại hình tổ chức", "Type", "Kind"),
        "trường học",
        Text(
            "sở/phòng, trường học, bệnh viện, đoàn thể, công an, báo chí …, hoặc từ tiếng Anh của API",
            "department, school, hospital, mass_organisation, police, press …: the words of the API",
        ),
    ),
    Field(
        "parent_code",
        Text("Mã cơ quan cấp trên", "Parent code"),
        ("Cấp trên", "Mã cấp trên", "Cơ quan chủ quản", "Mã cơ quan chủ quản", "Trực thuộc", "Parent"),
        "T82.X30169",
        Text(
            "Mã của cơ quan cấp trên: đã có trong sổ, hoặc ở một hàng phía trên",
            "Code of the agency above: registered, or in a row further up",
        ),
    ),
    Field(
        "official_code",
        Text("Mã định danh", "Official code"),
        ("Mã định danh điện tử", "Mã định danh cơ quan", "State agency code"),
        "",
        Text("Mã định danh của cơ quan nhà nước, nếu có", "The state agency code, where there is one"),
        required=False,
    ),
    Field(
        "area_code",
        Text("Mã địa bàn", "Area code"),
        ("Mã đơn vị hành chính", "Mã ĐVHC", "Địa bàn", "Mã xã", "Mã tỉnh", "Statistical code"),
        "30169",
        Text("Mã đơn vị hành chính: 2, 3 hoặc 5 chữ số", "Statistical code of the area: 2, 3 or 5 digits"),
        required=False,
    ),
    Field(
        "valid_from",
        Text("Hoạt động từ ngày", "Valid from"),
        ("Từ ngày", "Ngày thành lập", "Ngày hiệu lực", "Hiệu lực từ", "Since", "From"),
        "01/07/2025",
        Text("dd/mm/yyyy; để trống nếu không rõ", "dd/mm/yyyy; empty where it is not known"),
        required=False,
    ),
)

FIELDS: Mapping[str, tuple[Field, ...]] = {"accounts": ACCOUNTS, "agencies": AGENCIES}
"""By kind of import."""

FIELD_NAMES = tuple(sorted({field.name for fields in FIELDS.values() for field in fields}))


def columns_of(kind: str) -> tuple[Column, ...]:
    """What a reader has to know of a kind's columns."""
    return tuple(Column(each.name, (*each.heading, *each.also), each.instead) for each in FIELDS[kind])
