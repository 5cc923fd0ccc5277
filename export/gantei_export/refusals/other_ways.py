"""What else brings in a network that gantei itself cannot read: said wherever it refuses one."""

TRUST = (
    "if you know and trust who made it, add --with-tensorflow --trust-this-file, which opens it "
    "with TensorFlow and runs the code that is in it"
)
EXPORT = "export it to ONNX, and import that: gantei import NAME net.onnx --task …"
SAVE_WHOLE = "save the whole model as one file: model.save('net.keras')"
WAYS = f"TensorFlow may convert it: {TRUST}. Or {EXPORT}"
WHERE_ITS_CODE_IS = f"Where that code is, {EXPORT}"
TORCH_EXPORT = (
    'torch.onnx.export(model.eval(), torch.zeros(1, 3, 384, 384), "net.onnx", opset_version=17, '
    'input_names=["photograph"], output_names=["answer"], '
    'dynamic_axes={"photograph": {0: "n"}, "answer": {0: "n"}}, dynamo=False)'
)
"""384 px stands for the size that the network takes."""
EXPORT_FROM_TORCH = f"{EXPORT}. PyTorch writes it by {TORCH_EXPORT}"
