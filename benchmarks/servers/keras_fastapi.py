"""TensorFlow's own way: the Keras file that was converted, as a `tf.function` behind FastAPI."""

import sys

import tensorflow as tf
import tf_keras
import uvicorn
from fastapi import FastAPI, UploadFile
from network import FILE, SIDE, pixels

app = FastAPI()
model = tf_keras.models.load_model(FILE, compile=False)
estimate = tf.function(
    lambda batch: model(batch, training=False),
    input_signature=[tf.TensorSpec((None, SIDE, SIDE, 3), tf.float32)],
)


@app.get("/readyz")
def ready():
    return {}


@app.post("/predict")
def predict(photograph: UploadFile):
    return {"male": float(estimate(pixels(photograph.file)).numpy()[0, 0])}


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_level="critical")
