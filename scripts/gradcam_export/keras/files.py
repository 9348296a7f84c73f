"""Keras' files of weights: which layers they hold, in which order, under which names.

Four layouts, all HDF5 in the end:

- legacy `.h5`: a group a layer, order in the attributes `layer_names` and `weight_names`; the order
  of HDF5 itself is alphabetical and means nothing;
- a whole model as `.h5`: the same in the group `model_weights`, and the model's configuration;
- `.weights.h5` of Keras 3 (and TensorFlow 2.12 to 2.15): `layers/conv2d_7/vars/0`, where 7 counts
  the layers of the class and is no name; newer versions add the name as an attribute;
- `.keras`: a zip of such a file and the configuration.
"""

import contextlib
import lzma
import re
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import h5py
import numpy as np

from gradcam_export.errors import ExportError, first_line
from gradcam_export.keras.configuration import ConfiguredLayer, flattened, parse_configuration
from gradcam_export.keras.layers import snake_case

CONTAINERS = ("layers", "_layer_checkpoint_dependencies")  # the second: TensorFlow 2.12 to 2.15
LARGEST_CONFIGURATION = 64 * 2**20
# Keras stores without compression, and numbers hardly shrink: more is no archive of weights.
LARGEST_EXPANSION = 20
# What the HDF5 and zip libraries raise for damaged files.
DAMAGED = (OSError, LookupError, RuntimeError, ValueError, TypeError, AttributeError, EOFError,
           MemoryError, struct.error, zlib.error, lzma.LZMAError, zipfile.BadZipFile)


@dataclass(frozen=True)
class StoredLayer:
    """The arrays of one layer, not read yet."""

    name: str
    kind: str  # the class in snake case
    arrays: list[h5py.Dataset]
    is_named: bool  # False: the name is the file's own numbering


@dataclass(frozen=True)
class KerasFile:
    path: Path
    layers: list[StoredLayer]  # those with weights; within a kind, in the order of the model
    configuration: list[ConfiguredLayer]  # with nested models flattened; empty if not stored


def is_keras_file(path: Path) -> bool:
    """Whether `path` is one of the four layouts, or is named like one."""
    if path.suffix.lower() in (".h5", ".hdf5", ".keras"):
        return True
    return path.is_file() and h5py.is_hdf5(path)


@contextlib.contextmanager
def open_keras_file(path: Path) -> Iterator[KerasFile]:
    """Throws ExportError for a file that is none of the layouts, damaged, or not there."""
    if not path.is_file():
        raise ExportError(f"cannot read weights '{path}': no such file")
    with contextlib.ExitStack() as stack:
        try:
            if zipfile.is_zipfile(path):
                file = _read_archive(path, stack)
            else:
                file = _read_hdf5(path, stack.enter_context(_open_hdf5(path)))
        except DAMAGED as error:
            raise ExportError(f"cannot read weights '{path}': {_reason(error)}") from error
        yield file


def read_array(array: h5py.Dataset, path: Path) -> np.ndarray:
    """The numbers of an array of `path`, in float32. Throws ExportError."""
    try:
        return np.ascontiguousarray(array[()], dtype=np.float32)
    except DAMAGED as error:
        raise ExportError(f"cannot read weights '{path}': {array.name}: {_reason(error)}") from error


def _reason(error: BaseException) -> str:
    if "truncated" in str(error):
        return "the file is truncated"
    # A KeyError puts its sentence into quotes.
    return str(error.args[0]) if isinstance(error, KeyError) else first_line(error)


def _open_hdf5(path: Path) -> h5py.File:
    if not h5py.is_hdf5(path):
        raise ValueError("it is no HDF5 file")
    return h5py.File(path, "r")


def _read_hdf5(path: Path, file: h5py.File) -> KerasFile:
    configured = parse_configuration(_text(file.attrs["model_config"])) \
        if "model_config" in file.attrs else []
    weights = file["model_weights"] if "model_weights" in file else file
    if _has_names(weights, "layer_names"):
        layers = _legacy_layers(weights, list(flattened(configured)))
    else:
        layers = _NumberedFile().layers(weights, configured)
    _refuse_links(file, layers)
    return KerasFile(path, layers, list(flattened(configured)))


def _refuse_links(file: h5py.File, layers: list[StoredLayer]) -> None:
    """HDF5 can name other files of this machine as the place of its data."""
    for layer in layers:
        for array in layer.arrays:
            if array.external or array.is_virtual or array.file.id != file.id:
                raise ValueError(f"layer '{layer.name}' refers to another file")


# --- a zip of HDF5 and configuration -----------------------------------------------------------

def _read_archive(path: Path, stack: contextlib.ExitStack) -> KerasFile:
    archive = stack.enter_context(zipfile.ZipFile(path))
    names = archive.namelist()
    for name in ("config.json", "model.weights.h5"):
        if name not in names:
            raise ValueError(f"the archive holds no '{name}'")
    configuration = archive.getinfo("config.json")
    if configuration.file_size > LARGEST_CONFIGURATION:
        raise ValueError(f"its 'config.json' has {configuration.file_size} bytes")
    configured = parse_configuration(archive.read(configuration))
    unpacked = stack.enter_context(tempfile.NamedTemporaryFile(suffix=".h5"))
    _unpack(archive, path, unpacked)
    weights = stack.enter_context(_open_hdf5(Path(unpacked.name)))
    layers = _NumberedFile().layers(weights, configured)
    _refuse_links(weights, layers)
    return KerasFile(path, layers, list(flattened(configured)))


def _unpack(archive: zipfile.ZipFile, path: Path, target: IO[bytes]) -> None:
    """HDF5 jumps to and fro in the file, which a member of an archive does not allow."""
    member = archive.getinfo("model.weights.h5")
    if member.file_size > LARGEST_EXPANSION * path.stat().st_size:
        raise ValueError(f"its 'model.weights.h5' says that it has {member.file_size} bytes")
    with archive.open(member) as source:
        while block := source.read(2**20):
            target.write(block)
    target.flush()


# --- legacy: order and names from attributes ---------------------------------------------------

def _legacy_layers(weights: h5py.Group, configured: list[ConfiguredLayer]) -> list[StoredLayer]:
    kinds = {layer.name: snake_case(layer.keras_class) for layer in configured}
    layers = []
    for group_name in _names(weights, "layer_names"):
        group = weights[group_name]
        by_owner: dict[str, list[str]] = {}
        for weight in _names(group, "weight_names"):
            by_owner.setdefault(_owner(weight), []).append(weight)
        for owner, names in by_owner.items():
            # A model used as a layer is one group that holds the weights of all its layers.
            name = owner if len(by_owner) > 1 else group_name
            arrays = [_dataset(group, weight) for weight in names]
            layers.append(StoredLayer(name, kinds.get(name) or _kind_of(names, arrays), arrays,
                                      is_named=True))
    return layers


def _owner(weight: str) -> str:
    """block1_conv1 of 'block1_conv1/kernel:0'; empty for Keras 1's 'block1_conv1_W_1:0'."""
    return "/".join(weight.split("/")[:-1]).rpartition("/")[2]


def _kind_of(names: list[str], arrays: list[h5py.Dataset]) -> str:
    """The layer's class, which this layout does not tell, by the shapes of its arrays."""
    match [array.ndim for array in arrays]:
        case [4, 4, *_]:
            return "separable_conv2d"
        case [4, *_]:
            return "depthwise_conv2d" if "depthwise" in names[0] else "conv2d"
        case [2, *_]:
            return "dense"
        case [1, 1, 1, 1]:
            return "batch_normalization"
        case [1, 1] | [1, 1, 0]:
            return "normalization"
    return "unknown"


def _has_names(group: h5py.Group, attribute: str) -> bool:
    return attribute in group.attrs or f"{attribute}0" in group.attrs


def _names(group: h5py.Group, attribute: str) -> list[str]:
    """Long lists are spread over NAME0, NAME1, ...: HDF5 limits an attribute to 64 kB."""
    if attribute in group.attrs:
        return [_text(name) for name in group.attrs[attribute]]
    names: list[str] = []
    part = 0
    while f"{attribute}{part}" in group.attrs:
        names += [_text(name) for name in group.attrs[f"{attribute}{part}"]]
        part += 1
    return names


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


# --- .weights.h5: order by class and number ----------------------------------------------------

class _NumberedFile:
    """Reads models inside of models, each group once: links can make endless trees of few groups."""

    def __init__(self) -> None:
        self._seen: set[int] = set()

    def layers(self, group: h5py.Group, configured: list[ConfiguredLayer]) -> list[StoredLayer]:
        container = next((group[name] for name in CONTAINERS if name in group), None)
        if container is None:
            raise ValueError("it holds no layers of Keras")
        address = h5py.h5o.get_info(container.id).addr
        if address in self._seen:
            raise ValueError("it holds one group under several names")
        self._seen.add(address)
        found: list[StoredLayer] = []
        ranks: dict[str, int] = {}
        for key in sorted(container, key=_class_and_number):
            kind, _ = _class_and_number(key)
            rank = ranks[kind] = ranks.get(kind, -1) + 1
            entry = container[key]
            layer = _configured_layer(configured, kind, rank)
            if any(name in entry for name in CONTAINERS):
                found += self.layers(entry, layer.layers if layer else [])
            elif "vars" in entry and len(entry["vars"]):
                found.append(_numbered_layer(entry["vars"], key, kind, layer))
        return found


def _numbered_layer(variables: h5py.Group, key: str, kind: str,
                    configured: ConfiguredLayer | None) -> StoredLayer:
    name = _text(variables.attrs["name"]) if "name" in variables.attrs else \
        configured.name if configured else ""
    arrays = [_dataset(variables, number) for number in sorted(variables, key=int)]
    return StoredLayer(name or key, kind, arrays, is_named=bool(name))


def _class_and_number(key: str) -> tuple[str, int]:
    """('conv2d', 7) of 'conv2d_7'. Numbers may have gaps: TensorFlow counted some layers twice."""
    kind, number = re.fullmatch(r"(.+?)(?:_(\d+))?", key).groups()
    return kind, int(number or 0)


def _configured_layer(configured: list[ConfiguredLayer], kind: str,
                      rank: int) -> ConfiguredLayer | None:
    """The `rank`-th layer of its class. Layers without weights may be left out of the file, but in
    the classes that have weights every layer has."""
    same_kind = [layer for layer in configured if snake_case(layer.keras_class) == kind]
    return same_kind[rank] if rank < len(same_kind) else None


def _dataset(group: h5py.Group, name: str) -> h5py.Dataset:
    found = group[name]
    if not isinstance(found, h5py.Dataset):
        raise ValueError(f"'{found.name}' is no array")
    return found
