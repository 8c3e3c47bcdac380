"""A throw-away authority and its certificates, made by openssl: for a Kafka on one machine only."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from deploy.kafka.jars import ClusterError

DAYS = 365
OPENSSL_TIMEOUT = 30.0  # seconds for one certificate; it takes a few hundredths
# P-256: made in no time, and known to every client.
KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
HOSTS = "subjectAltName=DNS:localhost,IP:127.0.0.1"


def make_authority(folder: Path, name: str = "ca") -> Path:
    """Make `name.pem` and `name.key`, an authority of its own; return the certificate.

    Raises:
        ClusterError: openssl is missing or failed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    certificate = folder / f"{name}.pem"
    _openssl(
        *("req", "-x509", *KEY, "-sha256", "-days", str(DAYS), "-subj", f"/CN=throw-away {name}"),
        *("-keyout", str(folder / f"{name}.key"), "-out", str(certificate)),
    )
    return certificate


def make_certificate(folder: Path, name: str, authority: str = "ca", days: int = DAYS) -> Path:
    """Make `name.pem` and `name.key` for CN=name and this machine, signed by an authority.

    Args:
        folder: where the authority is.
        name: whom it is for.
        authority: the name of the authority's files.
        days: for how long from now; a negative number makes one that has expired.

    Raises:
        ClusterError: openssl is missing or failed.
    """
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    with tempfile.TemporaryDirectory() as scratch:
        request, extensions = Path(scratch, "request"), Path(scratch, "extensions")
        extensions.write_text(f"{HOSTS}\n")
        _openssl(
            *("req", "-new", *KEY, "-subj", f"/CN={name}"),
            *("-keyout", str(key), "-out", str(request)),
        )
        _openssl(
            *("x509", "-req", "-in", str(request), "-sha256", "-days", str(days)),
            *("-CA", str(folder / f"{authority}.pem"), "-CAkey", str(folder / f"{authority}.key")),
            *("-CAserial", str(Path(scratch, "serial")), "-CAcreateserial"),
            *("-extfile", str(extensions), "-out", str(certificate)),
        )
    return certificate


def _openssl(*arguments: str) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        raise ClusterError("openssl is missing: a secured Kafka needs it for its certificates")
    done = subprocess.run(
        [openssl, *arguments], capture_output=True, text=True, timeout=OPENSSL_TIMEOUT, check=False
    )
    if done.returncode != 0:
        said = done.stderr.strip().splitlines() or ["it said nothing"]
        raise ClusterError(f"openssl could not make a certificate: {said[-1]}")
