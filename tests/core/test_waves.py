from hypothesis import given
from hypothesis import strategies as st

from podsys.core.waves import split_waves

NODES = st.lists(st.integers(1, 999).map(lambda n: f"n{n}"), unique=True, max_size=50)


@given(NODES, st.integers(0, 5), st.none() | st.integers(1, 20))
def test_every_node_is_in_one_wave_and_the_canary_goes_first(nodes, canary, size):
    waves = split_waves(nodes, canary, size)
    assert [node for wave in waves for node in wave] == nodes
    assert all(waves)
    rest = waves[1:] if canary and nodes else waves
    if canary and nodes:
        assert waves[0] == tuple(nodes[:canary])
    assert all(len(wave) <= size for wave in rest) if size else len(rest) <= 1
