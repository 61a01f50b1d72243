"""What can be wrong with one row, in words for the person who corrects it."""

from dataclasses import dataclass
from typing import Any

from services.registry.accounts.links import WHY_UNUSABLE
from shared.problems import AppError, Text
from shared.urls import UnusableLink

SAYS: dict[str, Text] = {
    "missing": Text("Thiếu giá trị bắt buộc.", "A required value is missing."),
    "formula": Text(
        "Bắt đầu bằng = + - hoặc @ như một công thức; hãy bỏ ký tự đó.",
        "Begins with = + - or @ like a formula; remove that character.",
    ),
    "formula-unsaved": Text(
        "Công thức chưa có kết quả trong tệp; hãy mở tệp bằng phần mềm bảng tính rồi lưu lại, hoặc gõ giá trị.",
        "A formula whose result is not in the file: open and save it in a spreadsheet program, or type the value.",
    ),
    "formula-failed": Text(
        "Công thức báo lỗi thay vì cho kết quả; hãy sửa công thức, hoặc gõ giá trị.",
        "A formula that shows an error instead of a result: correct it, or type the value.",
    ),
    "digits-lost": Text(
        "Phần mềm bảng tính chỉ giữ 15 chữ số của số này; hãy định dạng cột là văn bản rồi gõ lại đủ các chữ số.",
        "The spreadsheet kept only 15 digits of this number: format the column as text and type all digits again.",
    ),
    "letters-lost": Text(
        "Chữ có dấu đã thành dấu hỏi khi lưu tệp; hãy lưu lại dưới dạng “CSV UTF-8” hoặc .xlsx.",
        "Letters became question marks when the file was saved: save it as “CSV UTF-8” or .xlsx.",
    ),
    "unreadable": Text(
        "Có ký tự không đọc được; hãy gõ lại ô này.", "Contains unreadable characters; type the cell again."
    ),
    "extra-cells": Text(
        "Hàng có nhiều ô hơn số cột; có thể thiếu dấu ngoặc kép quanh ô có dấu phân cách.",
        "The row has more cells than there are headings; a cell with a delimiter may lack its quotes.",
    ),
    "invalid": Text("Giá trị không hợp lệ.", "Not a valid value."),
    "agency-unknown": Text(
        "Không có cơ quan này trong phạm vi của bạn; gợi ý, nếu có, là cơ quan giống nhất.",
        "No such agency within your reach; the suggestion, if any, is the one most like it.",
    ),
    "agency-ended": Text(
        "Cơ quan đã kết thúc hoạt động; gợi ý là cơ quan kế thừa.",
        "The agency has ended; the suggestion is its successor.",
    ),
    "agency-by-name": Text(
        "Đã hiểu theo tên là cơ quan nêu ở gợi ý.", "Understood by its name as the agency suggested."
    ),
    "agency-by-area": Text(
        "Đã hiểu theo mã đơn vị hành chính là cơ quan nêu ở gợi ý.",
        "Understood by its area code as the agency suggested.",
    ),
    "link-unusable": Text("Liên kết không chỉ tới một tài khoản.", "The link names no account."),
    "platform-unknown": Text("Không biết nền tảng này.", "This platform is not known."),
    "held-elsewhere": Text(
        "Liên kết này đã có tài khoản khác giữ; gợi ý là cơ quan giữ.",
        "Another account holds this link; the suggestion is its agency.",
    ),
    "duplicate": Text(
        "Trùng với một hàng phía trên, nêu ở gợi ý.",
        "The same as a row further up, which the suggestion names.",
    ),
    "differs": Text(
        "Tài khoản đã có trong sổ với tên hoặc ngôn ngữ khác và được giữ nguyên; tên của tài khoản chính thức cần hai "
        "người để đổi.",
        "The account is registered with another name or other languages, and stays as it is; the name of an official "
        "one takes two people to change.",
    ),
    "renamed": Text(
        "Tài khoản có mã số này đang ghi tên khác và được giữ nguyên; nếu trang đã đổi tên, hãy đổi tên tài khoản.",
        "The account with this id has another handle, and stays as it is; if the page was renamed, rename the account.",
    ),
    "leading-zero": Text(
        "Đã thêm số 0 bị mất ở đầu.", "The zero that was lost from the beginning is put back."
    ),
    "not-a-date": Text("Không phải một ngày; hãy viết dd/mm/yyyy.", "Not a date; write dd/mm/yyyy."),
    "code-taken": Text("Mã này đã thuộc về cơ quan khác.", "This code belongs to another agency."),
    "parent-unusable": Text(
        "Cơ quan cấp trên chưa có trong sổ, hoặc hàng của nó (phải ở phía trên) có lỗi.",
        "The agency above is not registered, or its row, which must stand further up, has errors.",
    ),
    "refused": Text("Quy tắc không cho phép.", "The rules do not allow it."),
}
"""Code → what it says; `invalid`, `refused` and unusable links say it more precisely."""


@dataclass(frozen=True)
class Finding:
    """One error or warning: of a field, or of the whole row."""

    code: str
    field: str | None = None
    suggestion: str | None = None
    detail: Text | None = None
    """Where it says more than its code does."""

    def stored(self) -> dict[str, Any]:
        """As it is kept."""
        detail = self.detail or SAYS[self.code]
        return {
            "code": self.code,
            "field": self.field,
            "suggestion": self.suggestion[:300] if self.suggestion else None,
            "vi": detail.vi,
            "en": detail.en,
        }


def unusable_link(error: UnusableLink) -> Finding:
    """Why a link is of no use."""
    return Finding("link-unusable", "url", detail=WHY_UNUSABLE.get(error.code, SAYS["link-unusable"]))


def of_problem(error: AppError, fields: frozenset[str]) -> list[Finding]:
    """A refusal by the rules of the API, as findings: by field where it points at one of `fields`."""
    found = []
    for each in error.errors:
        field = each.pointer.strip("/").partition("/")[0]
        found.append(Finding("invalid", field if field in fields else None, detail=each.detail))
    if found:
        return found
    return [Finding("refused", detail=error.detail or error.title)]
