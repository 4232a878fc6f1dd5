"""What a package that was built says of itself."""

import os
from typing import Any, Dict, List

Request = Dict[str, Any]
DEPMOD = "#!/bin/sh\nset -e\n[ ! -d /lib/modules/%s ] || depmod %s\n"
# In the order in which people read it; empty ones are left out.
FIELDS = (
    "Package", "Version", "Architecture", "Maintainer", "Installed-Size", "Depends", "Provides",
    "Conflicts", "Replaces", "Section", "Priority", "Description",
)  # fmt: skip


def describe(request: Request, own: Dict[str, str], tree: str) -> str:
    """The control file; `own` are fields that depend on how it was built."""
    depends = request["depends"] + own.get("Depends", "").split(", ")
    fields = {
        "Package": request["name"],
        "Version": request["version"],
        "Architecture": request["arch"],
        "Maintainer": "podsys <root@localhost>",
        "Installed-Size": str(sum_sizes(tree) // 1024 + 1),
        "Depends": ", ".join((["kmod"] if request["kernel"] else []) + [d for d in depends if d]),
        "Section": "kernel" if request["kernel"] else "utils",
        "Priority": "optional",
    }
    fields.update({name: text for name, text in own.items() if name != "Depends"})
    return "".join("%s: %s\n" % (name, fields[name]) for name in FIELDS if fields.get(name))


def write_scripts(tree: str, kernel: str) -> None:
    """Modules are found once depmod was there."""
    os.makedirs(tree + "/DEBIAN", exist_ok=True)
    for script in ("postinst", "postrm") if kernel else ():
        path = "%s/DEBIAN/%s" % (tree, script)
        with open(path, "w") as file:
            file.write(DEPMOD % (kernel, kernel))
        os.chmod(path, 0o755)


def list_files(tree: str) -> List[str]:
    """All that the package brings, links among it."""
    return sorted(
        os.path.join(folder, name)
        for folder, _, names in os.walk(tree)
        for name in names
        if not folder.startswith(tree + "/DEBIAN")
    )


def sum_sizes(tree: str) -> int:
    return sum(os.lstat(path).st_size for path in list_files(tree))
