"""Side-by-side comparisons: podsys and its peers in turn, on the same practice nodes.

`make bench` runs them; `python -m bench.report` writes RESULTS.md anew from the raw samples.
"""
