"""VGG16 (Simonyan and Zisserman 2014, https://arxiv.org/abs/1409.1556) of keras.applications."""

from gradcam_export.keras.layers import Conv2D, Dense, Flatten, MaxPooling2D
from gradcam_export.keras.model import INPUT, KerasModel

BLOCKS = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))
POOLED = 2 ** len(BLOCKS)  # each block ends with a pool that halves the map
LAST_CHANNELS = BLOCKS[-1][-1]


def vgg16(classes: int, activation: str, size: tuple[int, int] = (224, 224)) -> KerasModel:
    """The fully connected layers fix the input size."""
    model = KerasModel()
    x, inputs = INPUT, 3
    for block, widths in enumerate(BLOCKS, start=1):
        for number, outputs in enumerate(widths, start=1):
            x = model.put(f"block{block}_conv{number}",
                          Conv2D(inputs, outputs, 3, bias=True, activation="relu"), x)
            inputs = outputs
        x = model.put(f"block{block}_pool", MaxPooling2D(2), x)
    x = model.put("flatten", Flatten(), x)
    height, width = size[0] // POOLED, size[1] // POOLED
    x = model.put("fc1", Dense(LAST_CHANNELS * height * width, 4096, "relu",
                               map_shape=(height, width, LAST_CHANNELS)), x)
    x = model.put("fc2", Dense(4096, 4096, "relu"), x)
    model.put("predictions", Dense(4096, classes, activation), x)
    return model
