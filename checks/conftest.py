"""Makes `pytest checks/network --workspace demo` work by hand."""

from podsys.commands.check_host import host  # noqa: F401 - takes the place of testinfra's own

pytest_plugins = ["podsys.commands.check_plugin"]
