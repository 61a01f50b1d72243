"""Why a whole file cannot be read, in words for the person who sent it."""

from shared.text import Text

REFUSALS: dict[str, Text] = {
    "empty": Text("Tệp không có dữ liệu.", "The file is empty."),
    "not-a-table": Text(
        "Đây không phải là tệp CSV hay XLSX. Hãy mở bằng phần mềm bảng tính và lưu thành .xlsx hoặc CSV UTF-8.",
        "This is neither CSV nor XLSX. Open it in a spreadsheet program and save it as .xlsx or CSV UTF-8.",
    ),
    "old-or-protected": Text(
        "Tệp .xls cũ, hoặc có mật khẩu. Hãy bỏ mật khẩu và lưu lại thành .xlsx.",
        "An old .xls file, or one with a password. Remove the password and save it as .xlsx.",
    ),
    "macros": Text(
        "Tệp có macro. Hãy lưu lại thành .xlsx (không phải .xlsm).",
        "The file has macros. Save it as .xlsx, not .xlsm.",
    ),
    "too-large-inside": Text(
        "Tệp nén chứa nhiều dữ liệu hơn mức được nhận. Hãy sao chép riêng bảng cần nhập sang tệp mới.",
        "Unpacked, the file is larger than what is taken. Copy the table alone into a new file.",
    ),
    "damaged": Text(
        "Tệp bị hỏng, không đọc được. Hãy mở và lưu lại thành tệp mới.",
        "The file is damaged. Open it and save it as a new one.",
    ),
    "unknown-encoding": Text(
        "Không nhận ra bảng mã của tệp. Hãy lưu lại dưới dạng “CSV UTF-8” hoặc .xlsx.",
        "The encoding of the file is not recognised. Save it as “CSV UTF-8” or .xlsx.",
    ),
    "no-header": Text(
        "Không tìm thấy hàng tiêu đề trong 50 hàng đầu: cần ít nhất hai tên cột như trong tệp mẫu.",
        "No row of headings among the first 50 rows: at least two have to be named as in the template.",
    ),
    "heading-twice": Text(
        "Hai cột có cùng một ý nghĩa. Hãy bỏ hoặc đổi tên một cột.",
        "Two columns mean the same. Remove one of them, or give it another heading.",
    ),
    "columns-missing": Text(
        "Thiếu cột bắt buộc, nêu trong `missing`. Hãy thêm cột như trong tệp mẫu, hoặc chỉ ra cột bằng tham số `map`.",
        "Columns are missing; `missing` names them. Add them as in the template, or point at them with `map`.",
    ),
    "too-many-columns": Text("Tối đa 200 cột.", "At most 200 columns."),
    "too-many-rows": Text(
        "Tối đa 200.000 hàng. Hãy chia thành nhiều tệp.", "At most 200,000 rows. Split it into several files."
    ),
    "too-slow": Text(
        "Đọc tệp mất quá nhiều thời gian. Hãy sao chép riêng bảng cần nhập sang tệp mới, hoặc chia nhỏ.",
        "Reading takes too long. Copy the table alone into a new file, or split it.",
    ),
}
"""Code → what to do about it."""


class Refused(ValueError):
    """The whole file cannot be read; `code` is one of `REFUSALS`, `missing` names columns it lacks."""

    def __init__(self, code: str, missing: tuple[str, ...] = ()) -> None:
        super().__init__(code)
        self.code = code
        self.missing = missing
