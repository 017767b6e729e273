"""The workloads: one component, and one module with the values of each chart.

The modules here choose values for charts. Facts that other parts need (place, identity, ports, flows, calls) belong in
`model.workloads`; what a chart does with its values belongs in the chart.
"""

from components.voice_workloads.voice_workloads import VoiceWorkloads, VoiceWorkloadsArgs

__all__ = ["VoiceWorkloads", "VoiceWorkloadsArgs"]
