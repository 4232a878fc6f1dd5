"""The command line: words, flags and help; the work is in podsys/commands."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from podsys import __version__
from podsys.errors import ExitCode, PodsysError, explain_full_disk


def examples(*lines: str) -> str:
    """One example a line; the mark keeps click from filling them into a paragraph."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


app = typer.Typer(
    name="podsys",
    help="From racks of fresh servers to a signed certificate that the cluster can train.",
    epilog=examples(
        "podsys lab up                      # a practice cluster on this machine",
        "podsys init demo --lab             # describe it",
        "podsys deploy -C demo              # make it so, measure it, certify it",
    )
    + "\n\nExit codes, the same everywhere: 0 good, 1 something failed or is not certified, "
    "2 bad input or usage, 3 could not tell.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
lab_app = typer.Typer(
    help="The practice cluster: real nodes on this machine.",
    no_args_is_help=True,
    epilog=examples(
        "podsys lab up --nodes 8",
        "podsys lab up --nodes 2 --platform hgx-h100",
        "podsys lab break gpu-lost-xid79 --node n001",
        "podsys lab heal",
        "podsys lab down",
    ),
)
app.add_typer(lab_app, name="lab")

WorkspaceOption = Annotated[
    Path, typer.Option("-C", "--workspace", help="The workspace folder.", show_default="here")
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
LabName = Annotated[str, typer.Option("--name", envvar="PODSYS_LAB_NAME", help="Which lab.")]


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        typer.echo(f"podsys {__version__}")
        raise typer.Exit


@app.command(
    epilog=examples(
        "podsys init demo --lab",
        "podsys init site --hosts 'n[001-032]' --key ~/.ssh/id_ed25519",
        "podsys init site --from hosts.csv --user admin",
        "podsys init site --from inventory.yaml --jump admin@bastion:22",
        "podsys init site                   # look again; your edits stay",
        "podsys init site --upgrade         # what the releases would move, and why",
    )
)
def init(
    directory: Annotated[Path, typer.Argument(help="The workspace to make.")] = Path(),
    hosts: Annotated[str | None, typer.Option(help="A range expression: n[001-032].")] = None,
    from_file: Annotated[
        Path | None, typer.Option("--from", help="CSV file or Ansible inventory.")
    ] = None,
    lab: Annotated[bool, typer.Option("--lab", help="The practice cluster that is up.")] = False,
    lab_name: LabName = "lab",
    user: Annotated[str | None, typer.Option(help="SSH user.")] = None,
    key: Annotated[str | None, typer.Option(help="SSH private key.")] = None,
    port: Annotated[int | None, typer.Option(help="SSH port.")] = None,
    jump: Annotated[str | None, typer.Option(help="Bastions in turn: user@host:port,...")] = None,
    ssh_config: Annotated[
        str | None, typer.Option(help="OpenSSH config file; else ~/.ssh/config.")
    ] = None,
    upgrade: Annotated[
        bool, typer.Option("--upgrade", help="Resolve the releases anew; asks before writing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Import hosts, pin their keys, probe them, write the workspace.

    Names the machines that differ from the majority, and writes cluster.yaml, the one file to
    edit. Changes nothing on the nodes. Run it again at any time: your edits stay.

    Exit codes: 0 every node answered, 2 bad input, 3 some nodes could not be probed.
    """
    from podsys.commands import init as command

    source = command.Source(hosts=hosts, file=from_file, lab=lab_name if lab else None)
    login = command.Login(user=user, key=key, port=port, jump=jump, config=ssh_config)
    options = command.Options(upgrade=upgrade, yes=yes, as_json=as_json)
    _end(command.init(directory, source, login, options))


@app.command(
    epilog=examples(
        "podsys deploy --plan               # what would change, and nothing else",
        "podsys deploy -C demo --yes",
        "podsys deploy --limit 'n[001-004]' # the rest stays unknown: no certificate",
    )
)
def deploy(
    plan: Annotated[bool, typer.Option("--plan", help="Show the plan, change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    limit: Annotated[str | None, typer.Option(help="Only these nodes or groups.")] = None,
    workspace: WorkspaceOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Make the cluster as described, measure it, and certify it.

    Shows the plan and asks before it changes anything. A run that was killed is continued by
    the next one.

    Exit codes: 0 certified (or, with --plan, a plan), 1 failed, 2 bad input, 3 could not tell.
    """
    from podsys.commands import deploy as command

    options = command.Options(plan_only=plan, yes=yes, limit=limit, as_json=as_json)
    _end(command.deploy(workspace, options))


@app.command(
    epilog=examples(
        "podsys preflight -C site",
        "podsys preflight --limit 'n[001-032]' --hostfile hosts && mpirun --hostfile hosts ...",
        "podsys preflight --since 24h       # older lines of the kernel log do not count",
        "podsys preflight --json            # {verdict, ready, findings}, what blocks first",
    )
)
def preflight(
    limit: Annotated[str | None, typer.Option(help="Only these nodes or groups.")] = None,
    hostfile: Annotated[
        Path | None, typer.Option(help="Write the nodes that may start, as mpirun reads them.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(help="How far back the kernel log counts: 90s, 10m, 24h, 7d.")
    ] = None,
    workspace: WorkspaceOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """May a job start now? Reads every node once, names each fault, its cause and its remedy.

    Disturbs no running job and changes nothing. A node may start when nothing that blocks
    training has failed there and nothing is unknown.

    Exit codes: 0 every node may start and nothing failed, 1 something failed, 2 bad input,
    3 could not tell.
    """
    from podsys.commands import preflight as command

    options = command.Options(limit=limit, hostfile=hostfile, since=since, as_json=as_json)
    _end(command.preflight(workspace, options))


@app.command(
    name="pack-node",
    epilog=examples(
        "podsys pack-node podsys-node       # one file: copy it to the nodes, run it there",
        "podsys-node --help                 # on a node: Slurm, NHC, Prometheus",
    ),
)
def pack_node(
    file: Annotated[Path, typer.Argument(help="The program to write.")] = Path("podsys-node"),
    workspace: WorkspaceOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Pack preflight for one node into one file, which needs nothing but python3 there.

    It judges the node it runs on by the same faults, for Slurm's Prolog and HealthCheckProgram,
    for LBNL NHC's callers and for Prometheus. Pack it again when cluster.yaml or podsys changes.
    """
    from podsys.commands import pack_node as command

    _end(command.pack(workspace, file, as_json=as_json))


@app.command(
    epilog=examples(
        "podsys accept",
        "podsys accept --plan               # what would be measured, and how long it takes",
        "podsys accept --resume             # goes on from a run that was interrupted",
        "podsys accept --level 1 --json     # only reads the nodes, measures nothing",
        "podsys accept --learn              # proposes baselines from what it measured",
    )
)
def accept(
    level: Annotated[
        int | None, typer.Option(min=1, max=4, help="1 passive, 2 node, 3 pairs, 4 fabric.")
    ] = None,
    limit: Annotated[str | None, typer.Option(help="Only these nodes or groups.")] = None,
    plan: Annotated[
        bool, typer.Option("--plan", help="Show what would be measured and how long it takes.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Keep what still holds of the last, unfinished run.")
    ] = False,
    learn: Annotated[
        bool, typer.Option("--learn", help="Propose baselines from this run, if nothing failed.")
    ] = False,
    workspace: WorkspaceOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Measure and judge the cluster as it is; changes no setting.

    Says first what it will do and how long that takes. Ctrl-C ends it in order: the report says
    what was found, nothing is certified, and nothing is left running on the nodes.

    Exit codes: 0 certified (or, with --plan, a plan), 1 failed, 2 bad input, 3 could not tell.
    """
    from podsys.commands import accept as command
    from podsys.commands import learn as learning

    options = command.Options(level, limit, plan, resume, as_json)
    code = command.accept(workspace, options)
    if learn and not plan:
        learning.learn(workspace)
    _end(code)


@app.command(
    epilog=examples(
        "podsys verify demo/runs/latest/certificate.json",
        "podsys verify certificate.json --signers allowed_signers",
    )
)
def verify(
    file: Annotated[Path, typer.Argument(help="A certificate.json.")],
    signers: Annotated[
        Path | None, typer.Option(help="allowed_signers; else the workspace's.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check a certificate offline: signature, evidence, expiry.

    Exit codes: 0 valid and certified, 1 not, 2 no such file or no certificate,
    3 no signature, or nobody to check it against.
    """
    from podsys.commands import verify as command

    _end(command.verify_file(file, signers, as_json=as_json))


@app.command(
    epilog=examples(
        "podsys bundle site.bundle -C site",
        "podsys bundle site.bundle --proxy http://proxy:3128",
        "podsys bundle site.bundle --verify # on the other side, before it is used",
    )
)
def bundle(
    file: Annotated[Path, typer.Argument(help="The bundle to make, or to verify.")],
    verify: Annotated[
        bool, typer.Option("--verify", help="Check a bundle against its manifest instead.")
    ] = False,
    proxy: Annotated[
        str | None,
        typer.Option(help="Fetch through it, or `direct`; else as the nodes' apt does."),
    ] = None,
    workspace: WorkspaceOption = Path(),
    as_json: JsonOption = False,
) -> None:
    """Put everything that nodes without internet need into one file.

    Asks one node of each kind what its packages need, where nodes still reach their archives, and
    fetches that. Kill it at any time: the same command goes on where it was. `bundle:` in
    cluster.yaml then makes deploy serve the file to the nodes, signed, and they use nothing else.

    Exit codes: 0 the file is whole, 1 something could not be fetched or is damaged, 2 bad input,
    3 no node could be asked.
    """
    from podsys.commands import bundle as command

    options = command.Options(verify=verify, proxy=proxy, as_json=as_json)
    _end(command.bundle(workspace, file, options))


@app.command(
    epilog=examples(
        "podsys judge vendor.log --platform hgx-h100",
        "podsys judge n*.log --platform hgx-h100   # each beside the others, too",
        "nvbandwidth -j | podsys judge - --platform hgx-h100 --json",
        "podsys judge diag.json --tool dcgm",
    )
)
def judge(
    files: Annotated[list[Path], typer.Argument(help="Outputs of measuring tools; - reads stdin.")],
    tool: Annotated[
        str | None, typer.Option(help="The tool that wrote them; else recognised by the output.")
    ] = None,
    platform: Annotated[
        str | None, typer.Option(help="The server model whose baselines hold.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Judge outputs measured elsewhere, the log a vendor sends.

    Knows nccl-tests, nvbandwidth, perftest, DCGM, fio, STREAM and others by their outputs. What is
    cut, waived, unchecked or without a baseline is never a pass.

    Exit codes: 0 all good, 1 something failed, 2 bad input, 3 could not tell.
    """
    from podsys.commands import judge as command

    _end(command.judge(files, tool, platform, as_json=as_json))


@app.command(
    epilog=examples(
        "podsys explain                     # every setting and every fault, one a line",
        "podsys explain sysctl.vm.swappiness",
        "podsys explain gpu-lost-xid79",
    )
)
def explain(
    id_: Annotated[
        str | None,
        typer.Argument(metavar="ID", help="Of a setting, fault or check; none lists all."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Explain a setting (why, how it is read and set), a fault (cause, remedy) or a check."""
    from podsys.commands import explain as command

    _end(command.explain(id_, as_json=as_json))


@lab_app.command(
    name="up",
    epilog=examples(
        "podsys lab up",
        "podsys lab up --nodes 32",
        "podsys lab up --name second",
        "podsys lab up --packages 'iperf3 chrony'",
        "podsys lab up --platform hgx-h100           # emulated GPUs, PCIe and NICs",
        "podsys lab up --platform hgx-h100,mi300x    # in turn over the nodes",
        "podsys lab up --nodes 2 --vm                # virtual machines: own kernels, real reboots",
    ),
)
def lab_up(
    nodes: Annotated[int, typer.Option(min=1, max=200, help="How many nodes.")] = 4,
    name: LabName = "lab",
    packages: Annotated[
        str | None,
        typer.Option(help="Debian packages that the nodes have from the start, by spaces."),
    ] = None,
    platform: Annotated[
        str | None,
        typer.Option(help="Server models whose hardware the nodes have, emulated, in turn."),
    ] = None,
    vm: Annotated[
        bool, typer.Option("--vm", help="Virtual machines instead of containers; slow, no KVM.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Start the practice cluster, or make up the difference.

    Needs Linux and root; missing Debian packages are installed. The first time builds an image,
    and so does every new choice of --packages; a lab keeps its choice, and that of --platform
    and --vm, until it is taken down.
    """
    from podsys.commands import lab as command

    command.up(nodes, name, packages, platform, vm=vm or None, as_json=as_json)


@lab_app.command(
    name="down", epilog=examples("podsys lab down", "podsys lab down --name second --purge")
)
def lab_down(
    name: LabName = "lab",
    purge: Annotated[bool, typer.Option("--purge", help="The image and packages too.")] = False,
) -> None:
    """Stop the practice cluster and leave nothing behind."""
    from podsys.commands import lab as command

    command.down(name, purge=purge)


@lab_app.command(name="status", epilog=examples("podsys lab status", "podsys lab status --json"))
def lab_status(name: LabName = "lab", as_json: JsonOption = False) -> None:
    """Show nodes, addresses and how to log in."""
    from podsys.commands import lab as command

    command.status(name, as_json=as_json)


@lab_app.command(
    name="break",
    epilog=examples(
        "podsys lab break --list                     # one fault a line",
        "podsys lab break gpu-lost-xid79 --node n001",
        "podsys lab break pcie-width-low --node n001  # several at once",
        "podsys lab heal --node n001",
    ),
)
def lab_break(
    fault: Annotated[str | None, typer.Argument(help="A fault's id.")] = None,
    node: Annotated[str | None, typer.Option(help="The node that gets it.")] = None,
    name: LabName = "lab",
    list_all: Annotated[bool, typer.Option("--list", help="Show the faults' ids.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Break a practice node: one fault of the catalog, beside those that it has.

    `podsys explain FAULT` says what it is. Emulated hardware breaks only on nodes that have it.
    """
    from podsys.commands import lab_faults as command

    if list_all:
        command.list_faults(as_json=as_json)
    elif fault and node:
        command.break_node(fault, node, name)
    else:
        raise typer.BadParameter("give a FAULT and --node NODE, or --list")


@lab_app.command(name="heal", epilog=examples("podsys lab heal", "podsys lab heal --node n001"))
def lab_heal(
    node: Annotated[str | None, typer.Option(help="Only this node; else all.")] = None,
    name: LabName = "lab",
) -> None:
    """Undo every fault of practice nodes, whoever made it: power, network, hardware, settings."""
    from podsys.commands import lab_faults as command

    command.heal(node, name)


def _end(code: ExitCode) -> None:
    raise typer.Exit(int(code))


def collect_rarely() -> None:
    """What podsys makes lives until it ends, and hardly anything of it is a cycle.

    At its own pace Python would look through all of it again and again: half of the time that
    ten thousand nodes take.
    """
    gc.set_threshold(50_000, 50, 1_000)


def main() -> None:
    """Run the command line; errors for people come out as such, never as tracebacks."""
    collect_rarely()
    try:
        app()
    except PodsysError as error:
        _show(error)
        sys.exit(int(error.exit_code))
    except Exception as error:
        # Everything expected is a PodsysError; what comes here is a fault of podsys itself.
        if os.environ.get("PODSYS_DEBUG"):
            raise
        if full := explain_full_disk(error):
            _show(full)
            sys.exit(int(full.exit_code))
        hint = "please report this; PODSYS_DEBUG=1 shows where it happened"
        _show(PodsysError(f"podsys has a bug: {type(error).__name__}: {error}", hint))
        sys.exit(int(ExitCode.UNKNOWN))
    except KeyboardInterrupt:
        sys.stderr.write("\ninterrupted\n")
        sys.exit(int(ExitCode.FAILED))


def _show(error: PodsysError) -> None:
    from podsys.model.problem import InputProblemsError
    from podsys.view.console import print_error, print_problems

    if isinstance(error, InputProblemsError):
        print_problems(error.problems)
    else:
        print_error(error)


if __name__ == "__main__":
    main()
