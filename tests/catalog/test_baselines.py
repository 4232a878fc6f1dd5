"""The baselines as shipped."""

from podsys.core.catalog import parse_baselines
from podsys.effects.catalog import read_baselines_texts
from podsys.model.baseline import Baseline


def shipped() -> dict[str, Baseline]:
    baselines, problems = parse_baselines(read_baselines_texts())
    assert [str(problem) for problem in problems] == []
    return {baseline.metric: baseline for baseline in baselines if not baseline.platform}


def of_platforms() -> list[Baseline]:
    baselines, _ = parse_baselines(read_baselines_texts())
    return [baseline for baseline in baselines if baseline.platform]


def test_every_metric_of_the_first_suites_is_bounded() -> None:
    assert set(shipped()) >= {
        *("tcp_pair_bw", "mpi_allreduce_busbw", "mpi_allreduce_wrong"),
        *("clock_offset", "disk_used"),
    }


def test_shares_are_shares() -> None:
    for baseline in shipped().values():
        for share in (baseline.floor_of_line_rate, baseline.floor_of_median):
            assert share is None or 0 < share < 1


def test_no_wrong_element_is_borne() -> None:
    for metric in ("mpi_allreduce_wrong", "nccl_allreduce_wrong"):
        assert shipped()[metric].max_wrong == 0


def test_every_bound_says_where_it_comes_from() -> None:
    for baseline in (*shipped().values(), *of_platforms()):
        assert len(baseline.source) > 10
        assert len(baseline.scope) > 5
        assert baseline.date.startswith("202")


# The unit of each metric, and what no such measurement has ever left: a factor of ten or a
# thousand would.
SANE = {
    "h2d_bw": ("GB/s", 5, 130),
    "d2h_bw": ("GB/s", 5, 130),
    "p2p_bw": ("GB/s", 5, 900),
    "allreduce_busbw": ("GB/s", 10, 1800),
    "rdma_write_bw": ("Gb/s", 50, 800),
    "rdma_loopback_share": ("%", 50, 100),
    "rdma_write_bw_bidir": ("Gb/s", 100, 1600),
    "rdma_write_lat": ("us", 0.5, 20),
    "rdma_write_lat_p99": ("us", 0.5, 20),
    "hbm_bw": ("TB/s", 0.5, 8),
    "bf16_matmul": ("TFLOPS", 100, 5000),
    "fp16_matmul": ("TFLOPS", 100, 5000),
    "cpu_stream_triad": ("MB/s", 10_000, 2_000_000),
}


def test_no_bound_of_a_platform_has_slipped() -> None:
    for baseline in of_platforms():
        unit, least, most = SANE[baseline.metric]
        bound = baseline.ceiling if baseline.floor is None else baseline.floor
        assert baseline.unit == unit
        assert bound is not None
        assert least <= bound <= most, baseline


def test_each_file_is_about_one_platform() -> None:
    for file, text in read_baselines_texts().items():
        found, _ = parse_baselines({file: text})
        platforms = {baseline.platform for baseline in found}
        assert len(platforms) == 1
        assert platforms == {""} or file.endswith(f"/{platforms.pop()}.yaml")


def test_what_is_doubtful_says_why() -> None:
    assert all(baseline.note for baseline in of_platforms() if baseline.advisory)


def test_the_platforms_of_the_catalog_with_accelerators_have_bounds() -> None:
    found = {baseline.platform for baseline in of_platforms() if not baseline.advisory}
    assert found >= {"hgx-h100", "hgx-a100", "h100-pcie", "mi300x"}


def test_slips_are_problems_of_the_file() -> None:
    entry = """\
- metric: hbm_bw
  platform: x
  unit: TB/s
  floor: {floor}
  spec: 3.35
  scope: "1 GPU"
  source: "a file"
  date: "2026-01-01"
"""
    for floor, count in (("1.9", 0), ("0.19", 1), ("1900", 1), ("0.0019", 1), ("3.4", 1)):
        problems = parse_baselines({"x.yaml": entry.format(floor=floor)})[1]
        assert len(problems) == count
        assert all("slip of digits or units" in str(problem) for problem in problems)
    twice = parse_baselines({"x.yaml": entry.format(floor="1.9") * 2})[1]
    assert "written twice" in str(twice[0])
