#!/usr/bin/env python3
"""Writes a TorchScript file that gradcam reads: traced, compared with the network, card inside.

  export_model.py efficientnet_lite0
  export_model.py torchvision:resnet50 --weights imagenet -o resnet50.pt
  export_model.py timm:mobilenetv3_large_100 --weights my_state_dict.safetensors
  export_model.py xception --weights my_keras_model.keras
"""

import argparse
import os
import sys
from pathlib import Path

if __name__ == "__main__":  # the package lies beside this file, wherever it is called from
    sys.path.insert(0, str(Path(__file__).resolve().parent))

from gradcam_export.cards import CARDS_FOLDER, input_size, known_names, with_labels
from gradcam_export.errors import ExportError
from gradcam_export.labels import Label, imagenet_labels, read_labels


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=f"known names: {', '.join(known_names())}")
    parser.add_argument("name", metavar="NAME",
                        help="a known name, torchvision:NAME or timm:NAME")
    parser.add_argument("--weights", default="imagenet", metavar="imagenet|random|FILE",
                        help="the library's ImageNet weights (default), seeded random ones, or a "
                             "file: a state dict (.pt, .pth, .safetensors), for the Keras networks "
                             "(xception, vgg16, efficientnet_b0) Keras' .h5 or .keras")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE",
                        help="default: models/NAME.pt, for torchvision:X models/X_torchvision.pt")
    parser.add_argument("--num-classes", type=int, metavar="N",
                        help="for state dicts that were fine-tuned on other classes; Keras' files "
                             "tell it")
    parser.add_argument("--labels", type=Path, metavar="FILE",
                        help="class names: JSON or one a line (default: ImageNet's for 1000)")
    return parser.parse_args(arguments)


def labels_for(classes: int, options: argparse.Namespace) -> list[Label]:
    if options.labels is None:
        return imagenet_labels() if classes == 1000 else []
    labels = read_labels(options.labels)
    if len(labels) != classes:
        raise ExportError(f"labels '{options.labels}' hold {len(labels)} names, "
                          f"the network has {classes} classes")
    return labels


def export_model(options: argparse.Namespace) -> None:
    # torch takes seconds to import: wrong options are told before.
    import torch

    from gradcam_export import networks, trace
    from gradcam_export.classifier import with_weights
    network = networks.resolve(options.name)
    classifier = with_weights(network, options.weights, options.num_classes)
    module, card = classifier.module, classifier.card
    with torch.no_grad():
        classes = module(torch.zeros(1, 3, *input_size(card))).shape[-1]
    labels = labels_for(classes, options)
    output = options.output or CARDS_FOLDER / f"{network.name}.pt"
    difference = trace.export(module, input_size(card),
                              with_labels(card, labels, card["weights"]), output)
    print(f"wrote {output} ({output.stat().st_size / 1e6:.1f} MB): {classes} classes, "
          f"{'with' if labels else 'no'} labels, weights: {card['weights']['source']}; "
          f"equal to the network within {difference:.0e} of its largest score")
    if "layer" not in card:
        print("note: the card names no layer, so gradcam picks the last one with a spatial map; "
              f"`gradcam layers {output}` lists them, --layer chooses another", file=sys.stderr)


def main(arguments: list[str] | None = None) -> int:
    # Nothing here uses a GPU, and looking for one costs a second.
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
    try:
        export_model(parse_arguments(arguments))
    except ExportError as error:
        print(f"export_model: error: {error}", file=sys.stderr)
        if error.hint:
            print(f"hint: {error.hint}", file=sys.stderr)
        return 1
    except ImportError as error:
        print(f"export_model: error: the Python package '{error.name}' is missing\n"
              "hint: run scripts/setup.sh, then use .venv/bin/python3", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
