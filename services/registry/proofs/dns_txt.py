"""The `dns_txt` method: a TXT record of the agency's domain holds the proof's code."""

from collections.abc import Sequence

import dns.exception
import dns.resolver
from dns.asyncresolver import Resolver
from dns.nameserver import Do53Nameserver
from dns.rdtypes.txtbase import TXTBase

from services.registry.proofs.method import Method, Probe, Subject, host_of
from shared.problems import Text

LABEL = "_chinhdanh"
_PREFIX = "chinh-danh="
_DNS_PORT = 53


def resolver(servers: Sequence[str]) -> Resolver:
    """Asks these servers (`address` or `address:port`); the system's when there are none."""
    names = Resolver(configure=not servers)
    if servers:
        names.nameservers = [_server(server) for server in servers]
    return names


def _server(server: str) -> Do53Nameserver:
    address, _, port = server.rpartition(":") if server.count(":") == 1 else (server, "", "")
    return Do53Nameserver(address, int(port) if port else _DNS_PORT)


async def _look(probe: Probe, subject: Subject) -> str | None:
    failure = "no-record"
    for name in _names(subject):
        try:
            texts = await _texts(probe, name)
        except dns.exception.Timeout:
            return "timeout"
        except (dns.exception.DNSException, OSError):
            return "dns"
        codes = {text.strip().lower().removeprefix(_PREFIX) for text in texts if _PREFIX in text.lower()}
        if subject.code in codes:
            return None
        if codes:
            failure = "other-code"
    return failure


async def _texts(probe: Probe, name: str) -> list[str]:
    """The TXT records of a name; none when it does not exist or has none."""
    try:
        answer = await probe.names.resolve(
            name, "TXT", lifetime=probe.timeout_seconds, search=False, raise_on_no_answer=False
        )
    except dns.resolver.NXDOMAIN:
        return []
    return [
        b"".join(record.strings).decode(errors="replace")
        for record in answer.rrset or ()
        if isinstance(record, TXTBase)
    ]


def _names(subject: Subject) -> list[str]:
    host = host_of(subject.site)
    return [f"{LABEL}.{host}", host]


METHOD = Method(
    name="dns_txt",
    strength="strong",  # only who holds the domain can write there
    instructions=Text(
        "Thêm bản ghi TXT này vào một trong các tên miền đã nêu, rồi cho kiểm tra.",
        "Add this TXT record to one of the named domain names, then have it checked.",
    ),
    places=_names,
    line=lambda subject: _PREFIX + subject.code,
    look=_look,
    has_code=True,
    failures={
        "timeout": Text(
            "Máy chủ tên miền không trả lời kịp thời.", "The name servers did not answer in time."
        ),
        "dns": Text(
            "Máy chủ tên miền trả lời lỗi; hãy kiểm tra cấu hình DNS.",
            "The name servers failed; check how the domain is set up.",
        ),
        "no-record": Text(
            "Chưa có bản ghi TXT chinh-danh=… ở các tên đã nêu; thay đổi DNS có thể mất vài giờ.",
            "There is no TXT record chinh-danh=… at the named names; changes of DNS can take hours to be seen.",
        ),
        "other-code": Text(
            "Bản ghi TXT có mã khác với mã của bằng chứng này.",
            "The TXT record holds another code than this proof's.",
        ),
    },
)
