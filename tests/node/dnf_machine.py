"""A whole machine with dnf for a test: this one, with what it writes kept aside.

Each command runs in a mount namespace where /etc, /var and /root lie under folders of the test's:
the real dnf and rpm work on their real paths, and nothing of it is left on this machine.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from podsys.node.packages import STATUS
from tests.node import rpms

COVERED = ("etc", "var", "root")
REPO = Path(__file__).parents[2]
MOUNT = "mount -t overlay podsys-test -o lowerdir=/{0},upperdir={1}/{0},workdir={1}/{0}.work /{0}"
needs_machine = [
    rpms.needs_dnf,
    pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("unshare"), reason="needs root"),
]
PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")
TASKS = "playbooks/roles/managed/tasks/packages_rhel.yml"
needs_ansible = pytest.mark.skipif(not PLAYBOOK.exists(), reason="no ansible-playbook here")


class DnfMachine:
    """It calls itself Rocky 9.4, has a database of rpms without any, and no repository."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in COVERED:
            (folder / name).mkdir(parents=True)
            (folder / f"{name}.work").mkdir()
        # What this machine has of Debian is hidden, and so are repositories that somebody set up.
        self.sh(
            f"rm -rf {STATUS} /etc/yum.repos.d /etc/os-release /var/cache/dnf /root/.rpmdb;"
            " mkdir -p /etc/yum.repos.d /etc/pki/rpm-gpg;"
            ' printf \'ID="rocky"\\nVERSION_ID="9.4"\\n\' > /etc/os-release;'
            " printf '[main]\\ngpgcheck=1\\nbest=True\\nskip_if_unavailable=0\\n'"
            " > /etc/dnf/dnf.conf; rpmdb --initdb;"
            # Debian's dnf keeps what it installed for later; Rocky has no such plugin.
            " if [ -e /etc/dnf/plugins/local.conf ]; then"
            " printf '[main]\\nenabled=0\\n' > /etc/dnf/plugins/local.conf; fi"
        )

    def run(self, words: Sequence[str], given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        mounts = " && ".join(MOUNT.format(name, self.folder) for name in COVERED)
        script = f'{mounts} && exec "$@"'
        return subprocess.run(
            ["unshare", "-m", "sh", "-c", script, "sh", *words],
            input=given, capture_output=True, check=False, timeout=300, cwd=REPO,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(REPO), "LC_ALL": "C.UTF-8"},
        )  # fmt: skip

    def sh(self, script: str) -> str:
        done = self.run(["sh", "-ec", script])
        assert done.returncode == 0, (done.stderr or done.stdout).decode()
        return done.stdout.decode()

    def fails(self, script: str) -> str:
        """What is said by a script that must fail."""
        done = self.run(["sh", "-ec", script])
        assert done.returncode != 0, done.stdout.decode()
        return (done.stdout + done.stderr).decode()

    def put(self, path: str, text: str) -> None:
        done = self.run(["sh", "-ec", f"mkdir -p $(dirname {path}); cat > {path}"], text.encode())
        assert done.returncode == 0, done.stderr.decode()

    def add_repository(self, name: str, baseurl: str, **options: str) -> None:
        lines = [f"[{name}]", f"name={name}", f"baseurl={baseurl}"]
        lines += [f"{key}={value}" for key, value in options.items()]
        self.put(f"/etc/yum.repos.d/{name}.repo", "\n".join(lines) + "\n")

    def ask(self, what: str, request: dict[str, Any]) -> dict[str, Any]:
        """podsys's program for nodes, as it runs there."""
        return rpms.read_answer(self.run(rpms.PROGRAM, rpms.pack(what, request)))

    def converge(self, *items: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
        """As the Ansible module does it: result and failures."""
        code = (
            "import json, sys; from podsys.node.apply import converge_locked;"
            "print(json.dumps(converge_locked(json.load(sys.stdin), False)))"
        )
        done = self.run([rpms.PYTHON, "-c", code], json.dumps(items).encode())
        assert done.returncode == 0, done.stderr.decode()
        result, failures = json.loads(done.stdout)
        return result, failures

    def read(self, item: dict[str, Any]) -> dict[str, str]:
        code = (
            "import json, sys; from podsys.node.kinds import read_items;"
            "i = json.load(sys.stdin); print(json.dumps(read_items(i['kind'], [i])))"
        )
        done = self.run([rpms.PYTHON, "-c", code], json.dumps(item).encode())
        assert done.returncode == 0, done.stderr.decode()
        return dict(json.loads(done.stdout)[item["id"]])


def play(node: DnfMachine, folder: Path, versions: list[str]) -> str:
    """The tasks of playbooks/roles/managed for a role that wants these; what Ansible says last."""
    variables = {
        "managed_state": {"packages": [], "versions": versions},
        "managed_package_lock_timeout_s": 30,
        "ansible_python_interpreter": rpms.PYTHON,
    }
    tasks = [{"ansible.builtin.include_tasks": str(REPO / TASKS)}]
    where = {"hosts": "localhost", "connection": "local", "gather_facts": False}
    (folder / "book.json").write_text(json.dumps([{**where, "vars": variables, "tasks": tasks}]))
    done = node.run([str(PLAYBOOK), "-i", "localhost,", str(folder / "book.json")])
    said = (done.stdout + done.stderr).decode()
    assert done.returncode == 0, said
    return said.rpartition("PLAY RECAP")[2]
