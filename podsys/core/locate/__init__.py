"""Locating: a few rounds of measurements solved jointly for node, rail, link and switch."""
