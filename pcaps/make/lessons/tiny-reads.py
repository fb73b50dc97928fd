from lesson import Capture

CAPTURES = [
    Capture(
        "tiny-reads",
        "A receiver reads a little at a time: its window is full again and again, stands at zero in between, and"
        " sets the pace of the whole transfer.",
        "Recorded between two namespaces over a relay of 10 ms each way (Linux 6.18); kept as it is.",
        [
            ("window of zero", "tcp.window_size_value == 0 && tcp.flags.reset == 0"),
            ("window filled to its edge", "tcp.analysis.window_full"),
        ],
    )
]


def make(out):
    """Not made anew: the recording is the capture."""
    assert out("tiny-reads").exists()
