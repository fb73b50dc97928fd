import http.client
import os
import pathlib
import subprocess
import tempfile
import time

from lab import Lab, S4
from lesson import Capture

CAPTURES = [
    Capture(
        "http-keepalive",
        "Three requests on one connection: two pages and a 404; nginx closes it when it has "
        "been idle for a second (keepalive_timeout 1), and so has the TIME_WAIT.",
        "nginx with three lines of configuration, python's http.client.",
        [
            ("requests", "http.request"),
            ("replies", "http.response"),
            ("the server's FIN", "tcp.srcport == 80 && tcp.flags.fin == 1"),
        ],
        plain=True,
    )
]
NGINX = """daemon off; master_process off; pid {0}/pid; error_log {0}/error.log;
events {{ worker_connections 16; }}
http {{ access_log off; default_type text/plain; keepalive_timeout 1; etag off;
  client_body_temp_path {0}/a; proxy_temp_path {0}/b; fastcgi_temp_path {0}/c; uwsgi_temp_path {0}/d;
  scgi_temp_path {0}/e;
  server {{ listen 10.10.0.2:80; root {0}/www; }} }}
"""


def make(out):
    with tempfile.TemporaryDirectory() as folder, Lab() as lab:
        root = pathlib.Path(folder, "www")
        root.mkdir()
        os.chmod(folder, 0o755)
        for name, text in (
            ("index.html", "<p>one</p>\n"),
            ("two.txt", "two, a little longer than one\n" * 40),
        ):
            (root / name).write_text(text)
            os.utime(root / name, (1_700_000_000, 1_700_000_000))
        pathlib.Path(folder, "nginx.conf").write_text(NGINX.format(folder))
        words = f"nginx -c {folder}/nginx.conf -e {folder}/error.log -g".split()
        lab.process("server", *words, "user root;", stderr=subprocess.DEVNULL)
        while not pathlib.Path(folder, "pid").exists():
            time.sleep(0.05)
        time.sleep(0.2)
        lab.record(out("http-keepalive"))
        with lab.inside("client"):
            client = http.client.HTTPConnection(S4, 80, source_address=("", 40001))
            client.connect()
        for target in ("/index.html", "/two.txt", "/missing"):
            client.request("GET", target, headers={"Host": "www.example", "User-Agent": "lesson/1"})
            client.getresponse().read()
            time.sleep(0.1)
        while client.sock.recv(100):
            pass
        client.close()
