"""A server on loopback that speaks the Hub's routes, and plain folders; it misbehaves when told to.

`Hub().at(...)` is told by attributes what to do wrong. Nothing here comes from the Hub's own code:
the routes are those that `huggingface_hub` asks for.
"""

import base64
import hashlib
import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

import pytest


class Hub:
    """The state that every request sees.

    Attributes:
        repositories: name → commit → file → bytes.
        branches: (name, branch) → commit.
        plain: path → bytes, below `/files/`.
        token: what `Authorization` must carry; empty: anybody is let in.
        asked: (method, path, headers) of every request so far.
        cut_at: bytes after which the body of a file is cut off.
        status: what is answered instead of a file.
        statuses: path → status, for one file.
        headers: that go with `status`.
        flip: position of a byte of the weights that is sent wrong.
        pause: seconds before each 16 kB.
        redirect: where files are sent on to, as the Hub does.
        ranges: whether ranges are answered.
        etags: whether files have an ETag; a text: that one.
        chunked: whether a file's length is left out.
    """

    def __init__(self):
        self.repositories = {}
        self.branches = {}
        self.plain = {}
        self.lfs = {}
        self.token = ""
        self.asked = []
        self.cut_at = None
        self.status = None
        self.statuses = {}
        self.headers = {}
        self.flip = None
        self.pause = 0
        self.redirect = ""
        self.ranges = True
        self.etags = True
        self.chunked = False
        self.commits = 0
        self.server = _Server(("127.0.0.1", 0), _Handler)
        self.server.hub = self
        self.thread = threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.02}
        )
        self.thread.start()

    @property
    def port(self):
        return self.server.server_port

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}"

    def offer(self, folder, repository="org/eyes", commit="c" * 40, branch="main"):
        """Put a folder's files into a repository, and below `/files/`; give its source."""
        files = {path.name: path.read_bytes() for path in folder.iterdir()}
        self.repositories.setdefault(repository, {})[commit] = files
        self.branches[repository, branch] = commit
        self.plain |= {f"{folder.name}/{name}": content for name, content in files.items()}
        return f"hf:{repository}@{commit}"

    def gets(self, ending):
        """Headers of the GET requests whose path ends so."""
        return [
            headers
            for method, path, headers in self.asked
            if method == "GET" and path.endswith(ending)
        ]

    def heal(self):
        """Behave again."""
        self.cut_at = self.status = self.flip = None
        self.statuses, self.headers = {}, {}
        self.pause = 0

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class _Server(ThreadingHTTPServer):
    block_on_close = True

    def handle_error(self, request, client_address):
        """A client that went away, or was killed, is none of ours."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 5

    def log_message(self, *_):
        pass

    def do_GET(self):
        self._answer()

    do_HEAD = do_POST = do_PUT = do_GET

    @property
    def hub(self):
        return self.server.hub

    def _answer(self):
        self.body = b"".join(self._pieces())
        path = unquote(urlsplit(self.path).path)
        self.hub.asked.append(
            (self.command, path, {key.lower(): each for key, each in self.headers.items()})
        )
        wanted = f"Bearer {self.hub.token}" if self.hub.token else None
        signed = self.command == "PUT"  # the address itself says who may
        if wanted and not signed and self.headers.get("authorization") != wanted:
            return self._json({"error": "who are you?"}, 401)
        for pattern, method in ROUTES:
            if found := re.fullmatch(pattern, path):
                return method(self, *found.groups())
        return self._json({"error": "no such route"}, 404)

    def _pieces(self):
        if self.headers.get("transfer-encoding") != "chunked":
            yield self.rfile.read(int(self.headers.get("content-length", 0)))
            return
        while size := int(self.rfile.readline(), 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()

    def _json(self, value, status=200, headers=()):
        content = json.dumps(value).encode()
        self.send_response(status)
        for key, each in dict(headers).items():
            self.send_header(key, each)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _revision(self, name, revision):
        commit = self._commit(name, revision)
        if commit is None:
            return self._json({"error": "not found"}, 404)
        return self._json({"sha": commit, "id": name})

    def _tree(self, name, revision):
        files = self.hub.repositories[name][self._commit(name, revision)]
        return self._json(
            [
                {"type": "file", "path": path, "size": len(content)}
                for path, content in files.items()
            ]
        )

    def _commit(self, name, revision):
        commits = self.hub.repositories.get(name, {})
        return revision if revision in commits else self.hub.branches.get((name, revision))

    def _resolve(self, name, revision, file):
        if self.hub.redirect:
            self.send_response(302)
            self.send_header("location", f"{self.hub.redirect}/{name}/cdn/{revision}/{file}")
            self.send_header("content-length", "0")
            return self.end_headers()
        return self._cdn(name, revision, file)

    def _cdn(self, name, revision, file):
        commit = self._commit(name, revision)
        files = self.hub.repositories.get(name, {}).get(commit, {})
        return self._file(file, files.get(file), {"x-repo-commit": str(commit)})

    def _plain(self, path):
        return self._file(path, self.hub.plain.get(path))

    def _file(self, name, content, headers=()):
        status = self.hub.statuses.get(name, self.hub.status)
        if status:
            return self._json({"error": "told to"}, status, self.hub.headers)
        if content is None:
            return self._json({"error": "Entry not found"}, 404)
        tag = f'"{hashlib.sha256(content).hexdigest()}"'
        if self.hub.flip is not None and name.endswith(".onnx"):
            at = self.hub.flip % len(content)
            content = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
        start, asked = 0, self.headers.get("range", "")
        fits = self.headers.get("if-range", tag) == tag
        if self.hub.ranges and fits and (found := re.fullmatch(r"bytes=(\d+)-", asked)):
            start = int(found[1])
            if start >= len(content):
                return self._json({}, 416)
        self.send_response(206 if start else 200)
        if start:
            self.send_header("content-range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        if self.hub.etags:
            self.send_header("etag", tag if self.hub.etags is True else self.hub.etags)
        for key, each in dict(headers).items():
            self.send_header(key, each)
        if self.hub.chunked:
            self.send_header("connection", "close")
            self.close_connection = True
        else:
            self.send_header("content-length", str(len(content) - start))
        self.end_headers()
        if self.command == "GET":
            self._send(content, start)
        return None

    def _send(self, content, start):
        end = len(content)
        if self.hub.cut_at is not None and end > self.hub.cut_at:
            end = max(start, self.hub.cut_at)
            self.close_connection = True
        while start < end:
            time.sleep(self.hub.pause)
            self.wfile.write(content[start : min(start + 16384, end)])
            start += 16384

    # What an upload asks for.

    def _validate_yaml(self):
        return self._json({"warnings": [], "errors": []})

    def _preupload(self, name, revision):
        if self._commit(name, revision) is None:
            return self._json({"error": "Repository not found"}, 404)
        if self.hub.status:
            return self._json({"error": "told to"}, self.hub.status)
        files = json.loads(self.body)["files"]
        modes = [
            {
                "path": each["path"],
                "uploadMode": "lfs" if each["path"].endswith(".onnx") else "regular",
                "shouldIgnore": False,
            }
            for each in files
        ]
        return self._json({"files": modes})

    def _batch(self, name):
        objects = json.loads(self.body)["objects"]
        for each in objects:
            href = f"{self.hub.address}/lfs/{each['oid']}"
            each["actions"] = {"upload": {"href": href}, "verify": {"href": href}}
        return self._json({"transfer": "basic", "objects": objects})

    def _store(self, oid):
        if self.command == "PUT":
            assert hashlib.sha256(self.body).hexdigest() == oid
            self.hub.lfs[oid] = self.body
        return self._json({})

    def _make_commit(self, name, revision):
        files = dict(self.hub.repositories[name][self._commit(name, revision)])
        for line in map(json.loads, self.body.splitlines()):
            value = line["value"]
            if line["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                files[value["path"]] = self.hub.lfs[value["oid"]]
        self.hub.commits += 1
        commit = hashlib.sha1(self.body).hexdigest()
        self.hub.repositories[name][commit] = files
        self.hub.branches[name, revision] = commit
        return self._json(
            {"commitUrl": f"{self.hub.address}/{name}/commit/{commit}", "commitOid": commit}
        )


NAME = r"([\w.-]+/[\w.-]+)"
ROUTES = [
    (rf"/api/models/{NAME}/revision/(.+)", _Handler._revision),
    (rf"/api/models/{NAME}/tree/(.+)", _Handler._tree),
    (rf"/{NAME}/resolve/([^/]+)/(.+)", _Handler._resolve),
    (rf"/{NAME}/cdn/([^/]+)/(.+)", _Handler._cdn),
    (r"/files/(.+)", _Handler._plain),
    (r"/api/validate-yaml", _Handler._validate_yaml),
    (rf"/api/models/{NAME}/preupload/(.+)", _Handler._preupload),
    (rf"/{NAME}\.git/info/lfs/objects/batch", _Handler._batch),
    (r"/lfs/([0-9a-f]{64})", _Handler._store),
    (rf"/api/models/{NAME}/commit/(.+)", _Handler._make_commit),
]


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """A server that `HF_ENDPOINT` names; nothing of this machine's own login is seen."""
    from huggingface_hub import constants

    server = Hub()
    for proxy in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(proxy, raising=False)
        monkeypatch.delenv(proxy.upper(), raising=False)
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setenv("HF_ENDPOINT", server.address)
    monkeypatch.setattr(constants, "ENDPOINT", server.address)
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "hf/token"))
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    yield server
    server.close()
