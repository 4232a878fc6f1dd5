"""A program that is sent takes along what it imports, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from podsys.commands.sent_programs import read_program


def write(folder: Path, **files: str) -> None:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)


def test_modules_of_its_folder_and_of_those_beside_it(tmp_path: Path) -> None:
    write(
        tmp_path / "here",
        main__py="from json import dumps\nfrom first import ONE\nfrom note_txt import TEXT\n"
        "print(dumps([ONE, TEXT, __name__]))\n",
        first__py="from second import TWO\nONE = TWO / 2\n",
        note__txt='it\'s "text"\\n\n',
        unused__py="raise RuntimeError\n",
    )
    write(tmp_path / "beside", second__py="TWO = 2\n")
    program = read_program(tmp_path / "here" / "main.py")
    done = subprocess.run(
        [sys.executable, "-c", program], cwd="/", capture_output=True, text=True, check=True
    )
    assert done.stdout == '[1.0, "it\'s \\"text\\"\\\\n\\n", "__main__"]\n'
