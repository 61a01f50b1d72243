"""Certificates for servers on this machine, good ones and all kinds of bad ones."""

import secrets
import ssl
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)
_PEM = serialization.Encoding.PEM


class Authority:
    """Somebody who signs certificates."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = f"Authority {secrets.token_hex(4)}"
        self._certificate = _sign(self._name, self._key, self._name, self._key, valid=(-DAY, DAY))

    def trusted(self) -> ssl.SSLContext:
        """What a client has that trusts this authority and nobody else."""
        return ssl.create_default_context(cadata=self._certificate.public_bytes(_PEM).decode())

    def server(
        self,
        *hosts: str,
        valid: tuple[timedelta, timedelta] = (-DAY, DAY),
        self_signed: bool = False,
        with_root: bool = False,
    ) -> ssl.SSLContext:
        """What a server of these names has; `valid` is from when to when, seen from now."""
        key = ec.generate_private_key(ec.SECP256R1())
        signer = (hosts[0], key) if self_signed else (self._name, self._key)
        chain = [_sign(hosts[0], key, *signer, valid=valid, hosts=hosts)]
        chain += [self._certificate] if with_root else []
        private = key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "server.pem"
            path.write_bytes(b"".join([private, *(each.public_bytes(_PEM) for each in chain)]))
            context.load_cert_chain(path)
        return context


def _sign(
    subject: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    valid: tuple[timedelta, timedelta],
    hosts: tuple[str, ...] = (),
) -> x509.Certificate:
    """A certificate for `hosts`; an authority's when there are none."""
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + valid[0])
        .not_valid_after(now + valid[1])
        .add_extension(x509.BasicConstraints(ca=not hosts, path_length=None), critical=True)
    )
    if hosts:
        names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(issuer_key, hashes.SHA256())
