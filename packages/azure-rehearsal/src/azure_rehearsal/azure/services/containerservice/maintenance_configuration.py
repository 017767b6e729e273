"""Maintenance windows of a cluster."""

from __future__ import annotations

from typing import Final

from azure_rehearsal.azure.core.rules import ArmType, Limit, Request
from azure_rehearsal.azure.services.containerservice.common import CLUSTER_PATH, ONE_OPERATION_PER_CLUSTER, invalid

DEFAULT: Final = "default"
NAMES: Final = (DEFAULT, "aksManagedAutoUpgradeSchedule", "aksManagedNodeOSUpgradeSchedule")
SCHEDULES: Final = ("daily", "weekly", "absoluteMonthly", "relativeMonthly")


def _refuse_name(request: Request) -> None:
    if request.name not in NAMES:
        raise invalid(
            "maintenanceConfiguration.name",
            f"'{request.name}' is not a maintenance configuration.",
            f"use one of {', '.join(NAMES)}",
        )


def _refuse_window(request: Request) -> None:
    window = request.get("maintenanceWindow")
    if window is None:
        if request.name != DEFAULT:
            raise invalid(
                "maintenanceConfiguration.properties.maintenanceWindow",
                f"'{request.name}' has no maintenanceWindow.",
                "set maintenanceWindow; only 'default' can use timeInWeek",
            )
        return
    if request.get("timeInWeek") or request.get("notAllowedTime"):
        raise invalid(
            "maintenanceConfiguration.properties",
            f"'{request.name}' has both maintenanceWindow and timeInWeek or notAllowedTime.",
            "use maintenanceWindow alone",
        )
    given = [name for name in SCHEDULES if request.get(f"maintenanceWindow.schedule.{name}")]
    if len(given) != 1:
        raise invalid(
            "maintenanceConfiguration.properties.maintenanceWindow.schedule",
            f"'{request.name}' has {' and '.join(given) or 'no schedule'}.",
            f"set exactly one of {', '.join(SCHEDULES)}",
        )
    if given == ["daily"] and request.name == DEFAULT:
        raise invalid(
            "maintenanceConfiguration.properties.maintenanceWindow.schedule",
            "'default' cannot have a daily schedule.",
            "use weekly or monthly; only the upgrade schedules can be daily",
        )


TYPE: Final = ArmType(
    token="azure-native:containerservice:MaintenanceConfiguration",
    path=f"{CLUSTER_PATH}/maintenanceConfigurations/{{configName}}",
    limits={
        "timeInWeek[].hourSlots[]": Limit(minimum=0, maximum=23),
        "maintenanceWindow.schedule.daily.intervalDays": Limit(minimum=1, maximum=7),
        "maintenanceWindow.schedule.weekly.intervalWeeks": Limit(minimum=1, maximum=4),
        "maintenanceWindow.schedule.absoluteMonthly.intervalMonths": Limit(minimum=1, maximum=6),
        "maintenanceWindow.schedule.absoluteMonthly.dayOfMonth": Limit(minimum=1, maximum=31),
        "maintenanceWindow.schedule.relativeMonthly.intervalMonths": Limit(minimum=1, maximum=6),
        "maintenanceWindow.durationHours": Limit(minimum=4, maximum=24),
        "maintenanceWindow.utcOffset": Limit(pattern=r"^(-|\+)[0-9]{2}:[0-9]{2}$"),
        "maintenanceWindow.startTime": Limit(pattern=r"^\d{2}:\d{2}$"),
    },
    rules=(_refuse_name, _refuse_window),
    exclusive_writes=ONE_OPERATION_PER_CLUSTER,
)
