"""Runs the products of matrices with a python3 that has PyTorch. Words: folders where it may be."""

import sys

from find_torch import become
from torch_matmul_py import TEXT

if __name__ == "__main__":
    become(sys.argv[1:], "-c", TEXT)
