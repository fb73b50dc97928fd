"""A capture by tcpdump that begins before the first packet and ends after the last one."""

import pathlib
import signal
import subprocess
import time


class Recording:
    """One tcpdump. --immediate-mode and -U, or SIGINT would lose the last buffer."""

    def __init__(self, lab, path, where, interface, filter, snap, link):
        self.path = pathlib.Path(path)
        self.path.unlink(missing_ok=True)
        words = f"tcpdump -n -i {interface} --immediate-mode -U -Z root -s {snap} -B 8192".split()
        words += (["-y", link] if link else []) + ["-w", str(path)] + ([filter] if filter else [])
        with lab.inside(where):
            self.process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
        said = ""
        for line in self.process.stderr:
            said += line
            if "listening on" in line:
                return
        raise SystemExit("tcpdump does not listen: " + said)

    def stop(self, quiet=0.3):
        """Waits until nothing has been written for `quiet` seconds, stops tcpdump, asks what it dropped."""
        if self.process is None:
            return
        size, since, limit = -1, time.monotonic(), time.monotonic() + 10
        while time.monotonic() - since < quiet and time.monotonic() < limit:
            now = self.path.stat().st_size
            if now != size:
                size, since = now, time.monotonic()
            time.sleep(0.02)
        self.process.send_signal(signal.SIGINT)
        said = self.process.stderr.read()
        self.process.wait()
        self.process = None
        if "0 packets dropped by kernel" not in said:
            raise SystemExit(f"{self.path.name}: {said.strip()}")

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None
