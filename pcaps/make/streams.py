"""What the ends of a connection say and how they part."""

import time


def pattern(count, start=0):
    """Octets that say where in the stream they lie: lines of 16, each its offset in hexadecimal."""
    first, text = start // 16, bytearray()
    while len(text) < count + 16:
        text += b"%015x\n" % (first * 16 + len(text))
    skip = start - first * 16
    return bytes(text[skip : skip + count])


def receive(sock, count):
    """Exactly `count` octets, or what came before the end of the stream."""
    octets = bytearray()
    while len(octets) < count:
        piece = sock.recv(min(65536, count - len(octets)))
        if not piece:
            break
        octets += piece
    return bytes(octets)


def close_in_order(first, second, pause=0.1):
    """`first` closes; `second` sees the end of the stream, waits, and closes too."""
    first.close()
    while second.recv(65536):
        pass
    time.sleep(pause)
    second.close()
    time.sleep(0.05)
