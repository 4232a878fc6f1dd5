"""Nodes that are virtual machines: a kernel, a boot loader and a disk of their own."""
