"""What stands on a node, read without podsys: to prove that nothing changed, or only this."""

from __future__ import annotations

from dataclasses import dataclass

from tests.lab.practice import Site

# What logs of packages and services hold is no configuration; /etc, programs, and what
# administrators put aside, is.
FOLDERS = "/etc /root /usr/local /opt /boot /lib/systemd /var/spool/cron"
FILES = (
    f"cd /; for d in {FOLDERS}; do [ -e $d ] && find $d -printf "
    r"'%p\t%y %m %U:%G %s %l\t%T@ %C@\n'; done | sort"
)
SUMS = f"for d in {FOLDERS}; do [ -e $d ] && find $d -type f -print0; done | xargs -0 sha256sum"
# Sessions come and go with every login.
UNITS = (
    "systemctl list-units --all --plain --no-legend --type=service,target,socket,timer "
    "| grep -v -e '^user@' -e '^user-' -e '^session' | awk '{print $1, $2, $3, $4}'; "
    "systemctl list-unit-files --no-legend | awk '{print $1, $2}'"
)
STARTS = (
    "systemctl show --property=Id,NRestarts,ExecMainStartTimestampMonotonic "
    "$(systemctl list-units --type=service --state=running --plain --no-legend "
    "| awk '{print $1}' | grep -v '^user@')"
)
KNOBS = (
    "sed -n 's/^\\([a-z0-9_.]*\\) *=.*/\\1/p' /etc/sysctl.d/zz-podsys.conf | xargs sysctl; "
    "cat /sys/kernel/mm/transparent_hugepage/* /sys/kernel/mm/ksm/run 2>/dev/null; "
    "cat /proc/cmdline; ls /sys/module"
)
# Sessions mount below /run.
MOUNTS = "awk '$5 !~ \"^/run\" {print $5, $6, $(NF-2), $(NF-1), $NF}' /proc/self/mountinfo | sort"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`files`: path -> kind, mode, owner, size, sha256; `times`: path -> mtime and ctime."""

    files: dict[str, str]
    times: dict[str, str]
    packages: str
    units: str
    starts: str
    knobs: str
    mounts: str
    boot: str


def take(site: Site, node: str) -> Snapshot:
    rows = [line.split("\t") for line in site.sh(node, FILES).splitlines()]
    sums = {
        path: digest
        for digest, path in (line.split(None, 1) for line in site.sh(node, SUMS).splitlines())
    }
    return Snapshot(
        files={path: f"{what} {sums.get(path, '')}" for path, what, _ in rows},
        times={path: times for path, _, times in rows},
        packages=site.sh(
            node, "dpkg-query -W -f '${Package} ${Version} ${Status}\\n'; apt-mark showhold"
        ),
        units=site.sh(node, UNITS),
        starts=site.sh(node, STARTS),
        knobs=site.sh(node, KNOBS),
        mounts=site.sh(node, MOUNTS),
        boot=site.sh(node, "cat /proc/sys/kernel/random/boot_id"),
    )


def find_touched(before: Snapshot, after: Snapshot) -> set[str]:
    """Paths written to, even when the same was written; and those that came or went."""
    paths = before.times.keys() | after.times.keys()
    return {path for path in paths if before.times.get(path) != after.times.get(path)}


def find_restarted(before: Snapshot, after: Snapshot) -> set[str]:
    """Services that do not run as they did: started anew, come, or gone."""
    runs = [
        {block.partition("Id=")[2].partition("\n")[0]: block for block in one.starts.split("\n\n")}
        for one in (before, after)
    ]
    return {
        name for name in runs[0].keys() | runs[1].keys() if runs[0].get(name) != runs[1].get(name)
    }
