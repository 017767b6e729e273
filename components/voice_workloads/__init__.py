"""What the platform is for: calls."""

from components.voice_workloads.voice_workloads import VoiceWorkloads, VoiceWorkloadsArgs

__all__ = ["VoiceWorkloads", "VoiceWorkloadsArgs"]
