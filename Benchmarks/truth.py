#!/usr/bin/env python3
"""What the kernels did, and what wiretale, tshark and tcptrace say of it: the tables of docs/truth.md.

    Benchmarks/truth.py [--program PATH] [--lab DIR] [--write docs/truth.md] [SCENARIO …]

Every run of the lab holds a capture of each end and the truth that both kernels recorded. What a direction's sender did
is asked of the capture at its own end, where all of it shows; reordering and copies are asked of the other end. A tool
that is not installed has no column. With --write the tables take the place of those between the page's two marks.
"""
import argparse
import csv
import json
import lzma
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SIDES = ("client", "server")
TSHARK = {
    "retx": "tcp.analysis.retransmission", "late": "tcp.analysis.out_of_order", "zero_window": "tcp.analysis.zero_window",
    "dupacks": "tcp.analysis.duplicate_ack", "keepalives": "tcp.analysis.keep_alive",
    "window_probes": "tcp.analysis.zero_window_probe", "needless": "tcp.analysis.spurious_retransmission",
}


def unpacked(run, name, scratch):
    """The capture of a run as a plain file."""
    plain = os.path.join(run, name)
    if os.path.exists(plain):
        return plain
    out = os.path.join(scratch, name)
    with lzma.open(plain + ".xz", "rb") as packed, open(out, "wb") as file:
        file.write(packed.read())
    return out


class Said:
    """What a tool says of one direction of one connection."""

    def __init__(self):
        self.counts = Counter()
        self.frames = defaultdict(set)
        self.round_trip = self.flight = None
        self.path = None
        self.phases = self.windows = None


def value_at(points, time):
    """What a series of [time, value] says at a time."""
    value = None
    for at, said in points:
        if at > time:
            break
        value = said
    return value


def share_of_time_wrong(said, truly, begin, end):
    """How much of the time between two instants a series of phases says otherwise than the kernel's."""
    # After a timeout the kernel grows the window as in slow start; a reduction by ECN is recovery without a loss.
    same = {("rto_recovery", "loss_recovery"), ("rto_recovery", "slow_start"), ("slow_start", "loss_recovery"),
            ("fast_recovery", "cwr"), ("congestion_avoidance", "cwr")}
    cuts = sorted({begin, end} | {at for at, _ in said + truly if begin < at < end})
    wrong = asked = 0
    for a, b in zip(cuts, cuts[1:]):
        kernel, ours = value_at(truly, a), value_at(said, a)
        if kernel is not None:
            asked += b - a
            wrong += 0 if ours == kernel or (ours, kernel) in same else b - a
    return wrong / asked if asked else None


def by_uses(connections):
    """Connections named by their ends and how often those were used before, in the order given."""
    uses, named = Counter(), {}
    for ends, said in connections:
        named[ends + (uses[ends],)] = said
        uses[ends] += 1
    return named


def lines(command):
    done = subprocess.run(command, capture_output=True, timeout=300)
    if done.returncode:
        sys.exit(f"truth: {command[0]}: exit {done.returncode}: {done.stderr.decode(errors='replace').strip()[:200]}")
    return done.stdout.decode(errors="replace").splitlines()


def wiretale(program, path, servers, kernel_names):
    flows = [json.loads(x) for x in lines([program, "flows", "-r", path, "--json", "--series"])]
    flows = [f for f in flows if f.get("proto") == "tcp" and not f.get("interim")]
    marks = defaultdict(list)
    for line in lines([program, "packets", "-r", path, "--json"]):
        packet = json.loads(line)
        if packet.get("analysis") and packet.get("flow"):
            marks[packet["flow"]].append(packet)
    out = []
    for flow in sorted(flows, key=lambda f: f["first_frame"]):
        a, b = (flow["orig_h"], flow["orig_p"]), (flow["resp_h"], flow["resp_p"])
        sides = {"orig": "client", "resp": "server"} if b in servers else {"orig": "server", "resp": "client"}
        ends = a + b if b in servers else b + a
        said = {side: Said() for side in SIDES}
        for end, side in sides.items():
            sent, one = flow["tcp"][end], said[side]
            for key, field in (("retx", "retransmissions"), ("dupacks", "duplicate_acks"), ("zero_window", "zero_windows"),
                               ("keepalives", "keep_alives"), ("window_probes", "zero_window_probes")):
                one.counts[key] = sent.get(field, 0)
            one.counts["needless"] = sent.get("retransmissions_by", {}).get("spurious", 0)
            one.round_trip = (sent.get("rtt") or {}).get("avg_ns", 0) / 1000 or None
            one.flight = sent.get("bytes_in_flight_max")
            congestion = sent.get("congestion") or {}
            one.windows = congestion.get("cwnd")
            one.phases = [(x["start"], x["phase"]) for x in congestion.get("phases", [])] or None
            names = [kernel_names.get(s["state"], s["state"]) for s in sent.get("states", [])]
            one.path = [n for i, n in enumerate(names) if i == 0 or names[i - 1] != n]
        for packet in marks[flow["uid"]]:
            one, names = said[sides[packet["from"]]], set(packet["analysis"])
            if any(n.endswith("retransmission") or n == "tail_loss_probe" for n in names):
                one.frames["retx"].add(packet["frame"])
            for key, name in (("late", "out_of_order"), ("copies", "duplicate_frame"), ("needless", "spurious_retransmission")):
                if name in names:
                    one.frames[key].add(packet["frame"])
        out.append((ends, said))
    return by_uses(out)


def tshark(path, servers):
    fields = ["frame.number", "tcp.stream", "ip.src", "ipv6.src", "tcp.srcport", "ip.dst", "ipv6.dst", "tcp.dstport",
              "tcp.analysis.ack_rtt", "tcp.analysis.bytes_in_flight", *TSHARK.values()]
    command = ["tshark", "-n", "-r", path, "-Y", "tcp && !icmp && !icmpv6", "-T", "fields", "-E", "occurrence=f"]
    for field in fields:
        command += ["-e", field]
    streams, trips = {}, defaultdict(list)
    for line in lines(command):
        row = dict(zip(fields, line.split("\t")))
        source = (row["ip.src"] or row["ipv6.src"], int(row["tcp.srcport"]))
        target = (row["ip.dst"] or row["ipv6.dst"], int(row["tcp.dstport"]))
        side, ends = ("server", target + source) if source in servers else ("client", source + target)
        _, said = streams.setdefault(row["tcp.stream"], (ends, {s: Said() for s in SIDES}))
        for key, field in TSHARK.items():
            if row[field]:
                said[side].counts[key] += 1
                said[side].frames[key].add(int(row["frame.number"]))
        # An acknowledgment measures what the other side sent.
        if row["tcp.analysis.ack_rtt"]:
            trips[row["tcp.stream"], "client" if side == "server" else "server"].append(float(row["tcp.analysis.ack_rtt"]) * 1e6)
        if row["tcp.analysis.bytes_in_flight"]:
            said[side].flight = max(said[side].flight or 0, int(row["tcp.analysis.bytes_in_flight"]))
    for (stream, side), all_trips in trips.items():
        streams[stream][1][side].round_trip = statistics.fmean(all_trips)
    return by_uses(streams.values())


def tcptrace(path, servers, scratch):
    plain = os.path.join(scratch, "micro.pcap")
    subprocess.run(["editcap", "-F", "pcap", path, plain], check=True, capture_output=True)
    rows = [r for r in csv.reader(x for x in lines(["tcptrace", "-l", "-r", "-n", "--csv", plain]) if x[:1] not in ("#", ""))]
    if not rows:
        return {}
    names, out = [x.strip() for x in rows[0]], []
    for values in rows[1:]:
        row = dict(zip(names, (x.strip() for x in values)))
        if "host_a" not in row:
            continue
        a, b = (row["host_a"], int(row["port_a"])), (row["host_b"], int(row["port_b"]))
        sides = {"a2b": "server", "b2a": "client"} if a in servers else {"a2b": "client", "b2a": "server"}
        said = {side: Said() for side in SIDES}
        for way, side in sides.items():
            one = said[side]
            for key, field in (("retx", "rexmt_data_pkts"), ("zero_window", "zero_win_adv"), ("window_probes", "zwnd_probe_pkts")):
                one.counts[key] = int(float(row.get(f"{field}_{way}") or 0))
            one.round_trip = float(row.get(f"RTT_avg_{way}") or 0) * 1000 or None
            # It counts duplicates with the data that they are about.
            one.counts["dupacks"] = int(float(row.get(f"duplicate_acks_{'b2a' if way == 'a2b' else 'a2b'}") or 0))
        out.append((b + a if a in servers else a + b, said))
    return by_uses(out)


class Score:
    """Per scenario group and tool: what was asked, and how much of it came out right."""

    def __init__(self):
        self.kernel = defaultdict(Counter)
        self.right = defaultdict(Counter)
        self.asked = defaultdict(Counter)
        self.found = defaultdict(Counter)
        self.errors = defaultdict(list)

    def count(self, what, group, tool, said, true):
        self.asked[what, group][tool] += 1
        self.right[what, group][tool] += said == true

    def frames(self, what, group, tool, said, true):
        self.found[what, group][tool, "right"] += len(said & true)
        self.found[what, group][tool, "false"] += len(said - true)
        self.found[what, group][tool, "missed"] += len(true - said)


def score_run(score, run, truth, say):
    """Holds what each tool says against one run's truth."""
    group = truth["group"]
    servers = {(c["server"]["addr"], c["server"]["port"]) for c in truth["connections"]}
    labels = truth["frames"]["labels"]
    uses = Counter()
    for connection in truth["connections"]:
        ends = (connection["client"]["addr"], connection["client"]["port"], connection["server"]["addr"], connection["server"]["port"])
        name = ends + (uses[ends],)
        uses[ends] += 1
        score.kernel["connections", group]["all"] += 1
        for side, other in (SIDES, SIDES[::-1]):
            truly = connection["sides"][side]
            own = truly.get("wire_" + side) or {}
            series = [x for x in (truly.get("series") or {}).get("srtt_us", []) if x]
            near, far = say[side], say[other]
            mine = [x for x in labels.get(other, []) if x["conn"] == connection["id"] and x["from"] == side]
            if truly.get("total_retrans_from") != "none":
                score.kernel["retx", group]["all"] += truly["total_retrans"] or 0
            near_mine = [x for x in labels.get(side, []) if x["conn"] == connection["id"] and x["from"] == side and x.get("retx")]
            needless = {x["frame"] for x in near_mine if x["needed"] is False}
            for tool in near:
                said = near[tool].get(name, {}).get(side) or Said()
                if truly.get("total_retrans_from") != "none":
                    score.count("retx", group, tool, said.counts["retx"], truly["total_retrans"])
                for what, field in (("dupacks", "dupacks_sent"), ("zero_window", "zero_window"), ("keepalives", "keepalives"), ("window_probes", "window_probes")):
                    if field in own:
                        score.count(what, group, tool, said.counts[what], own[field])
                if not truth["offload"]:
                    if not truth["host_drops"]:
                        score.frames("needless", group, tool, said.frames["needless"], needless)
                    away = far[tool].get(name, {}).get(side) or Said()
                    visible = {x["frame"] for x in mine if x.get("retx") and not x.get("netdup") and x.get("visible") is not False}
                    hidden = {x["frame"] for x in mine if x.get("retx") and x.get("visible") is False}
                    score.frames("retx_far", group, tool, away.frames["retx"] - hidden, visible)
                    score.frames("late", group, tool, away.frames["late"], {x["frame"] for x in mine if x.get("late") and not x.get("retx")})
                    score.frames("copies", group, tool, away.frames["copies"], {x["frame"] for x in mine if x.get("netdup")})
                if len(series) > 5 and said.round_trip:
                    kernel = sum(series) / len(series)
                    score.errors["round_trip", group, tool].append(abs(said.round_trip - kernel) / kernel)
                if own.get("max_in_flight") and said.flight:
                    score.errors["flight", group, tool].append(abs(said.flight - own["max_in_flight"]) / own["max_in_flight"])
                times = (truly.get("series") or {}).get("t_us", [])
                if len(times) > 20 and said.windows:
                    kernel = [(truth["t0"] + t * 1000, c) for t, c in zip(times, truly["series"]["cwnd"])]
                    off = [abs(c - k) / k for t, c in said.windows if (k := value_at(kernel, t))]
                    if off:
                        score.errors["window", group, tool].append(sum(off) / len(off))
                phases = [(x["t"], x["phase"]) for x in truly.get("phases", [])]
                if len(times) > 20 and said.phases and phases and not phases[0][1].startswith("bbr"):
                    wrong = share_of_time_wrong(said.phases, phases, *(truth["t0"] + t * 1000 for t in (times[0], times[-1])))
                    if wrong is not None:
                        score.errors["phases", group, tool].append(wrong)
                if said.path is not None:
                    heard = [s["new"] for s in truly["states"] if not s.get("silent")]
                    heard = [n for i, n in enumerate(heard) if i == 0 or heard[i - 1] != n]
                    score.count("path", group, tool, said.path in (truly["path"], heard), True)


def table(title, says, groups, tools, cell):
    """A Markdown table: a row for each group, a column for each tool."""
    body = []
    for group in groups + ["all"]:
        cells = [cell(group, tool) for tool in tools]
        if any(c != "" for c in cells):
            body.append(f"| {group} | " + " | ".join(cells) + " |")
    if not body:
        return []
    return [f"### {title}", "", says, "", "| group | " + " | ".join(tools) + " |", "|---" * (len(tools) + 1) + "|", *body, ""]


def report(score, groups, tools):
    def total(counters, what, group, key):
        return sum(counters[what, g][key] for g in (groups if group == "all" else [group]))

    def share(what):
        def cell(group, tool):
            asked = total(score.asked, what, group, tool)
            return f"{total(score.right, what, group, tool)}/{asked}" if asked else ""
        return cell

    def found(what):
        def cell(group, tool):
            right, false, missed = (total(score.found, what, group, (tool, k)) for k in ("right", "false", "missed"))
            if right + false + missed == 0:
                return ""
            return f"{right} right, {false} false, {missed} missed"
        return cell

    def error(what):
        def cell(group, tool):
            all_errors = sorted(e for g in (groups if group == "all" else [group]) for e in score.errors[what, g, tool])
            if not all_errors:
                return ""
            return f"{all_errors[len(all_errors) // 2]:.2%}, {all_errors[int(len(all_errors) * 0.9)]:.2%}"
        return cell

    def kernel_too(cell, what):
        def both(group, tool):
            return str(total(score.kernel, what, group, "all")) if tool == "kernel" else cell(group, tool)
        return both

    out = table("Retransmissions at the sender's side", "Directions whose count equals the kernel's; the kernel's column is how many it sent.",
                groups, ["kernel", *tools], kernel_too(share("retx"), "retx"))
    some = [t for t in tools if t != "tcptrace"]
    out += table("Needless retransmissions, sender's side", "Frames.", groups, some, found("needless"))
    out += table("Retransmitted frames at the receiver's side", "Of those that leave a trace there.", groups, some, found("retx_far"))
    out += table("Reordered frames at the receiver's side", "Overtaken on the way, and no retransmission.", groups, some, found("late"))
    out += table("Copies made by the network", "tshark has no word for them.", groups, ["wiretale"], found("copies"))
    out += table("Mean round trip against the kernel's smoothed one", "Relative error: median, 90th percentile.", groups, tools, error("round_trip"))
    out += table("Greatest flight", "Relative error: median, 90th percentile.", groups, some, error("flight"))
    out += table("Congestion window, while it is used up", "Mean relative error of a direction's series against the kernel's: median, 90th percentile.",
                 groups, ["wiretale"], error("window"))
    out += table("Congestion phases", "Share of the time named otherwise than the kernel's own state: median, 90th percentile.",
                 groups, ["wiretale"], error("phases"))
    for what, title in (("dupacks", "Duplicate acknowledgments"), ("zero_window", "Zero windows"), ("window_probes", "Window probes"), ("keepalives", "Keep-alives")):
        named = some if what == "keepalives" else tools
        out += table(title, "Directions whose count is exact, at the sender's side.", groups, named, share(what))
    out += table("State paths", "Of each end, as its own side shows it; no other tool keeps them.", groups, ["wiretale"], share("path"))
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=os.path.join(TOP, ".build/release/wiretale"))
    parser.add_argument("--lab", default=os.path.join(TOP, "..", "shared", "lab"))
    parser.add_argument("--write", metavar="PAGE")
    parser.add_argument("scenarios", nargs="*")
    arguments = parser.parse_args()
    runs = os.path.join(arguments.lab, "runs")
    if not os.path.isdir(runs):
        sys.exit(f"truth: {runs}: there is no lab here")
    tools = ["wiretale"] + [t for t in ("tshark", "tcptrace") if shutil.which(t)]
    score, groups = Score(), []
    kernel_names = {"SYN_RECEIVED": "SYN_RECV", "FIN_WAIT_1": "FIN_WAIT1", "FIN_WAIT_2": "FIN_WAIT2", "CLOSED": "CLOSE"}
    names = arguments.scenarios or sorted(n for n in os.listdir(runs) if os.path.isdir(os.path.join(runs, n)))
    for name in names:
        run = os.path.join(runs, name)
        with lzma.open(os.path.join(run, "truth.json.xz")) as file:
            truth = json.loads(file.read())
        servers = {(c["server"]["addr"], c["server"]["port"]) for c in truth["connections"]}
        say = {}
        with tempfile.TemporaryDirectory() as scratch:
            for side in SIDES:
                path = unpacked(run, f"{side}.pcap", scratch)
                say[side] = {"wiretale": wiretale(arguments.program, path, servers, kernel_names)}
                if "tshark" in tools:
                    say[side]["tshark"] = tshark(path, servers)
                if "tcptrace" in tools:
                    say[side]["tcptrace"] = tcptrace(path, servers, scratch)
        score_run(score, run, truth, say)
        if truth["group"] not in groups:
            groups.append(truth["group"])
    text = "\n".join(report(score, sorted(groups), tools)).rstrip() + "\n"
    if not arguments.write:
        sys.stdout.write(text)
        return
    with open(arguments.write) as file:
        page = file.read()
    begin, end = "<!-- tables -->\n", "<!-- end of tables -->\n"
    head, _, rest = page.partition(begin)
    _, _, tail = rest.partition(end)
    with open(arguments.write, "w") as file:
        file.write(head + begin + "\n" + text + "\n" + end + tail)


if __name__ == "__main__":
    main()
