"""The text and tables of docs/benchmarks.md."""

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
Written by `voice bench` on {date}; do not edit. {busy}Seconds depend on the machine; ratios hardly do, because each
compares measurements of the same run."""

BUSY = "Other processes used the cores, so the wall times are too long. "

METHOD = """\
Each command runs {repeats} times on fresh state in a process of its own; compared variants alternate. We report the
fastest sample: other load only adds time. CPU time is the user and system time of all processes (simulated providers,
CLI, program). Other load affects it less than wall time, so the verdicts on registration and growth use CPU time; the
verdicts on waiting time use wall time."""

REGISTRATION = """\
`tools/bench/program` declares {resources} resources of the most frequent types of a region (resource groups,
networks, subnets, security groups, addresses, identities, roles, private zones and their links) with the real SDK.
The real engine previews them on echoing providers, which return their inputs. The program's time counts from its
first declaration, when the SDK is loaded, to its end. Reason for removing the aliases:
[decision 0004](decisions/0004-azure-native-aliases.md)."""

STAND_INS = """\
A first preview of `Pulumi.{stack}.yaml` with {resources} resources, from start to end of the process: once on the
simulated Azure and the simulated Kubernetes, once on echoing providers, which return their inputs. The difference is
the cost of the simulation; most of it is reading the schemas of Azure's types from the SDK, once per process. Helm
renders the charts in both variants."""

GROWTH = """\
CPU time of preview and deployment of the same program at several sizes on the simulated Azure. The cost of one more
resource is the difference from the previous size. The state is written once, at the end: with a file backend, the
engine otherwise writes the whole state at each operation, which grows with the square of the size for any program."""

COMMANDS = """\
The commands that people type, with the CLI built and `.venv` up to date. `rehearse` deploys, deploys again and
destroys. These times belong to this machine and have no verdict in CI: the aims are for two idle cores."""

REAL_CLUSTER = """\
Kubernetes {version} on loopback, built from its Go modules beforehand. A control plane (etcd, API server, controllers,
scheduler, kwok) starts in an empty folder and is ready when it has created the ServiceAccount of the first namespace.
`rehearse` runs once, with a control plane for each stack. Memory is the sum of the resident memory of all processes, so
shared pages count more than once."""


def summary(figures: Figures) -> list[tuple[str, str, str, str]]:
    """The rows of the summary: subject, measurement, aim, verdict."""
    registration, share = figures.registration, figures.share
    rows = [
        (
            "Registration without historic aliases",
            f"{registration.faster:.1f} times faster",
            f"at least {FASTER:.0f} times",
            _verdict(registration.met),
        ),
        (
            f"Simulated providers in a first preview of `{share.stack}`",
            f"{share.of_wall:.0%} of the wall time ({share.of_cpu:.0%} of the CPU time)",
            f"under {SHARE:.0%} of the wall time",
            _verdict(share.met),
        ),
    ]
    rows += [
        (
            f"Growth of `{growth.command}`, {growth.sizes[0].resources} to {growth.sizes[-1].resources:,} resources",
            f"one more resource costs {growth.bend:.2f} times as much at the end",
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
                ("load before and after", f"{machine.load[0]:.1f}, {machine.load[1]:.1f}"),
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
            ("", "program, CPU", "per resource", "whole preview, CPU", "whole preview, wall"),
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
        "## Share of the simulated providers",
        STAND_INS.format(stack=found.stack, resources=found.resources),
        _table(
            ("", "wall", "CPU"),
            [
                ("simulated", f"{found.simulated.wall:.1f} s", f"{found.simulated.cpu:.1f} s"),
                ("echoing", f"{found.echo.wall:.1f} s", f"{found.echo.cpu:.1f} s"),
                ("share of the simulated providers", f"{found.of_wall:.0%}", f"{found.of_cpu:.0%}"),
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
                (
                    f"`{growth.command}`: resources",
                    "total",
                    "simulated providers",
                    "per resource",
                    "per additional resource",
                ),
                [
                    (
                        f"{size.resources:,}",
                        f"{size.cpu:.1f} s",
                        f"{size.fake_providers:.1f} s",
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
    """The verdict on a command's time. On a busy machine, a long wall time proves nothing, but the CPU time can."""
    if took.wall < aim:
        return "met"
    if not machine.busy:
        return "over"
    return "busy machine; the CPU time is under it" if took.cpu < aim else "busy machine"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
