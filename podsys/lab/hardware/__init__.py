"""Emulated hardware: one state per node, and pure functions that render it into files."""
