"""Why a check did not find what it looked for, in words for people. Methods add codes of their own."""

from collections.abc import Mapping

from shared.problems import Text

COMMON: Mapping[str, Text] = {
    "timeout": Text("Trang không trả lời kịp thời.", "The site did not answer in time."),
    "dns": Text(
        "Không hỏi được tên miền của trang; hãy kiểm tra máy chủ DNS.",
        "The site's name could not be resolved; check its name servers.",
    ),
    "connect": Text("Không kết nối được tới trang.", "No connection to the site."),
    "tls": Text("Chứng thư TLS của trang không hợp lệ.", "The site's TLS certificate is not valid."),
    "tls-expired": Text(
        "Chứng thư TLS của trang đã hết hạn; hãy gia hạn.",
        "The site's TLS certificate has expired; renew it.",
    ),
    "tls-not-yet-valid": Text(
        "Chứng thư TLS của trang chưa có hiệu lực.", "The site's TLS certificate is not valid yet."
    ),
    "tls-wrong-host": Text(
        "Chứng thư TLS của trang được cấp cho tên miền khác.",
        "The site's TLS certificate was issued for another name.",
    ),
    "tls-self-signed": Text(
        "Chứng thư TLS của trang do chính nó tự ký; cần chứng thư của tổ chức được tin cậy.",
        "The site's TLS certificate is signed by itself; one of a trusted authority is needed.",
    ),
    "tls-unknown-root": Text(
        "Chứng thư TLS của trang do tổ chức không được tin cậy cấp, hoặc máy chủ không gửi kèm chứng thư trung gian.",
        "The site's TLS certificate is of an authority that is not trusted, or the server does not send the "
        "intermediate certificate.",
    ),
    "too-large": Text("Trang quá lớn để đọc.", "The page is too large to be read."),
    "redirect": Text(
        "Trang chuyển hướng; hãy nêu địa chỉ cuối.", "The site redirects; name its final address."
    ),
    "bad-response": Text(
        "Câu trả lời của trang không đọc được.", "The site's answer could not be understood."
    ),
    "site-error": Text(
        "Trang báo lỗi thay vì trả lời (như 403 hoặc 503); hãy nhờ người quản trị trang cho phép đọc.",
        "The site answers with an error instead (like 403 or 503); have whoever runs it let the page be read.",
    ),
    "not-published": Text("Không có gì ở nơi đã nêu.", "There is nothing at the place that was named."),
    "bad-url": Text("Đây không phải địa chỉ của một trang.", "This is not the address of a site."),
    "bad-scheme": Text(
        "Địa chỉ phải bắt đầu bằng https hoặc http.", "The address begins with https or http."
    ),
    "bad-host": Text("Tên máy chủ không hợp lệ.", "There can be no host of this name."),
    "userinfo": Text(
        "Địa chỉ không được có tên người dùng trước @.",
        "The address must not have a user's name before an @.",
    ),
    "unresolvable": Text(
        "Không tìm thấy tên miền này; hãy kiểm tra lại cách viết.",
        "There is no such domain name; check how it is written.",
    ),
    "private-address": Text("Địa chỉ của trang không công khai.", "The site's address is not a public one."),
    "bad-port": Text(
        "Trang của cơ quan phải ở cổng thường dùng của http hoặc https.",
        "An agency's site is at the usual port of http or https.",
    ),
    "not-a-site": Text(
        "Đây là địa chỉ của một nền tảng dùng chung, không phải trang của cơ quan.",
        "This is the address of a platform that many share, not an agency's site.",
    ),
    "site-of-other-agency": Text(
        "Trang này được đăng ký là của cơ quan khác.", "The site is registered to another agency."
    ),
    "site-suspended": Text(
        "Chính trang này đang bị tạm ngừng trong sổ, nên không chứng minh được gì.",
        "The site itself is suspended in the registry, so it proves nothing.",
    ),
    "expired": Text(
        "Bằng chứng đã hết thời hạn; cần được xác nhận lại.", "The proof is past its term; have it renewed."
    ),
}
_OTHERWISE = Text("Không đọc được trang.", "The site could not be read.")


def explain(code: str, own: Mapping[str, Text] | None = None) -> Text:
    """What a failure code means; `own` are the words of the method."""
    return (own or {}).get(code) or COMMON.get(code, _OTHERWISE)
