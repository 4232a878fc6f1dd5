"""The tests' end of worker.py."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

WORKER = Path(__file__).with_name("worker.py")


class NvmlCodeError(Exception):
    """What NVML returned instead of an answer."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code


def gpu(index: int) -> dict[str, int]:
    """The handle of a GPU as an argument."""
    return {"gpu": index}


def struct(name: str, **fields: int) -> dict[str, Any]:
    """A structure of pynvml as an argument, to be filled."""
    return {"struct": name, "set": fields}


class Nvml:
    """A process that uses the library, and the view that the library reads."""

    def __init__(self, library: Path, view: Path) -> None:
        self.view = view
        environment = {
            **os.environ,
            "LD_LIBRARY_PATH": str(library.parent),
            "PODSYS_NVML": str(view),
        }
        self.process = subprocess.Popen(
            [sys.executable, str(WORKER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def show(self, text: str | bytes) -> None:
        """Give the library another view."""
        new = self.view.with_suffix(".new")
        new.write_bytes(text.encode() if isinstance(text, str) else text)
        new.replace(self.view)

    def start(self, text: str | bytes) -> None:
        """A program that begins with this view."""
        self.show(text)
        self.call("forget")
        self.call("nvmlInit")

    def stop(self) -> None:
        """The program ends, as often as it has begun."""
        while self.code("nvmlShutdown") == 0:
            pass

    def call(self, name: str, *args: Any) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        print(json.dumps({"name": name, "args": args}), file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        assert line, f"{name} ended the process: {self.process.wait()}"
        answer = json.loads(line)
        if "code" in answer:
            raise NvmlCodeError(answer["code"], answer["text"])
        return answer["value"]

    def code(self, name: str, *args: Any) -> int:
        """What the call returns: 0 where it succeeds."""
        try:
            self.call(name, *args)
        except NvmlCodeError as error:
            return error.code
        return 0

    def fields(self, index: int, *wanted: Any) -> list[Any]:
        """Field values; what has none is its code."""
        return self.call("nvmlDeviceGetFieldValues", gpu(index), list(wanted))

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(10)
