"""Certificates for the private servers of the tests: an authority of our own, and what it signs."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)
HERE = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Certified:
    """A certificate and its key in PEM files; `both` has the two."""

    certificate: Path
    key: Path
    both: Path


@dataclass(frozen=True, slots=True)
class Authority:
    """Signs certificates; `file` holds its own."""

    folder: Path
    file: Path
    key: ec.EllipticCurvePrivateKey
    name: x509.Name

    def signs(self, name: str, host: str = HERE, until: datetime | None = None) -> Certified:
        """A certificate for a host, valid until tomorrow or for a day until then."""
        return _written(self.folder, name, host, until, self.key, self.name)


def authority(folder: Path, name: str = "autorite") -> Authority:
    """A new authority that no machine believes."""
    key, subject = ec.generate_private_key(ec.SECP256R1()), _named(f"{name} d'essai")
    now = datetime.now(timezone.utc)
    built = (
        _builder(subject, subject, key, now + DAY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    return Authority(folder, path, key, subject)


def self_signed(folder: Path, name: str = "soi-meme", host: str = HERE) -> Certified:
    """A certificate that nobody but the server itself has signed."""
    return _written(folder, name, host, None, None, None)


def _written(
    folder: Path,
    name: str,
    host: str,
    until: datetime | None,
    signer: ec.EllipticCurvePrivateKey | None,
    issuer: x509.Name | None,
) -> Certified:
    key, subject = ec.generate_private_key(ec.SECP256R1()), _named(host)
    end = until or datetime.now(timezone.utc) + DAY
    try:
        named: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        named = x509.DNSName(host)
    built = (
        _builder(subject, issuer or subject, key, end)
        .add_extension(x509.SubjectAlternativeName([named]), critical=False)
        .sign(signer or key, hashes.SHA256())
    )
    made = Certified(*(folder / f"{name}.{ending}" for ending in ("crt", "key", "both")))
    pem = built.public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    made.certificate.write_bytes(pem)
    made.key.write_bytes(secret)
    made.both.write_bytes(secret + pem)
    return made


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, end: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - 2 * DAY)
        .not_valid_after(end)
    )


def _named(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
