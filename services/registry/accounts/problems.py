"""What can be wrong with a change of an account, beyond what is wrong everywhere."""

from collections.abc import Mapping
from typing import Any, ClassVar

from services.registry.accounts.tables import Account
from shared import tenancy
from shared.auth import Actor
from shared.problems import Conflict, Forbidden, Invalid, Text

_HOLDER = {"holder": {"account_id": "019aa7f4-1f6e-7cc3-9d0b-5b1c2f3a4d5e", "agency_code": "T82.X30169"}}


class HeldElsewhere(Conflict):
    """Another account already stands for this link."""

    slug = "identity-held"
    title = Text("Liên kết này đã có cơ quan đăng ký", "This link is already registered")
    advice = Text(
        "Một tài khoản khác đang giữ liên kết này; `holder` là cơ quan giữ, nếu được nêu. Hãy kiểm tra liên kết, và "
        "nếu nó thật sự thuộc cơ quan bạn, đề nghị cơ quan kia chuyển giao hoặc kết thúc tài khoản của họ trước.",
        "Another account holds this link; `holder` is its agency where it is named. Check the link, and if it is "
        "truly yours, ask that agency to transfer or to retire its account first.",
    )
    example_members: ClassVar[Mapping[str, Any]] = _HOLDER


class AgencyEnded(Conflict):
    """Nothing becomes official for an agency that is gone; `successors` names who has taken over."""

    slug = "agency-ended"
    title = Text("Cơ quan của tài khoản đã kết thúc hoạt động", "The account's agency has ended")
    advice = Text(
        "Cơ quan đã kết thúc trước bước này; `successors` là các cơ quan kế thừa. Tài khoản đang chờ duyệt: hãy trả "
        "lại và đăng ký lại cho cơ quan kế thừa. Tài khoản được chuyển giao: hãy đề nghị chuyển cho cơ quan kế thừa.",
        "The agency ended before this step; `successors` names those that took over. An account that waits for its "
        "approval: return it, and enter it anew for a successor. One that was offered: have it offered to a successor.",
    )
    example_members: ClassVar[Mapping[str, Any]] = {"successors": ["T82.X30169"]}


class Renamed(Conflict):
    """The immutable id is held by an account that is known under another handle, or under none."""

    slug = "renamed"
    title = Text("Tài khoản này đã đăng ký với tên khác", "This account is registered under another handle")
    advice = Text(
        "Mã bất biến của nền tảng thuộc tài khoản nêu trong `holder`, đang ghi tên khác: có lẽ trang đã đổi tên. Đừng "
        "đăng ký lần nữa; hãy đổi tên tài khoản đó tại `POST /v1/accounts/<id>/rename`.",
        "The platform's immutable id is that of the account in `holder`, which is known under another handle: the "
        "page was probably renamed. Do not enter it again; rename that account at `POST /v1/accounts/<id>/rename`.",
    )
    example_members: ClassVar[Mapping[str, Any]] = _HOLDER


class SelfApproval(Forbidden):
    """Two people are needed: the one who submitted cannot approve."""

    slug = "self-approval"
    title = Text("Người trình không được tự duyệt", "Whoever submitted cannot approve")
    advice = Text(
        "Cần hai người: hãy để một người duyệt khác của cơ quan thực hiện bước này.",
        "Two people are needed: let another approver of the agency take this step.",
    )


class SelfRestoration(Forbidden):
    """Two people are needed: the one who suspended it cannot restore it."""

    slug = "self-restoration"
    title = Text("Người tạm ngừng không được tự khôi phục", "Whoever suspended it cannot restore it")
    advice = Text(
        "Cần hai người: hãy để một người duyệt khác của cơ quan khôi phục tài khoản.",
        "Two people are needed: let another approver of the agency restore the account.",
    )


class NotTheHolder(Forbidden):
    """The account of an office is its holder's own affair."""

    slug = "not-the-holder"
    title = Text("Chỉ người giữ chức danh được thực hiện", "Only the holder of the office may do this")
    advice = Text(
        "Tài khoản của một chức danh do chính người giữ chức danh đăng ký, sửa và rút lại. Người khác chỉ có thể "
        "duyệt, tạm ngừng hoặc kết thúc nó.",
        "The account of an office is entered, corrected and withdrawn by whoever holds the office. Others can only "
        "approve, suspend or retire it.",
    )


class OfficeTaken(Conflict):
    """The office has an account on this platform already."""

    slug = "office-has-account"
    title = Text("Chức danh đã có tài khoản trên nền tảng này", "The office has an account on this platform")
    advice = Text(
        "Mỗi chức danh của một cơ quan chỉ có một tài khoản chính thức trên mỗi nền tảng. Hãy kết thúc tài khoản cũ "
        "trước khi duyệt tài khoản mới.",
        "An office of an agency has one official account on each platform. Retire the old one before you approve "
        "another.",
    )


class NameNeedsTwo(Conflict):
    """What the public is told needs two people: nobody alone changes the name of what is or was official."""

    slug = "name-needs-two"
    title = Text("Đổi tên hiển thị cần hai người", "Another display name needs two people")
    advice = Text(
        "Tài khoản đang hoặc từng là chính thức, nên một người không tự sửa được tên hiển thị; chưa có gì được ghi. "
        "Khi tài khoản đang hoạt động, hãy đề nghị tên mới tại `POST /v1/accounts/<id>/rename` (`display_name`), rồi "
        "để một người khác duyệt tại `/rename/approve`.",
        "The account is or was official, so its display name is not corrected by one person; nothing was written. "
        "While the account is active, propose the new name at `POST /v1/accounts/<id>/rename` (`display_name`), and "
        "have another person approve it at `/rename/approve`.",
    )


class NoPlatformId(Conflict):
    """Nothing that never changes is known of the account, so nothing shows that it is the same under a new name."""

    slug = "no-platform-id"
    title = Text("Chưa biết mã bất biến của tài khoản", "The account's immutable id is not known")
    advice = Text(
        "Không có mã bất biến thì không thể biết trang tên mới vẫn là trang cũ. Hãy đăng ký trang như một tài khoản "
        "mới (nêu cả `platform_id_url`) rồi kết thúc tài khoản này.",
        "Without it nobody can tell that the page with the new name is the old one. Enter the page as a new account, "
        "with `platform_id_url`, and retire this one.",
    )


class NoValidProof(Conflict):
    """Nothing shows yet that the agency controls the account."""

    slug = "no-valid-proof"
    title = Text("Chưa có bằng chứng quyền kiểm soát còn hiệu lực", "No valid proof of control")
    default_detail = Text(
        "Hãy thêm và kiểm tra bằng chứng tại /v1/accounts/{id}/proofs trước.",
        "Add a proof at /v1/accounts/{id}/proofs and have it checked first.",
    )
    advice = Text(
        "Cần ít nhất một bằng chứng có `strength` là `medium` hoặc `strong`, còn hạn và không đang lỗi; riêng văn bản "
        "của chính cơ quan thì chưa đủ. Hãy làm theo `publish` của bằng chứng, cho kiểm tra hoặc xác nhận, rồi lặp "
        "lại bước này.",
        "One proof with a `strength` of `medium` or `strong` is needed that has not expired and is not failing; a "
        "letter of the agency's own is not enough. Do what the proof's `publish` says, have it checked or attested, "
        "then repeat this step.",
    )


class FreshProofNeeded(Conflict):
    """The link was official before and was released; who has it now is not known from before."""

    slug = "fresh-proof-needed"
    title = Text("Cần bằng chứng mới về quyền kiểm soát", "A fresh proof of control is needed")
    default_detail = Text(
        "Liên kết này từng là chính thức rồi được thôi giữ; cần một bằng chứng tạo sau `released_at`, không phải văn "
        "bản.",
        "This link was official and was released; it needs a proof added after `released_at`, and no document.",
    )
    advice = Text(
        "Tên đã thôi giữ có thể bị người khác đăng ký lại. Hãy thêm một bằng chứng mới, bằng phương thức cho thấy "
        "quyền kiểm soát thực tế, rồi cho kiểm tra và lặp lại bước này.",
        "Anybody may have taken a handle that was let go. Add a new proof, by a method that shows control as it is "
        "now, have it checked, and repeat this step.",
    )
    example_members: ClassVar[Mapping[str, Any]] = {"released_at": "2026-02-27T03:14:15Z"}


def require_holder(account: Account, actor: Actor) -> None:
    """Go on only when the account is an agency's, or the actor holds its office.

    Raises:
        NotTheHolder: somebody else does.
    """
    holder = (account.holder_issuer, account.holder_subject)
    if account.kind == "public_office" and holder != actor.identity:
        raise NotTheHolder


def require_in_force(agency: Any, pointer: str) -> None:
    """Go on only with an agency, named at `pointer` of the body, that exists today.

    Raises:
        Invalid: it has ended, naming its `successors`; or it is yet to begin, naming the day (`valid_from`).
    """
    if tenancy.has_ended(agency):
        raise Invalid.at(
            pointer,
            Text("Cơ quan đã kết thúc hoạt động.", "The agency has ended."),
            successors=list(agency.successors),
        )
    if not tenancy.in_force(agency):
        day = agency.valid_from
        raise Invalid.at(
            pointer,
            Text(
                f"Cơ quan chưa bắt đầu hoạt động; ngày bắt đầu là {day:%d/%m/%Y}.",
                f"The agency has yet to begin, on {day:%Y-%m-%d}.",
            ),
            valid_from=day.isoformat(),
        )
