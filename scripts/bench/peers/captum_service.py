"""captum's LayerGradCam. It is told the classes; finding them would cost another forward pass."""

from collections.abc import Callable

import numpy as np
import torch
from captum.attr import LayerGradCam

from bench.peers.service import Job, serve


def prepare(job: Job) -> Callable[[], np.ndarray]:
    with torch.no_grad():
        classes = job.network(job.batch).argmax(1)
    method = LayerGradCam(job.network, job.layer)
    return lambda: method.attribute(job.batch, target=classes,
                                    relu_attributions=True).detach().numpy()


if __name__ == "__main__":
    serve(prepare)
