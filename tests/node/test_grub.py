"""What GRUB will boot, from grub.cfg as grub-mkconfig writes it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from podsys.node.grub import find_default, list_kernels, parse_menu

ID = "5d2b1c6e"
HEAD = """\
set have_grubenv=true
if [ "${{next_entry}}" ] ; then
   set default="${{next_entry}}"
   set next_entry=
   set boot_once=true
else
   set default="{default}"
fi
function savedefault {{
  if [ -z "${{boot_once}}" ]; then
    save_env saved_entry
  fi
}}
"""
ENTRY = """\
{pad}menuentry 'Debian GNU/Linux{title}' --class debian $menuentry_id_option '{name}' {{
{pad}	if [ x$grub_platform = xxen ]; then insmod xzio; fi
{pad}	echo	'Loading Linux {version} ...'
{pad}	linux	/boot/vmlinuz-{version} root=UUID={id} ro {arguments}
{pad}	initrd	/boot/initrd.img-{version}
{pad}}}
"""


def menu(*versions: str, default: str = "0") -> str:
    """The newest on top, then a submenu with all of them, each with its rescue entry."""
    text = HEAD.format(default=default)
    text += entry(versions[0], f"gnulinux-simple-{ID}", "quiet")
    text += "submenu 'Advanced options for Debian GNU/Linux' $menuentry_id_option "
    text += f"'gnulinux-advanced-{ID}' {{\n"
    for version in versions:
        text += entry(version, f"gnulinux-{version}-advanced-{ID}", "quiet", f", Linux {version}")
        text += entry(version, f"gnulinux-{version}-recovery-{ID}", "single", f", {version} (rec)")
    return text + "}\n### BEGIN /etc/grub.d/30_uefi-firmware ###\n"


def entry(version: str, name: str, arguments: str, title: str = "") -> str:
    pad = "\t" if title else ""
    return ENTRY.format(
        pad=pad, title=title, name=name, version=version, id=ID, arguments=arguments
    )


def test_the_first_entry_boots_unless_something_else_is_said():
    found = find_default(menu("6.1.0-56-amd64", "6.1.0-40-amd64"))
    assert found is not None
    assert (found.version, found.initrd) == ("6.1.0-56-amd64", "/boot/initrd.img-6.1.0-56-amd64")
    assert found.arguments == f"root=UUID={ID} ro quiet"


def test_an_entry_of_the_submenu_by_id_number_and_title():
    for default in (
        f"gnulinux-advanced-{ID}>gnulinux-6.1.0-40-amd64-advanced-{ID}",
        "1>2",
        "Advanced options for Debian GNU/Linux>Debian GNU/Linux, Linux 6.1.0-40-amd64",
    ):
        found = find_default(menu("6.1.0-56-amd64", "6.1.0-40-amd64", default=default))
        assert found is not None
        assert found.version == "6.1.0-40-amd64"
        assert found.path == [f"gnulinux-advanced-{ID}", f"gnulinux-6.1.0-40-amd64-advanced-{ID}"]


def test_an_entry_that_is_gone_is_the_first_one():
    for default in ("gnulinux-gone", "9", "1>gnulinux-gone", "", "1"):
        found = find_default(menu("6.1.0-56-amd64", "6.1.0-40-amd64", default=default))
        assert found is not None
        assert found.version == "6.1.0-56-amd64"


def test_what_was_saved_and_what_is_for_once_count():
    config = menu("6.1.0-56-amd64", "6.1.0-40-amd64", default="${saved_entry}")
    block = "# GRUB Environment Block\n"
    cases = {"": "6.1.0-56-amd64", "saved_entry=1>2\n": "6.1.0-40-amd64"}
    cases |= {"saved_entry=0\nnext_entry=1>2\n": "6.1.0-40-amd64"}
    cases |= {"next_entry=\n": "6.1.0-56-amd64"}
    for environment, version in cases.items():
        found = find_default(config, block + environment + "#" * 500)
        assert found is not None
        assert found.version == version


def test_every_kernel_of_the_menu_is_listed_with_its_path():
    entries = list_kernels(parse_menu(menu("6.1.0-56-amd64", "6.1.0-40-amd64")))
    assert [len(one.path) for one in entries] == [1, 2, 2, 2, 2]
    assert {one.version for one in entries} == {"6.1.0-56-amd64", "6.1.0-40-amd64"}


WORDS = st.sampled_from(
    ["menuentry 'a' {", "submenu 'b' --id c {", "}", "linux /vmlinuz-1", "set default=0", "{", "'"]
)


@given(st.lists(st.one_of(WORDS, st.text(max_size=20)), max_size=30).map("\n".join), st.text())
def test_no_text_breaks_it(config, environment):
    found = find_default(config, environment)
    assert found is None or found.kernel
