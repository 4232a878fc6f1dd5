"""What podsys explain says."""

from podsys.core.catalog import parse_settings
from podsys.core.check_docs import read_check_docs
from podsys.core.explain import explain, suggest
from podsys.core.explain_fault import explain_check, explain_fault, explain_own_check
from podsys.core.faults import parse_faults
from podsys.effects.catalog import read_faults_texts, read_settings_texts
from podsys.effects.content import read_check_texts
from podsys.effects.program import list_sections

SETTINGS = {one.id: one for one in parse_settings(read_settings_texts())[0]}
FAULTS = parse_faults(read_faults_texts(), list_sections())[0]


def test_every_setting_can_be_explained() -> None:
    for setting in SETTINGS.values():
        lines = explain(setting)
        assert all(label and text for label, text in lines)
        assert ("id", setting.id) in lines
        assert [text for label, text in lines if label == "source"] == list(setting.source)


def test_a_reading_is_shown_face_by_face() -> None:
    setting = SETTINGS["sysctl.vm.zone_reclaim_mode.hpc"]
    lines = dict(explain(setting, {"live": "0", "persistent": "unset"}))
    assert lines["found now"] == "0"
    assert lines["found after the next boot"] == "unset"
    assert lines["wanted"] == "1"
    assert lines["applies"] == "profile hpc"


def test_what_could_not_be_read_says_so() -> None:
    lines = dict(explain(SETTINGS["swap.off"], {"error": "no such file"}))
    assert lines["found could not be read"] == "no such file"


def test_advice_says_how_to_adopt_it() -> None:
    lines = dict(explain(SETTINGS["kernel_argument.mitigations"]))
    assert "settings.adopt" in lines["remedy"]
    assert "third-party" in lines["confidence"]


def test_a_flag_without_value_is_named() -> None:
    flag = SETTINGS["kernel_argument.iommu"].model_copy(update={"value": ""})
    assert dict(explain(flag))["wanted"] == "present, without a value"


def test_suggestions_find_typing_errors_and_parts() -> None:
    assert suggest("sysctl.vm.swapiness", SETTINGS)[0] == "sysctl.vm.swappiness"
    assert "sysctl.vm.zone_reclaim_mode.hpc" in suggest("zone_reclaim", SETTINGS)
    assert suggest("qqqqqqqqqq", SETTINGS) == []
    assert len(suggest("sysctl", SETTINGS)) == 5


def test_every_fault_can_be_explained() -> None:
    for fault in FAULTS:
        lines = explain_fault(fault.fault)
        assert all(label and text for label, text in lines)
        assert dict(lines)["cause"] == fault.fault.cause


def test_every_active_check_can_be_explained() -> None:
    docs = read_check_docs(read_check_texts())
    assert {"network.pairs", "network.allreduce"} <= {doc.id for doc in docs}
    for doc in docs:
        assert doc.id, f"its mark must say it as it stands: {doc.what}"
        assert doc.what
        assert dict(explain_check(doc))["id"] == doc.id


def test_checks_of_podsys_itself() -> None:
    assert explain_own_check("node.reachable") is not None
    assert explain_own_check("node.clock", "the clock") is not None
    assert explain_own_check("node.nothing") is None
