from lab import Lab
from lesson import Capture
from streams import close_in_order, receive

CAPTURES = [
    Capture(
        "http-pipelined",
        "Two GETs leave in one segment, before any reply; both replies share one segment too. "
        "Then two more GETs whose replies come in two segments, the second one holding the end of the first.",
        "Scripted ends: each send is one segment.",
        [
            ("requests in one segment", "tcp.dstport == 80 && tcp.len > 0"),
            ("replies", "tcp.srcport == 80 && tcp.len > 0"),
        ],
        plain=True,
    )
]


def get(target):
    return f"GET {target} HTTP/1.1\r\nHost: www.example\r\n\r\n".encode()


def reply(text):
    return (
        f"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {len(text)}\r\n\r\n{text}".encode()
    )


def make(out):
    with Lab() as lab:
        lab.record(out("http-pipelined"))
        client, server = lab.pair(80)
        asked, told = get("/one") + get("/two"), reply("one\n") + reply("two\n")
        client.sendall(asked)
        receive(server, len(asked))
        server.sendall(told)
        receive(client, len(told))
        asked, three, four = get("/three") + get("/four"), reply("three\n" * 20), reply("four\n")
        client.sendall(asked)
        receive(server, len(asked))
        server.sendall(three[:100])
        receive(client, 100)
        server.sendall(three[100:] + four)
        receive(client, len(three) - 100 + len(four))
        close_in_order(client, server)
