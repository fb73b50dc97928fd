import contextlib
import socket
import subprocess
import tempfile
import time

from lab import S4, Lab
from lesson import Capture

HOW = "openssl s_client to openssl s_server with a certificate made for the occasion. "
FIRST = [
    ("ClientHello with its server name", 'tls.handshake.extensions_server_name == "www.wiretale.example"'),
    ("ServerHello", "tls.handshake.type == 2"),
]
CAPTURES = [
    Capture(
        "tls13-hello",
        "TLS 1.3: a ClientHello with SNI and ALPN (h2, http/1.1); after the ServerHello everything is"
        " encrypted, the certificate too.",
        HOW + "-tls1_3.",
        FIRST + [("application data", "tls.record.opaque_type == 23")],
        plain=True,
    ),
    Capture(
        "tls12-hello",
        "TLS 1.2: the same names, and here the certificate and the chosen ALPN can be read.",
        HOW + "-tls1_2.",
        FIRST + [("Certificate", "tls.handshake.type == 11")],
        plain=True,
    ),
]


QUIETLY = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def make(out):
    with tempfile.TemporaryDirectory() as folder, Lab() as lab:
        files = f"-key {folder}/key.pem -cert {folder}/certificate.pem".split()
        request = f"""openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650
            -subj /CN=www.wiretale.example -keyout {files[1]} -out {files[3]}"""
        subprocess.run(request.split(), check=True, capture_output=True)
        server = "openssl s_server -accept 443 -alpn h2,http/1.1 -quiet -no_ticket -num_tickets 0".split()
        lab.process("server", *server, *files, **QUIETLY)
        listening(lab)
        for version, port in (("1_3", 40013), ("1_2", 40012)):
            recording = lab.record(out(f"tls{version.replace('_', '')}-hello"))
            words = f"""openssl s_client -connect {S4}:443 -bind 10.10.0.1:{port} -quiet -no_ign_eof
                -servername www.wiretale.example -alpn h2,http/1.1 -tls{version}"""
            client = lab.process("client", *words.split(), **QUIETLY)
            time.sleep(0.4)
            client.stdin.write(b"not HTTP at all\n")
            client.stdin.close()
            client.wait()
            time.sleep(0.2)
            recording.stop()


def listening(lab):
    """Returns when somebody listens on 443, without connecting to it."""
    limit = time.monotonic() + 5
    while time.monotonic() < limit:
        with lab.inside("server"), contextlib.suppress(OSError):
            if any(
                line.split()[1].endswith(":01BB")
                for name in ("tcp", "tcp6")
                for line in open(f"/proc/thread-self/net/{name}")
            ):
                return
        time.sleep(0.05)
    raise SystemExit("openssl s_server does not listen")
