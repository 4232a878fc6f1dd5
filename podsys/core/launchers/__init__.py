"""Launchers: one file per way to start something on many nodes; pure command building."""
