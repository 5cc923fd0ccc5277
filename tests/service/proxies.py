"""The reverse proxies of docs/deployment, in front of a server on loopback, under strace."""

import os
import socket
import subprocess
from contextlib import closing, contextmanager
from pathlib import Path

import httpx

from ..processes import reserved_port, wait_for
from ..system_calls import Calls, terminate, traced
from .certificates import trusting

FOLDER = Path(__file__).parents[2] / "docs/deployment"
NGINX = """
daemon off;
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ }}
http {{
    client_body_temp_path {folder}/bodies;
    proxy_temp_path {folder}/answers;
    fastcgi_temp_path {folder}/unused-1;
    uwsgi_temp_path {folder}/unused-2;
    scgi_temp_path {folder}/unused-3;
    include {folder}/site.conf;
}}
"""
"""What Debian's nginx.conf is around the file, with a folder of the test's own."""


class Proxy:
    """A proxy that runs; `path` is where the service is below its address."""

    def __init__(self, kind, port, path, folder, authority):
        self.kind = kind
        self.path = path
        self.folder = folder
        self.origin = f"https://127.0.0.1:{port}"
        self.url = self.origin + path.rstrip("/")
        self.port = port
        self.verify = trusting(authority)

    def client(self, token="secret", **headers):
        """A client that trusts the authority."""
        if token:
            headers["authorization"] = f"Bearer {token}"
        return httpx.Client(
            base_url=self.url, verify=self.verify, headers=headers, trust_env=False, timeout=60
        )


def changed(text, changes):
    """A configuration with the test's own ports and files; each of them must stand in it."""
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


def nginx(folder, port, upstream, root, files):
    changes = {
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "127.0.0.1:3000": f"127.0.0.1:{upstream}",
        "/etc/gantei/server.pem": str(files[0]),
        "/etc/gantei/server.key": str(files[1]),
        "/var/log/nginx/gantei.log": f"{folder}/access.log",
    }
    if root:
        redirect = "    location = /gantei {\n        return 308 /gantei/;\n    }\n"
        changes |= {
            redirect: "",
            "location /gantei/": "location /",
            "http://gantei/;": "http://gantei;",
        }
    text = (FOLDER / "nginx.conf").read_text("utf-8")
    (folder / "site.conf").write_text(changed(text, changes), "utf-8")
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, user=user), "utf-8")
    return ["nginx", "-e", folder / "error.log", "-p", folder, "-c", folder / "nginx.conf"]


def caddy(folder, port, upstream, root, files):
    changes = {
        "https://fundus.example.org {": f"https://127.0.0.1:{port} {{\n\tbind 127.0.0.1",
        "127.0.0.1:3000": f"127.0.0.1:{upstream}",
        "/etc/gantei/server.pem": str(files[0]),
        "/etc/gantei/server.key": str(files[1]),
    }
    if root:
        changes |= {"\tredir /gantei /gantei/ 308\n": "", "handle_path /gantei/* {": "handle {"}
    text = (FOLDER / "Caddyfile").read_text("utf-8")
    (folder / "Caddyfile").write_text(changed(text, changes), "utf-8")
    return ["caddy", "run", "--config", folder / "Caddyfile", "--adapter", "caddyfile"]


@contextmanager
def proxied(kind, folder, upstream, authority, *, root=False):
    """Run a proxy until the end of the block; after it, `written` are the files that it wrote."""
    files = authority.sign(f"{kind}-{'root' if root else 'below'}")
    folder.mkdir()
    with reserved_port() as port:
        command = {"nginx": nginx, "caddy": caddy}[kind](folder, port, upstream, root, files)
        environment = os.environ | {
            "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder),
        }  # fmt: skip
        log = folder / "said.log"
        with log.open("wb") as said:
            process = subprocess.Popen(
                traced(folder / "calls", *command), env=environment, stdout=said, stderr=said
            )
        proxy = Proxy(kind, port, "/" if root else "/gantei/", folder, authority)
        try:
            wait_for(lambda: _listens(port), process, log)
            yield proxy
        finally:
            if process.poll() is None:
                terminate(process)
                process.wait(20)
    proxy.written = Calls(folder / "calls", folder).written


def _listens(port):
    with closing(socket.socket()) as attempt:
        return not attempt.connect_ex(("127.0.0.1", port))


def logged(proxy):
    """What the proxy wrote of requests and errors, and its own words."""
    return "".join(path.read_text("utf-8", "replace") for path in proxy.folder.glob("*.log"))
