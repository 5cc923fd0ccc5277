"""LitServe on a CPU: a process a core, since each answers one request after the other."""

import os
import sys

import litserve
from fastapi import Request
from network import pixels, probability, session


class Estimate(litserve.LitAPI):
    def setup(self, device):
        self.opened = session(threads=1)

    def decode_request(self, request: Request):
        return pixels(request["photograph"].file)

    def predict(self, batch):
        return probability(self.opened, batch)[0]

    def encode_response(self, output):
        return {"male": output}


if __name__ == "__main__":
    server = litserve.LitServer(
        Estimate(), accelerator="cpu", workers_per_device=os.cpu_count(), healthcheck_path="/readyz"
    )
    server.run(
        port=int(sys.argv[1]),
        host="127.0.0.1",
        num_api_servers=1,
        generate_client_file=False,
        log_level="critical",
    )
