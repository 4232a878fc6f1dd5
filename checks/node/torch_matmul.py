"""Products of square matrices on each GPU, in each precision that it has, by PyTorch.

Random numbers: zeros would be faster, and warm no GPU. Sizes as a sweep; ten products one after the
other, the median of three such samples. Every element is compared with the product in doubles,
within what rounding explains. Prints JSON lines: a head, one for each product, an end.
"""

import json
import sys
import time
from statistics import median

import torch

SIDES = (4096, 8192)
WARM_UP, RUNS, SAMPLES = 3, 10, 3
# By how much elements may differ, as a share of the largest.
PRECISIONS = {
    "fp8": (torch.bfloat16, 0.05),
    "bf16": (torch.bfloat16, 0.02),
    "fp16": (torch.float16, 0.005),
    "tf32": (torch.float32, 0.005),
    "fp64": (torch.float64, 1e-10),
}


class Product:
    """Two matrices, and what multiplies them."""

    def __init__(self, precision, side, device):
        self.dtype, self.slack = PRECISIONS[precision]
        self.precision = precision
        torch.manual_seed(1)
        self.one, self.other = (
            torch.randn(side, side, device=device, dtype=torch.float32) for _ in range(2)
        )
        if precision == "fp8":
            kind = find_fp8()
            # The second one by columns, as these units want it.
            self.left, self.right = self.one.to(kind), self.other.to(kind).t().contiguous().t()
            self.scale = torch.ones((), device=device)
        else:
            self.left, self.right = self.one.to(self.dtype), self.other.to(self.dtype)

    def __call__(self):
        if self.precision == "fp8":
            return torch._scaled_mm(
                self.left, self.right, scale_a=self.scale, scale_b=self.scale, out_dtype=self.dtype
            )
        return self.left @ self.right

    def count_wrong(self):
        """Against the product of the same numbers, as rounded before, in doubles."""
        expected = self.left.double() @ self.right.double()
        apart = (self().double() - expected).abs()
        bound = self.slack * expected.abs().max()
        return int((~(apart <= bound)).sum())


def find_fp8():
    """AMD's first generation has a format of its own."""
    old = torch.version.hip and "gfx94" in torch.cuda.get_device_properties(0).gcnArchName
    return torch.float8_e4m3fnuz if old else torch.float8_e4m3fn


def choose(device):
    """Precisions that this GPU computes in hardware."""
    version = torch.cuda.get_device_capability(device)
    on_amd = bool(torch.version.hip)
    if hasattr(torch, "_scaled_mm") and version >= ((9, 4) if on_amd else (8, 9)):
        yield "fp8"
    if version >= (8, 0):
        yield "bf16"
    yield "fp16"
    if version >= (8, 0) and not on_amd:
        yield "tf32"
    yield "fp64"


def measure(devices):
    torch.backends.cuda.matmul.allow_tf32 = True
    names = [torch.cuda.get_device_name(one) for one in devices]
    yield {"podsys_matmul": 1, "torch": torch.__version__, "gpus": names, "runs": RUNS}
    count = 0
    for index, device in enumerate(devices):
        for precision in choose(device):
            for side in SIDES:
                count += 1
                yield dict(measure_one(precision, side, device), gpu=index)
                torch.cuda.empty_cache()
    yield {"finished": count}


def measure_one(precision, side, device):
    product = Product(precision, side, device)
    seconds = take_time(product, device)
    wrong = product.count_wrong()
    return {
        "precision": precision, "side": side, "seconds": seconds,
        "tflops": 2 * side**3 / seconds / 1e12, "checked": side * side, "wrong": wrong,
    }  # fmt: skip


def take_time(product, device):
    """Seconds of one product."""
    for _ in range(WARM_UP):
        product()
    samples = []
    for _ in range(SAMPLES):
        torch.cuda.synchronize(device)
        began = time.perf_counter()
        for _ in range(RUNS):
            product()
        torch.cuda.synchronize(device)
        samples.append((time.perf_counter() - began) / RUNS)
    return median(samples)


def main():
    if not torch.cuda.is_available():
        sys.stderr.write(f"podsys: PyTorch {torch.__version__} finds no GPU that it can use\n")
        sys.exit(1)
    devices = [torch.device("cuda", index) for index in range(torch.cuda.device_count())]
    for line in measure(devices):
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
