"""Why an account cannot be entered or moved."""

from shared.problems import Conflict, Text


class HeldElsewhere(Conflict):
    """Another account already stands for this link."""

    slug = "identity-held"
    title = Text("Liên kết này đã có cơ quan đăng ký", "This link is already registered")
    advice = Text(
        "Một tài khoản khác đang giữ liên kết này; `holder` là cơ quan giữ, nếu được nêu. Hãy kiểm tra liên kết, và "
        "nếu nó thật sự thuộc cơ quan bạn, đề nghị cơ quan kia kết thúc tài khoản của họ trước.",
        "Another account holds this link; `holder` is its agency where it is named. Check the link, and if it is "
        "truly yours, ask that agency to retire its account first.",
    )
