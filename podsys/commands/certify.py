"""Certify: judge what was read, measure, judge that too, and put it all in writing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from podsys import __version__
from podsys.commands.context import Context
from podsys.commands.measure import Measured, measure
from podsys.commands.passive import judge_passive
from podsys.core.apt_words import explain_apt
from podsys.core.certificate import Examination, make_certificate
from podsys.core.judge.systems import judge_systems
from podsys.effects.evidence import hash_evidence, hash_file
from podsys.effects.journal import read_journal
from podsys.effects.quarantine import load_quarantine
from podsys.effects.render import render
from podsys.effects.signing import ensure_signing_key, sign
from podsys.effects.workspace import write_atomically
from podsys.errors import ExitCode
from podsys.model.finding import Finding
from podsys.model.report import ReportData
from podsys.model.status import Status, Verdict
from podsys.view.console import out, print_json
from podsys.view.facts import facts_as_json
from podsys.view.findings import as_json as findings_as_json
from podsys.view.findings import results_lines
from podsys.view.junit import junit_xml
from podsys.view.plan import plan_as_json
from podsys.view.report_html import report_context
from podsys.view.show_findings import show_findings

PASSIVE_LEVEL = 1
APPLY_SUITE = "apply"
MEND = "mend the cause, then run podsys deploy again: it goes on from here"


EXIT_CODES: Mapping[Verdict, ExitCode] = {
    Verdict.CERTIFIED: ExitCode.GOOD,
    Verdict.FAILED: ExitCode.FAILED,
    Verdict.UNKNOWN: ExitCode.UNKNOWN,
}


def certify(context: Context, as_json: bool) -> Verdict:
    """Writes results, report, certificate and signature into the run's folder."""
    passive = [
        *judge_passive(context.cluster, context.facts, context.desired),
        *_judge_coverage(context),
        *judge_systems(context.facts),
        *_judge_apply(context),
    ]
    measured = Measured()
    if context.level > PASSIVE_LEVEL and not context.stop.is_set():
        measured = measure(context)
    findings = [*passive, *measured.findings]
    if context.stop.is_set():
        findings.append(_interrupted(context))
    certificate = _write(context, findings, measured)
    verdict = Verdict(certificate["verdict"])
    context.journal.write("certified", verdict=verdict.value)
    _show(context, verdict, findings, measured, as_json)
    return verdict


def _judge_coverage(context: Context) -> Iterator[Finding]:
    """A cluster is certified as a whole: nodes that were left out stay unknown."""
    for node in context.cluster.spec.nodes:
        if node not in context.facts:
            evidence = "left out by --limit"
            yield Finding("run.covers_node", "run", (node,), Status.UNKNOWN, evidence=evidence)


def _judge_apply(context: Context) -> Iterator[Finding]:
    """A node that could not be changed is not what was asked for."""
    told = load_quarantine(context.cluster.workspace)
    for node, reason in context.applied.failed.items():
        if node in told:
            continue
        yield Finding(
            "apply.node",
            APPLY_SUITE,
            (node,),
            Status.FAIL,
            evidence=reason,
            remedy=explain_apt(reason) or MEND,
        )
    yield from context.applied.unbuilt
    if context.applied.stopped:
        yield Finding(
            "apply.rollout", APPLY_SUITE, (), Status.FAIL, evidence=context.applied.stopped
        )


def _interrupted(context: Context) -> Finding:
    nodes = tuple(context.facts)
    return Finding(
        "run.complete", "run", nodes, Status.UNKNOWN,
        evidence="the run was interrupted: what is here is only a part",
        remedy="podsys accept --resume goes on from here; podsys accept measures all of it anew",
    )  # fmt: skip


def _write(context: Context, findings: Sequence[Finding], measured: Measured) -> dict[str, Any]:
    """Evidence first, then the certificate that names it, then its signature."""
    run, lock = context.run, context.cluster.workspace.lock_file
    plan_text = json.dumps(plan_as_json(context.plan), indent=2) + "\n"
    write_atomically(run / "plan.json", plan_text)
    results = "".join(f"{line}\n" for line in results_lines(findings))
    write_atomically(run / "results.jsonl", results)
    write_atomically(run / "junit.xml", junit_xml(findings))
    write_atomically(run / "facts.json", json.dumps(facts_as_json(context.facts)) + "\n")
    names = ["plan.json", "results.jsonl", "junit.xml", "facts.json", *measured.raw_files]
    examination = Examination(
        spec=context.cluster.spec,
        level=context.level,
        facts=context.facts,
        findings=findings,
        suspects=measured.suspects,
        lock_sha256=hash_file(lock),
        evidence=hash_evidence(run, names),
        tool_versions=_tool_versions(),
        carried=measured.carried,
        interrupted=context.stop.is_set(),
    )
    certificate = make_certificate(examination, datetime.now(UTC))
    write_atomically(run / "certificate.json", json.dumps(certificate, indent=2) + "\n")
    sign(run / "certificate.json", ensure_signing_key(context.cluster.workspace.root))
    _write_report(context, findings, measured, certificate)
    return certificate


def _write_report(
    context: Context,
    findings: Sequence[Finding],
    measured: Measured,
    certificate: dict[str, Any],
) -> None:
    data = ReportData(
        certificate=certificate,
        nodes={name: Verdict(node["verdict"]) for name, node in certificate["nodes"].items()},
        findings=tuple(findings),
        suspects=tuple(measured.suspects),
        measurements=tuple(measured.measurements),
        plan=context.plan,
        facts=context.facts,
        events=tuple(read_journal(context.run)),
        raw_outputs=tuple(measured.raw_files),
    )
    page = render("report.html.j2", **report_context(data))
    write_atomically(context.run / "report.html", page)
    _point_latest(context.run)


def _point_latest(run: Path) -> None:
    """runs/latest leads to the newest run; replaced in one step."""
    link, aside = run.parent / "latest", run.parent / ".latest"
    aside.unlink(missing_ok=True)
    aside.symlink_to(run.name)
    aside.replace(link)


def _tool_versions() -> dict[str, str]:
    names = ("ansible-core", "ansible-runner", "paramiko")
    return {"podsys": __version__} | {name: version(name) for name in names}


def _show(
    context: Context,
    verdict: Verdict,
    findings: Sequence[Finding],
    measured: Measured,
    as_json: bool,
) -> None:
    if as_json:
        files = {"run": str(context.run), "plan": plan_as_json(context.plan)}
        print_json(files | findings_as_json(verdict, findings))
        return
    context.watch.end()
    show_findings(verdict, findings, measured.suspects)
    out().print(f"Report:       {context.run / 'report.html'}", soft_wrap=True)
    out().print(f"Certificate:  {context.run / 'certificate.json'}", soft_wrap=True)
