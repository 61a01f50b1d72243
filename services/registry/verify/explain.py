"""What verdicts and their reasons mean, for whoever asks."""

from services.registry.verify.likeness import Reason
from shared.problems import Text

_ADVICE: dict[str, Text] = {
    "official": Text(
        "Đây là tài khoản chính thức của cơ quan được nêu.",
        "This is the official account of the named agency.",
    ),
    "compromised": Text(
        "Cơ quan báo đã mất quyền kiểm soát trang này. Đừng nhắn tin, chuyển tiền, cho thông tin ở đó.",
        "The agency reports that it has lost control of this page. Do not message, pay or give data there.",
    ),
    "former": Text(
        "Trang này từng là chính thức nhưng nay không còn. Đừng coi nội dung mới ở đây là của cơ quan.",
        "This page was official and no longer is. Do not take anything new on it for the agency's word.",
    ),
    "resembles": Text(
        "Liên kết này chưa được đăng ký, và tên của nó giống một tài khoản chính thức. Đó không phải là kết luận rằng "
        "nó sai trái. Trước khi cung cấp thông tin hay chuyển tiền, hãy mở tài khoản chính thức được nêu để kiểm tra.",
        "This link is not enrolled, and its name is like that of an official account. That is no finding that "
        "anything is wrong with it. Before you give data or money, check with the official account that is named.",
    ),
    "unknown": Text(
        "Liên kết này chưa được đăng ký. Điều đó không có nghĩa là nó giả mạo hay bất hợp pháp.",
        "This link is not enrolled; that does not make it illegitimate.",
    ),
    "renamed": Text(
        "Trang này nay mang địa chỉ khác, được nêu ở đây. Địa chỉ cũ không còn là của cơ quan: ai cũng có thể lấy nó.",
        "This page has another address now, which is named here. The old one is no longer the agency's: anybody may "
        "take it.",
    ),
    "agency_ended": Text(
        "Trang này từng là chính thức, và cơ quan của nó đã kết thúc hoạt động. Đừng coi nội dung mới ở đây là của cơ "
        "quan; hãy tìm trang của cơ quan kế thừa.",
        "This page was official, and its agency has ended. Do not take anything new on it for an agency's word; look "
        "for the pages of the agency that took over.",
    ),
    "transferred": Text(
        "Trang này từng là chính thức và đã được chuyển cho cơ quan được nêu, nhưng cơ quan đó chưa chứng minh lại. "
        "Đừng tin vào nội dung mới ở đây cho đến khi trang lại là chính thức.",
        "This page was official and has gone to the agency that is named, which has not proven it again. Do not rely "
        "on anything new there until it is official again.",
    ),
    "names-other-unit": Text(
        "Liên kết này chưa được đăng ký. Tên của nó có thể chỉ một đơn vị có thật khác, chưa đăng ký trang này. Điều "
        "đó không có nghĩa là nó giả mạo hay bất hợp pháp.",
        "This link is not enrolled; that does not make it illegitimate. Its name may be that of another real body, "
        "which has not enrolled it.",
    ),
    "speaks-about": Text(
        "Liên kết này chưa được đăng ký; điều đó không có nghĩa là nó giả mạo hay bất hợp pháp. Tên của nó nói về một "
        "cơ quan chứ không tự xưng là cơ quan đó.",
        "This link is not enrolled; that does not make it illegitimate. Its name speaks about an authority, and does "
        "not claim to be it.",
    ),
    "suspended": Text(
        "Cơ quan đã tạm ngừng tài khoản này. Đừng tin vào nội dung mới ở đó cho đến khi được khôi phục.",
        "The agency has suspended this account. Do not rely on anything new there until it is restored.",
    ),
    "lapsed": Text(
        "Tài khoản này đã được cơ quan được nêu đăng ký, nhưng hiện không có bằng chứng còn hiệu lực nên sổ không bảo "
        "đảm cho nó. Điều đó không có nghĩa là nó giả mạo; hãy hỏi cơ quan qua kênh khác.",
        "The named agency registered this account, but no proof of it stands at present, so the registry does not "
        "vouch for it. That does not make it a fake; ask the agency by another channel.",
    ),
    "needs-resolving": Text(
        "Liên kết này không cho biết là của tài khoản nào: nó được rút gọn, hoặc dẫn tới bài viết, ảnh hay video. Hãy "
        "mở nó, vào trang của tài khoản rồi kiểm tra địa chỉ của trang đó.",
        "This link does not say whose account it is: it is shortened, or leads to a post, a photo or a video. Open it, "
        "go to the account's own page and check the address of that.",
    ),
    "not-a-link": Text(
        "Đây không phải là một liên kết nên không kiểm tra được; hãy sao chép cả địa chỉ, như https://….",
        "This is no link, so it cannot be checked; copy the whole address, like https://….",
    ),
    **dict.fromkeys(
        ("no-account", "reserved", "ambiguous", "unsupported-scheme", "bad-host", "too-long"),
        Text(
            "Không đọc được tài khoản nào từ liên kết này. Hãy mở trang của tài khoản rồi sao chép cả địa chỉ.",
            "No account can be read from this link. Open the account's own page and copy its whole address.",
        ),
    ),
}
"""By verdict, or by the reason where it says more."""
_OUT_OF_CONTROL = frozenset({"takeover", "security"})

_DETAILS: dict[Reason, Text] = {
    "embedded-address": Text(
        "Địa chỉ chính thức nằm bên trong một địa chỉ khác.",
        "The official address stands inside another one.",
    ),
    "government-claim": Text(
        "Tên của trang chính thức đi kèm chữ “gov”, nhưng địa chỉ không thuộc gov.vn.",
        "The name of an official site with “gov” beside it, on an address that no government gave out.",
    ),
    "same-unit": Text("Nêu cùng cơ quan và cùng địa phương.", "Names the same authority of the same place."),
    "same-name": Text(
        "Trùng tên với tài khoản chính thức, nhưng là một tài khoản hoặc địa chỉ khác.",
        "The same name as the official account, and another account or address.",
    ),
    "combined-name": Text(
        "Ghép tên chính thức với những chữ khác.", "Combines the official name with other words."
    ),
    "near-name": Text(
        "Chỉ khác tên chính thức một hoặc hai ký tự.", "Differs from the official name by a letter or two."
    ),
    "lookalike-letters": Text(
        "Dùng số hoặc chữ của bảng chữ cái khác trông giống chữ trong tên chính thức.",
        "Uses digits, or letters of another script, that look like letters of the official name.",
    ),
}


def advice(verdict: str, reason: str) -> Text:
    """What a verdict means for whoever asks."""
    if verdict == "compromised" and reason not in _OUT_OF_CONTROL:
        return _ADVICE["suspended"]
    return _ADVICE.get(reason) or _ADVICE[verdict]


def reason_detail(code: Reason) -> Text:
    """A sentence for a reason why a name is like an official one."""
    return _DETAILS[code]
