"""FastAPI and ONNX Runtime: a plain function runs in FastAPI's thread pool, one thread each."""

import sys

import uvicorn
from fastapi import FastAPI, UploadFile
from network import pixels, probability, session

app = FastAPI()
opened = session(threads=1)


@app.get("/readyz")
def ready():
    return {}


@app.post("/predict")
def predict(photograph: UploadFile):
    return {"male": probability(opened, pixels(photograph.file))[0]}


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_level="critical")
