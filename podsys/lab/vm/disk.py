"""A disk as a server's BIOS boots it: GRUB before the first partition, ext4 in it.

Made without mounting anything: a machine that is a container itself may not.
"""

from __future__ import annotations

from pathlib import Path

from podsys.lab.shell import run

MIB = 1 << 20
SIZE = 4096 * MIB
SECTOR = 512
# Where a boot sector's code ends and the table of partitions begins.
BOOT_CODE = 440
# What GRUB 2.06 can read, whatever this machine's mke2fs makes by itself.
FEATURES = (
    "none,has_journal,ext_attr,resize_inode,dir_index,filetype,extent,64bit,flex_bg,"
    "sparse_super,large_file,huge_file,dir_nlink,extra_isize,metadata_csum"
)


def make_disk(disk: Path, root: Path, boot_sector: Path, core: Path, uuid: str) -> None:
    """A sparse file of SIZE with what is in `root`, its file system of that UUID."""
    with disk.open("wb") as file:
        file.truncate(SIZE)
    run(["sfdisk", "--quiet", disk], text="label: dos\nstart=2048, type=83, bootable\n")
    image = core.read_bytes()
    core.unlink()
    if len(image) > MIB - SECTOR:
        raise ValueError("GRUB's core does not fit before the first partition")
    with disk.open("r+b") as file:
        file.write(boot_sector.read_bytes()[:BOOT_CODE])
        file.seek(SECTOR)
        file.write(image)
    words = ["-t", "ext4", "-F", "-q", "-L", "root", "-U", uuid, "-O", FEATURES]
    place = ["-E", f"offset={MIB},lazy_itable_init=1", "-d", str(root), str(disk)]
    run(["mke2fs", *words, *place, f"{(SIZE - MIB) >> 10}k"], timeout=600)
