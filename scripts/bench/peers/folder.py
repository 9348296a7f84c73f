"""Pictures with the package grad-cam, as its documentation does it: batch by batch.

  python -m bench.peers.folder NAME WEIGHTS OUTPUT THREADS BATCH PICTURE...

Prints the seconds since the network was loaded.
"""

import sys
import time
from pathlib import Path

import torch
from PIL import Image
from pytorch_grad_cam import GradCAM

from bench.peers.drawing import saliency_of, write_results
from bench.peers.network import load_input, load_network


def main() -> None:
    name, weights, output, threads, batch, *pictures = sys.argv[1:]
    torch.set_num_threads(int(threads))
    network, layer = load_network(name, Path(weights))
    kept: list[torch.Tensor] = []
    layer.register_forward_hook(lambda _module, _inputs, result: kept.append(result.detach()))
    started = time.perf_counter()
    with GradCAM(model=network, target_layers=[layer]) as method:
        for first in range(0, len(pictures), int(batch)):
            paths = [Path(path) for path in pictures[first:first + int(batch)]]
            images = [Image.open(path).convert("RGB") for path in paths]
            gradcams = method(input_tensor=load_input(name, images), targets=None)
            saliencies = saliency_of(kept.pop())
            for number, path in enumerate(paths):
                maps = {"gradcam": gradcams[number], "saliency": saliencies[number]}
                write_results(images[number], maps, method.outputs[number].detach(), Path(output),
                              path.stem)
    print(time.perf_counter() - started)


if __name__ == "__main__":
    main()
