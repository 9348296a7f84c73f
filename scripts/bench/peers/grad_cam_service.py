"""GradCAM of the package grad-cam (pytorch-grad-cam), which chooses the most probable class."""

from collections.abc import Callable

import numpy as np
from pytorch_grad_cam import GradCAM

from bench.peers.service import Job, serve


def prepare(job: Job) -> Callable[[], np.ndarray]:
    method = GradCAM(model=job.network, target_layers=[job.layer])
    return lambda: method(input_tensor=job.batch, targets=None)


if __name__ == "__main__":
    serve(prepare)
