import pytest

from podsys.effects.quarantine import load_quarantine, save_quarantine
from podsys.effects.workspace import Workspace
from podsys.errors import PodsysError
from podsys.model.quarantine import LastState, Quarantined

ONE = Quarantined(
    since="2026-11-25T00:00:00+00:00",
    run="r",
    reason="it did not answer",
    last=LastState(boot_id="a", gpus=8, failed_units=("x.service",)),
    console=("Kernel panic",),
)


def test_what_is_saved_is_read_again(tmp_path):
    workspace = Workspace(tmp_path)
    assert load_quarantine(workspace) == {}
    save_quarantine(workspace, {})
    assert not workspace.quarantine_file.exists()
    save_quarantine(workspace, {"n1": ONE})
    assert load_quarantine(workspace) == {"n1": ONE}
    save_quarantine(workspace, {})
    assert load_quarantine(workspace) == {}


@pytest.mark.parametrize("text", ["", "[]", '{"n1": {}}', '{"n1": 7}'])
def test_a_list_that_cannot_be_read_frees_nobody(tmp_path, text):
    workspace = Workspace(tmp_path)
    workspace.quarantine_file.parent.mkdir()
    workspace.quarantine_file.write_text(text)
    with pytest.raises(PodsysError, match="cannot be read"):
        load_quarantine(workspace)
