"""A small shop: items live in PostgreSQL, and the list of them for a while in redis.

GET /healthz    200 once both answer
GET /about      which system this is
GET /items      the list; X-Cache says whether it came from the cache
GET /items/ID   one of them
POST /items     {"name": …} adds one, and forgets the cached list
"""

import json
import os
import platform
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psycopg2

CACHE_SECONDS = "60"


def query(sql, *arguments):
    connection = psycopg2.connect(host="db", dbname="shop", user="shop", password=os.environ["DB_PASSWORD"], connect_timeout=3)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql, arguments)
            return cursor.fetchall()
    finally:
        connection.close()


def cache(*words):
    """One command in redis' own protocol (RESP), over a socket of its own."""
    with socket.create_connection(("cache", 6379), timeout=3) as peer:
        parts = [f"*{len(words)}\r\n".encode()]
        parts += [b"$%d\r\n%s\r\n" % (len(word.encode()), word.encode()) for word in words]
        peer.sendall(b"".join(parts))
        reply = peer.makefile("rb")
        line = reply.readline().rstrip(b"\r\n")
        if line.startswith(b"-"):
            raise RuntimeError(line.decode())
        if not line.startswith(b"$"):
            return line[1:].decode()
        length = int(line[1:])
        return None if length < 0 else reply.read(length).decode()


def list_items():
    cached = cache("GET", "items")
    if cached is not None:
        return "hit", cached
    rows = query("select id, name from items order by id")
    body = json.dumps([{"id": row[0], "name": row[1]} for row in rows])
    cache("SET", "items", body, "EX", CACHE_SECONDS)
    return "miss", body


def find_item(id):
    rows = query("select id, name from items where id = %s", id)
    return json.dumps({"id": rows[0][0], "name": rows[0][1]}) if rows else None


def add_item(name):
    rows = query("insert into items (name) values (%s) returning id", name)
    cache("DEL", "items")
    return json.dumps({"id": rows[0][0], "name": name})


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        known = {"/healthz": self.health, "/about": self.about, "/items": self.items}
        self.answer(self.item if self.path.startswith("/items/") else known.get(self.path))

    def do_POST(self):
        self.answer({"/items": self.add}.get(self.path))

    def health(self):
        query("select 1")
        return 200, {}, json.dumps({"cache": cache("PING")})

    def about(self):
        release = platform.freedesktop_os_release()["VERSION_CODENAME"]
        return 200, {}, json.dumps({"release": release, "libc": platform.libc_ver()[1], "kernel": platform.release()})

    def items(self):
        source, body = list_items()
        return 200, {"X-Cache": source}, body

    def item(self):
        id = self.path.removeprefix("/items/")
        found = find_item(id) if id.isdecimal() else None
        return (200, {}, found) if found else self.none()

    def none(self):
        return 404, {}, json.dumps({"error": f"no {self.path}"})

    def add(self):
        length = int(self.headers.get("Content-Length", 0))
        return 201, {}, add_item(json.loads(self.rfile.read(length))["name"])

    def answer(self, make):
        try:
            status, headers, body = (make or self.none)()
        except psycopg2.IntegrityError:
            status, headers, body = 409, {}, json.dumps({"error": "that name is taken"})
        except (OSError, RuntimeError, psycopg2.Error) as error:
            status, headers, body = 503, {}, json.dumps({"error": str(error).strip()})
        content = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)


server = ThreadingHTTPServer((os.environ["LISTEN"], 8080), Handler)
print("listening", flush=True)
server.serve_forever()
