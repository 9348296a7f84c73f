"""Saves seeded, well-conditioned weights of a network.

  python -m bench.peers.random_weights NAME FILE.pth
"""

import sys

import torch

from gradcam_export import networks

if __name__ == "__main__":
    name, path = sys.argv[1:]
    torch.save(networks.resolve(name).random(None).module.state_dict(), path)
