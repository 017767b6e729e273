"""The page: figures in words and tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tools.bench.figures import (
    BEND,
    ENVIRONMENT,
    FASTER,
    MEMORY,
    SHARE,
    START,
    Command,
    Figures,
    Growth,
    Machine,
    RealCluster,
    Registration,
    Sample,
    Share,
)

WRITTEN = """\
Written by `make bench` on {date}; do not edit. {busy}Seconds differ from machine to machine, ratios hardly do: each
compares what was measured in the same run."""

BUSY = "Others were using the cores, so wall times are longer than they should be. "

METHOD = """\
Each command runs {repeats} times on fresh state in a process of its own, and what is compared takes turns. Of the
samples the least counts, for other work can only add time. CPU time is user and system time of all processes
(stand-ins, CLI, program). It is less disturbed by other work than wall time, so registration and growth are judged by
it; what people wait for is judged by wall time."""

REGISTRATION = """\
`tools/bench/program` declares {resources} resources of the types that a region has most of (resource groups, networks,
subnets, security groups, addresses, identities, roles, private zones and their links) with the real SDK on the real
engine, which previews them with stand-ins that answer at once. The program's own time counts from its first
declaration, when the SDK is loaded, to its end. Why the aliases go:
[decision 0004](decisions/0004-azure-native-aliases.md)."""

STAND_INS = """\
A first preview of `Pulumi.{stack}.yaml`, {resources} resources, from the start of the process to its end: once with the
simulated Azure and the recorded Kubernetes, once with stand-ins that return what they are given. The difference is the
rehearsal's own; most of it is reading the shapes of Azure's types out of the SDK, which a process does once. Charts are
rendered by Helm in both."""

GROWTH = """\
The same program at several sizes, previewed and then deployed to the simulated Azure, in CPU time. What a further
resource takes is the difference to the size before. The state is written once, at the end: with a file backend the
engine otherwise writes all of it at each operation, which grows with the square of the size whatever the program is."""

COMMANDS = """\
As people type them, with the CLI built and `.venv` made. `rehearse` deploys, deploys again and destroys. These are
times of this machine, told and not judged: the aims are for two cores that have nothing else to do."""

REAL_CLUSTER = """\
Kubernetes {version} on loopback, built from its Go modules before. A control plane (etcd, API server, controllers,
scheduler, kwok) starts with an empty folder, and is there when it has made the account of the first namespace.
`rehearse` is run once, with a control plane for each of its stacks; memory is what all its processes have in their own
tables, summed up, so that what they share counts more than once."""


def summary(figures: Figures) -> list[tuple[str, str, str, str]]:
    """What is aimed at: subject, measured, aim, verdict."""
    registration, share = figures.registration, figures.share
    rows = [
        (
            "Registration without historic aliases",
            f"{registration.faster:.1f} times faster",
            f"at least {FASTER:.0f} times",
            _verdict(registration.met),
        ),
        (
            f"Stand-ins in a first preview of `{share.stack}`",
            f"{share.of_wall:.0%} of the wall time ({share.of_cpu:.0%} of the CPU time)",
            f"under {SHARE:.0%} of the wall time",
            _verdict(share.met),
        ),
    ]
    rows += [
        (
            f"Growth of `{growth.command}`, {growth.sizes[0].resources} to {growth.sizes[-1].resources:,} resources",
            f"a further resource takes {growth.bend:.2f} times as much at the end",
            f"linear: at most {BEND} times",
            _verdict(growth.met),
        )
        for growth in figures.growth
    ]
    rows += [
        (
            f"`{command.line}`",
            f"{command.took.wall:.1f} s ({command.took.cpu:.1f} s of CPU time)",
            f"under {command.aim:.0f} s",
            _told(command.took, command.aim, figures.machine),
        )
        for command in figures.commands
    ]
    return rows + _real_rows(figures.real_cluster, figures.machine)


def _real_rows(found: RealCluster | None, machine: Machine) -> list[tuple[str, str, str, str]]:
    if found is None:
        return []
    took, start = (Sample(seconds, seconds) for seconds in (found.took, found.start))
    return [
        (
            "Cold start of a control plane",
            f"{found.start:.1f} s",
            f"under {START:.0f} s",
            _told(start, START, machine),
        ),
        (
            f"`make rehearse ENV={found.environment} CLUSTER=real`",
            f"{found.took / 60:.1f} min, {found.memory / 2**30:.1f} GiB",
            f"under {ENVIRONMENT / 60:.0f} min and {MEMORY / 2**30:.0f} GiB",
            _told(took, ENVIRONMENT, machine) if found.memory < MEMORY else "over",
        ),
    ]


def page(figures: Figures) -> str:
    """The whole page, Markdown."""
    machine = figures.machine
    parts = [
        "# Benchmarks",
        WRITTEN.format(date=machine.date, busy=BUSY if machine.busy else ""),
        _table(("", "measured", "aim", ""), summary(figures)),
        _table(
            ("machine", ""),
            [
                ("cores", f"{machine.cores} ({machine.processor})"),
                ("load at the beginning and at the end", f"{machine.load[0]:.1f}, {machine.load[1]:.1f}"),
                *machine.versions.items(),
            ],
        ),
        "## How it is measured",
        METHOD.format(repeats=figures.repeats),
        *_registration(figures.registration),
        *_share(figures.share),
        *_growth(figures.growth),
        *_commands(figures.commands),
        *_real_cluster(figures.real_cluster, figures.machine),
    ]
    return "\n\n".join(parts) + "\n"


def _registration(found: Registration) -> list[str]:
    return [
        "## Registration",
        REGISTRATION.format(resources=found.resources),
        _table(
            ("", "program, CPU", "for each resource", "whole preview, CPU", "whole preview, wall"),
            [
                (
                    name,
                    f"{program.cpu:.2f} s",
                    f"{1000 * program.cpu / found.resources:.1f} ms",
                    f"{preview.cpu:.1f} s",
                    f"{preview.wall:.1f} s",
                )
                for name, program, preview in (
                    ("with the aliases", found.with_aliases, found.preview_with_aliases),
                    ("without", found.without, found.preview_without),
                )
            ],
        ),
    ]


def _share(found: Share) -> list[str]:
    return [
        "## What the stand-ins take",
        STAND_INS.format(stack=found.stack, resources=found.resources),
        _table(
            ("", "wall", "CPU"),
            [
                ("simulated", f"{found.simulated.wall:.1f} s", f"{found.simulated.cpu:.1f} s"),
                ("answers at once", f"{found.echo.wall:.1f} s", f"{found.echo.cpu:.1f} s"),
                ("part of the stand-ins", f"{found.of_wall:.0%}", f"{found.of_cpu:.0%}"),
            ],
        ),
    ]


def _growth(found: Sequence[Growth]) -> list[str]:
    parts = [
        "## Growth",
        GROWTH,
    ]
    for growth in found:
        further = ["", *(f"{1000 * seconds:.1f} ms" for seconds in growth.further)]
        parts.append(
            _table(
                (f"`{growth.command}`: resources", "all", "stand-ins", "for each", "for each further one"),
                [
                    (
                        f"{size.resources:,}",
                        f"{size.cpu:.1f} s",
                        f"{size.stand_ins:.1f} s",
                        f"{1000 * size.each:.1f} ms",
                        more,
                    )
                    for size, more in zip(growth.sizes, further, strict=True)
                ],
            )
        )
    return parts


def _commands(found: Sequence[Command]) -> list[str]:
    return [
        "## Commands",
        COMMANDS,
        _table(
            ("", "wall", "CPU", "aim"),
            [
                (
                    f"`{command.line}`",
                    f"{command.took.wall:.1f} s",
                    f"{command.took.cpu:.1f} s",
                    f"{command.aim:.0f} s",
                )
                for command in found
            ],
        ),
    ]


def _real_cluster(found: RealCluster | None, machine: Machine) -> list[str]:
    if found is None:
        return []
    return [
        "## A real Kubernetes",
        REAL_CLUSTER.format(version=found.version),
        _table(("", "measured", "aim", ""), _real_rows(found, machine)),
    ]


def _verdict(met: bool) -> str:
    return "met" if met else "**missed**"


def _told(took: Sample, aim: float, machine: Machine) -> str:
    """Times of commands are only told; on a busy machine a long one says nothing, but its CPU time may."""
    if took.wall < aim:
        return "met"
    if not machine.busy:
        return "over"
    return "busy machine; the CPU time is under it" if took.cpu < aim else "busy machine"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
