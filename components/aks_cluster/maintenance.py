"""Maintenance windows of the cluster."""

from __future__ import annotations

from pulumi_azure_native import containerservice

from settings.schema.aks import Maintenance, MaintenanceWindow


def maintenance_windows(maintenance: Maintenance) -> dict[str, containerservice.MaintenanceWindowArgs]:
    """The windows, by the names that Azure prescribes."""
    offset = maintenance.utc_offset
    return {
        "default": _weekly(maintenance.releases, offset),
        "aksManagedAutoUpgradeSchedule": _weekly(maintenance.upgrades, offset),
        "aksManagedNodeOSUpgradeSchedule": _weekly(maintenance.node_images, offset),
    }


def _weekly(window: MaintenanceWindow, utc_offset: str) -> containerservice.MaintenanceWindowArgs:
    return containerservice.MaintenanceWindowArgs(
        duration_hours=window.hours,
        start_time=window.start,
        utc_offset=utc_offset,
        schedule=containerservice.ScheduleArgs(
            weekly=containerservice.WeeklyScheduleArgs(day_of_week=window.day, interval_weeks=1)
        ),
    )
