"""Two network namespaces on one wire without offloads: where the benchmarks' traffic goes, and nowhere else."""
import os
import subprocess

OFFLOADS = [word for name in ("tx", "rx", "tso", "gso", "gro") for word in (name, "off")]


class Namespaces:
    """A client (10.9.0.1) and a server (10.9.0.2), each on its end of a veth pair; taken away at the end."""
    INTERFACE = "bench0"
    CLIENT, SERVER = "10.9.0.1", "10.9.0.2"

    def __init__(self):
        self.client, self.server = (f"wiretale-bench-{end}-{os.getpid()}" for end in ("client", "server"))

    @staticmethod
    def inside(name, *command):
        """A command as it is run in one of the namespaces."""
        return ["ip", "netns", "exec", name, *command]

    def __enter__(self):
        for name in (self.client, self.server):
            subprocess.run(["ip", "netns", "add", name], check=True)
        subprocess.run(
            ["ip", "link", "add", self.INTERFACE, "netns", self.client, "type", "veth",
             "peer", "name", self.INTERFACE, "netns", self.server], check=True)
        for name, address in ((self.client, self.CLIENT), (self.server, self.SERVER)):
            subprocess.run(["ip", "-n", name, "addr", "add", f"{address}/24", "dev", self.INTERFACE], check=True)
            subprocess.run(["ip", "-n", name, "link", "set", self.INTERFACE, "up"], check=True)
            subprocess.run(
                self.inside(name, "ethtool", "-K", self.INTERFACE, *OFFLOADS), check=True,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return self

    def __exit__(self, *_):
        for name in (self.client, self.server):
            subprocess.run(["ip", "netns", "del", name], check=False)
