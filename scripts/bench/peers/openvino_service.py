"""OpenVINO's forward pass of the whole network in float32: no explanation at all."""

import warnings
from collections.abc import Callable

import numpy as np
import openvino

from bench.peers.service import Job, serve


def prepare(job: Job) -> Callable[[], np.ndarray]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the notices on Python code that a trace fixes
        model = openvino.convert_model(job.network, example_input=job.batch,
                                       input=[tuple(job.batch.shape)])
    compiled = openvino.Core().compile_model(model, "CPU", {
        "PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32",
        "INFERENCE_NUM_THREADS": job.threads})
    request = compiled.create_infer_request()
    batch = job.batch.numpy()
    return lambda: request.infer([batch], share_inputs=True)[0]


if __name__ == "__main__":
    serve(prepare)
