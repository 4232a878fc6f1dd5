"""A mirror on loopback whose certificate or whose archive is not as it should be."""

from __future__ import annotations

import hashlib
import http.server
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from podsys.effects.gpg import clearsign

NOW = datetime.now(UTC)
Key = ec.EllipticCurvePrivateKey


class Authority:
    """A certificate authority of the test's own; `file` is what who trusts it needs."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.key = folder, ec.generate_private_key(ec.SECP256R1())
        self.name = f"CA of {folder.name}"
        self.certificate = self._sign(self.name, self.key, -3650, 3650, is_ca=True)
        self.file = folder / "ca.pem"
        self.file.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def issue(self, first_day: int, last_day: int, name: str = "127.0.0.1") -> Path:
        """Certificate and key in one file, good between these days from now."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = self._sign(name, key, first_day, last_day)
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        file = self.folder / f"{name}_{first_day}_{last_day}.pem"
        file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
        return file

    def _sign(
        self, name: str, key: Key, first: int, last: int, *, is_ca: bool = False
    ) -> x509.Certificate:
        whom = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)])
        names: list[x509.GeneralName] = (
            [x509.IPAddress(ip_address(name))] if name[0].isdigit() else [x509.DNSName(name)]
        )
        return (
            x509.CertificateBuilder()
            .subject_name(whom)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW + timedelta(days=first))
            .not_valid_after(NOW + timedelta(days=last))
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .sign(self.key, hashes.SHA256())
        )


class Files(http.server.SimpleHTTPRequestHandler):
    def __init__(self, *args, everywhere: bytes | None, **more) -> None:
        self.everywhere = everywhere
        super().__init__(*args, **more)

    def do_GET(self) -> None:
        if self.everywhere is None:
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.everywhere)))
        self.end_headers()
        self.wfile.write(self.everywhere)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serve(
    folder: Path,
    certificate: Path | None = None,
    everywhere: bytes | None = None,
    address: str = "127.0.0.1",
) -> Iterator[str]:
    """The URL of a server that gives out the folder, or the same answer to every question."""
    handler = partial(Files, directory=str(folder), everywhere=everywhere)
    server = http.server.ThreadingHTTPServer((address, 0), handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.005,), daemon=True)
    thread.start()
    try:
        yield f"http{'s' if certificate else ''}://{address}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def put(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def write_release(site: Path, made_in_days: float, good_for_days: float = 7) -> str:
    """An archive without packages, signed with the key that lies in `site`."""
    made = datetime.now(UTC) + timedelta(days=made_in_days)
    until = made + timedelta(days=good_for_days)
    dates = {"Date": made, "Valid-Until": until}
    lines = [f"{key}: {format_datetime(when, usegmt=True)}" for key, when in dates.items()]
    empty = f"{hashlib.sha256().hexdigest()} 0 main/binary-amd64/Packages"
    lines += ["Suite: s", "Codename: s", "Components: main", "Architectures: amd64"]
    text = "\n".join(lines)
    return clearsign(site, f"{text}\nSHA256:\n {empty}\n")
