"""The most memory that this process took."""

from pathlib import Path


def peak_mb() -> float:
    """MB, as Linux keeps it for what runs now: getrusage's maximum begins with what the parent process held.
    https://man7.org/linux/man-pages/man5/proc_pid_status.5.html (VmHWM), man2/getrusage.2.html (read 2026-11-22)"""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
