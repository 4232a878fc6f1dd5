"""Floats whose places are known, and how many of them did not arrive, counted on the GPU."""

import ctypes

ELEMENT = 4


def fill(gpu, address, size):
    length = ctypes.c_uint64(size // ELEMENT)
    gpu.launch("fill", ctypes.c_uint64(address), length, ctypes.c_uint64(0), ctypes.c_uint(0))


def count_wrong(gpu, address, size):
    length = ctypes.c_uint64(size // ELEMENT)
    return gpu.count_wrong(
        "compare", ctypes.c_uint64(address), length, ctypes.c_uint64(0), ctypes.c_uint(0),
        ctypes.c_uint(1),
    )  # fmt: skip
