"""Runs lessons: each file of lessons/ says which captures it makes and has one function, make(out)."""

import importlib.util
import os
import pathlib
import sys

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here))
folder = pathlib.Path(os.environ.get("PCAPS_OUT", here.parent))


def lessons():
    """Every lesson by name. A lesson with ORDER 1 is cut from captures that others make, so it comes last."""
    found = {}
    for path in sorted((here / "lessons").glob("*.py")):
        spec = importlib.util.spec_from_file_location(path.stem.replace("-", "_"), path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        found[path.stem] = module
    return dict(sorted(found.items(), key=lambda pair: getattr(pair[1], "ORDER", 0)))


def path_of(name):
    """Where the capture NAME lies; its ending is .pcap unless the name brings its own."""
    return folder / (name if "." in name else name + ".pcap")


def main(names):
    known = lessons()
    if names == ["--list"]:
        for name, lesson in known.items():
            print(name, *(c.name for c in lesson.CAPTURES if c.name != name))
        return 0
    chosen = [
        n for n, m in known.items() if not names or n in names or any(c.name in names for c in m.CAPTURES)
    ]
    unknown = [
        n
        for n in names
        if n not in known and not any(n == c.name for m in known.values() for c in m.CAPTURES)
    ]
    if unknown:
        print("make.sh: no lesson or capture named", *unknown, "(see --list)", file=sys.stderr)
        return 2
    folder.mkdir(parents=True, exist_ok=True)
    for name in chosen:
        known[name].make(path_of)
        for capture in known[name].CAPTURES:
            path = path_of(capture.name)
            print(f"{path.name:32} {path.stat().st_size:7} octets", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
