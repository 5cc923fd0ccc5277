"""BentoML with adaptive batching, as its documentation has it: one method that takes a list."""

import os

import bentoml
import numpy as np
from network import pixels, probability, session
from PIL.Image import Image


@bentoml.service(workers=1, logging={"access": {"enabled": False}})
class Batchable:
    def __init__(self) -> None:
        self.opened = session(threads=os.cpu_count() or 1)

    @bentoml.api(batchable=True, max_batch_size=32)
    def predict(self, photograph: list[Image]) -> list[float]:
        return probability(self.opened, np.concatenate([pixels(each) for each in photograph]))
