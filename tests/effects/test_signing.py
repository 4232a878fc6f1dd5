"""Signatures made and doubted with the real ssh-keygen."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from podsys.commands.verify import verify_certificate, verify_file
from podsys.effects.evidence import hash_evidence
from podsys.effects.signing import ensure_signing_key, sign, verify
from podsys.errors import ExitCode, PodsysError

pytestmark = pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="needs ssh-keygen")


def make_run(workspace: Path, **changes: Any) -> Path:
    """A signed certificate with one evidence file, as a run leaves it."""
    run = workspace / "runs" / "one"
    run.mkdir(parents=True)
    (run / "results.jsonl").write_text('{"check": "x"}\n')
    now = datetime.now(UTC).replace(microsecond=0)
    hashes = hash_evidence(run, ["results.jsonl"])
    certificate = {
        "cluster": "c1",
        "verdict": "certified",
        "level": 4,
        "issued": now.isoformat(),
        "expires": (now + timedelta(days=1)).isoformat(),
        "lock_sha256": "0" * 64,
        "nodes": {"n1": {"serial": None, "platform": "X", "verdict": "certified"}},
        "suspects": [],
        "counts": {"fail": 0, "unknown": 0, "warn": 0, "pass": 1, "skip": 0},
        "evidence": [{"file": name, "sha256": digest} for name, digest in hashes.items()],
        "tool_versions": {},
    } | changes
    file = run / "certificate.json"
    file.write_text(json.dumps(certificate))
    sign(file, ensure_signing_key(workspace))
    return file


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return make_run(tmp_path)


def check(file: Path, signers: Path | None = None) -> tuple[ExitCode, list[str]]:
    found = verify_certificate(file, signers, datetime.now(UTC))
    return verify_file(file, signers), [*found.problems, *found.unchecked]


def test_a_good_certificate_is_valid(certificate: Path) -> None:
    assert check(certificate) == (ExitCode.GOOD, [])


def test_openssh_alone_agrees(certificate: Path, tmp_path: Path) -> None:
    command = (
        f"ssh-keygen -Y verify -f {tmp_path}/signing/allowed_signers -I podsys -n podsys "
        f"-s {certificate}.sig < {certificate}"
    )
    assert subprocess.run(command, shell=True, check=False, capture_output=True).returncode == 0


def test_a_tampered_certificate_is_refused(certificate: Path) -> None:
    certificate.write_text(certificate.read_text().replace("c1", "c2"))
    code, said = check(certificate)
    assert code is ExitCode.FAILED
    assert "altered" in said[0]


def test_tampered_evidence_is_refused(certificate: Path) -> None:
    (certificate.parent / "results.jsonl").write_text("{}\n")
    code, said = check(certificate)
    assert code is ExitCode.FAILED
    assert "'results.jsonl' was altered" in said[0]


def test_missing_evidence_is_refused(certificate: Path) -> None:
    (certificate.parent / "results.jsonl").unlink()
    code, said = check(certificate)
    assert code is ExitCode.FAILED
    assert "'results.jsonl' is missing" in said[0]


def test_an_expired_certificate_is_refused(tmp_path: Path) -> None:
    past = datetime.now(UTC) - timedelta(days=2)
    times = {"issued": past.isoformat(), "expires": (past + timedelta(days=1)).isoformat()}
    code, said = check(make_run(tmp_path, **times))
    assert code is ExitCode.FAILED
    assert "expired" in said[0]


def test_a_failed_verdict_is_refused_though_well_signed(tmp_path: Path) -> None:
    code, said = check(make_run(tmp_path, verdict="failed"))
    assert code is ExitCode.FAILED
    assert "'failed'" in said[0]


def test_a_stranger_s_key_is_refused(certificate: Path, tmp_path: Path) -> None:
    sign(certificate, ensure_signing_key(tmp_path / "stranger"))
    code, said = check(certificate)
    assert code is ExitCode.FAILED
    assert "not signed by anybody" in said[0]


def test_another_namespace_is_refused(certificate: Path, tmp_path: Path) -> None:
    Path(f"{certificate}.sig").unlink()
    key = tmp_path / "signing" / "podsys_ed25519"
    command = ["ssh-keygen", "-q", "-Y", "sign", "-n", "git", "-f", str(key), str(certificate)]
    subprocess.run(command, check=True)
    assert check(certificate)[0] is ExitCode.FAILED


@pytest.mark.parametrize(
    "sections",
    [
        {"dmi": {"bios_vendor": "podsys lab (emulated)"}, "system": {"virtualization": "none"}},
        {"system": {"virtualization": "systemd-nspawn"}},
    ],
)
def test_emulated_hardware_does_not_pass_for_real(tmp_path: Path, sections: dict) -> None:
    """However well it is signed: the evidence tells, and evidence cannot be altered."""
    certificate = make_run(tmp_path)
    facts = {"nodes": {"n001": {"error": "", "sections": sections}}, "readings": {}}
    (certificate.parent / "facts.json").write_text(json.dumps(facts))
    code, said = check(certificate)
    assert code is ExitCode.FAILED
    assert "emulated hardware" in said[0]
    told = make_run(tmp_path / "told", lab=True)
    (told.parent / "facts.json").write_text(json.dumps(facts))
    assert check(told)[0] is ExitCode.GOOD


def test_a_broken_signature_is_refused(certificate: Path) -> None:
    Path(f"{certificate}.sig").write_text("no signature\n")
    assert check(certificate)[0] is ExitCode.FAILED


def test_without_a_signature_it_cannot_tell(certificate: Path) -> None:
    Path(f"{certificate}.sig").unlink()
    code, said = check(certificate)
    assert code is ExitCode.UNKNOWN
    assert "no signature" in said[0]


def test_without_signers_it_cannot_tell(certificate: Path, tmp_path: Path) -> None:
    (tmp_path / "signing" / "allowed_signers").unlink()
    code, said = check(certificate)
    assert code is ExitCode.UNKNOWN
    assert "allowed_signers" in said[0]


def test_bad_evidence_outweighs_a_missing_signature(certificate: Path) -> None:
    Path(f"{certificate}.sig").unlink()
    (certificate.parent / "results.jsonl").unlink()
    assert check(certificate)[0] is ExitCode.FAILED


@pytest.mark.parametrize("text", ["", "{", "[]", "\x00", '"certificate"', "[" * 100_000])
def test_what_is_no_certificate_is_bad_input(tmp_path: Path, text: str) -> None:
    file = tmp_path / "certificate.json"
    file.write_text(text)
    with pytest.raises(PodsysError) as caught:
        verify_file(file, None)
    assert caught.value.exit_code is ExitCode.BAD_INPUT


def test_no_such_file_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(PodsysError, match="no such file") as caught:
        verify_file(tmp_path / "none.json", None)
    assert caught.value.exit_code is ExitCode.BAD_INPUT


def test_json_is_one_document(certificate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify_file(certificate, None, as_json=True) is ExitCode.GOOD
    document = json.loads(capsys.readouterr().out)
    assert document["valid"] is True
    assert document["signer"] == "podsys"
    assert document["problems"] == []


def test_evidence_outside_the_folder_is_never_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x")
    run = tmp_path / "run"
    run.mkdir()
    (run / "link").symlink_to(secret)
    hostile = ["../secret", str(secret), "link", "", ".", "a\0b", "x" * 5000]
    assert hash_evidence(run, hostile) == {}


def test_the_key_is_made_once_and_private(tmp_path: Path) -> None:
    key = ensure_signing_key(tmp_path)
    first = key.read_bytes()
    assert ensure_signing_key(tmp_path).read_bytes() == first
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    signers = (key.parent / "allowed_signers").read_text()
    assert signers.count("ssh-ed25519") == 1
    assert 'namespaces="podsys"' in signers
    assert {path.name for path in key.parent.iterdir()} == {
        "podsys_ed25519", "allowed_signers", ".gitignore",
    }  # fmt: skip


def test_an_interrupted_making_is_finished(tmp_path: Path) -> None:
    key = ensure_signing_key(tmp_path)
    (key.parent / "allowed_signers").write_text("# added by hand\n")
    ensure_signing_key(tmp_path)
    signers = (key.parent / "allowed_signers").read_text()
    assert signers.startswith("# added by hand\n")
    assert "ssh-ed25519" in signers


def test_signing_again_replaces_the_signature(certificate: Path, tmp_path: Path) -> None:
    certificate.write_text(certificate.read_text() + "\n")
    key = ensure_signing_key(tmp_path)
    signature = sign(certificate, key)
    verify(certificate, signature, key.parent / "allowed_signers", "podsys")
    assert check(certificate)[0] is ExitCode.GOOD


def test_without_ssh_keygen_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PodsysError, match="not installed") as caught:
        ensure_signing_key(tmp_path)
    assert "openssh-client" in caught.value.hint
