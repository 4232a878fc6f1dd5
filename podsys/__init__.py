"""podsys: from racks of fresh servers to a signed certificate."""

__version__ = "0.1.0"
