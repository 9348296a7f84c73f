"""--weights imagenet of the Keras networks, from a server on this machine."""

import hashlib
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import keras_writers as write
import pytest
from export_support import Export, load_with_card, one_error
from gradcam_export import downloads
from gradcam_export.cards import known_card
from gradcam_export.downloads import Download
from gradcam_export.errors import ExportError
from gradcam_export.keras import network as keras_network
from gradcam_export.keras.efficientnet import efficientnet_b0
from gradcam_export.keras.network import NETWORKS, EfficientNetB0Network, KerasNetwork


class Server:
    """Serves the files of a folder and counts the requests."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.requests = folder, 0
        server = self

        class Handler(http.server.SimpleHTTPRequestHandler):
            def __init__(self, *arguments: object) -> None:
                super().__init__(*arguments, directory=str(folder))

            def do_GET(self) -> None:
                server.requests += 1
                if "cut_off" in self.path:
                    self.send_response(200)
                    self.send_header("Content-Length", "1000000")
                    self.end_headers()
                    self.wfile.write(b"only this")
                else:
                    super().do_GET()

            def log_message(self, *_: object) -> None:
                pass

        self._http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever)

    def __enter__(self) -> "Server":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    folder = tmp_path / "served"
    folder.mkdir()
    with Server(folder) as running:
        yield running


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    return tmp_path / "cache" / "gradcam" / "weights"


def served(server: Server, name: str, content: bytes, algorithm: str = "sha256") -> Download:
    (server.folder / name).write_bytes(content)
    digest = hashlib.new(algorithm, content).hexdigest()
    return Download(f"{server.url}/{name}", f"{algorithm}:{digest}")


@pytest.mark.parametrize("algorithm", ["md5", "sha256"])
def test_a_file_is_downloaded_once(server: Server, cache: Path, algorithm: str) -> None:
    download = served(server, "w.h5", b"numbers" * 1000, algorithm)
    first, second = downloads.fetch(download), downloads.fetch(download)
    assert first == second == cache / "w.h5"
    assert first.read_bytes() == b"numbers" * 1000
    assert server.requests == 1
    assert list(cache.iterdir()) == [first]


def test_another_file_than_the_published_one_is_not_kept(server: Server, cache: Path) -> None:
    download = served(server, "w.h5", b"numbers")
    (server.folder / "w.h5").write_bytes(b"other numbers")
    with pytest.raises(ExportError, match="is not the published one") as caught:
        downloads.fetch(download)
    assert "--weights FILE" in caught.value.hint
    assert list(cache.iterdir()) == []


def test_a_cut_off_download_is_not_kept(server: Server, cache: Path) -> None:
    with pytest.raises(ExportError):
        downloads.fetch(Download(f"{server.url}/cut_off.h5", "md5:0"))
    assert list(cache.iterdir()) == []


def test_a_damaged_file_in_the_cache_is_fetched_again(server: Server, cache: Path) -> None:
    download = served(server, "w.h5", b"numbers")
    cache.mkdir(parents=True)
    (cache / "w.h5").write_bytes(b"numb")
    assert downloads.fetch(download).read_bytes() == b"numbers"


def test_a_cache_that_cannot_be_written_is_one_sentence(server: Server, tmp_path: Path,
                                                        monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(ExportError, match="cannot write"):
        downloads.fetch(served(server, "w.h5", b"numbers"))


def test_imagenet_weights_end_up_in_the_export(export: Export, server: Server, tmp_path: Path,
                                               monkeypatch: pytest.MonkeyPatch) -> None:
    model = write.filled(efficientnet_b0(1000, "softmax"))
    path = write.write_legacy(tmp_path / "w.h5", write.layers_of(model))
    download = served(server, "official.h5", path.read_bytes())
    known = known_card("efficientnet_b0")
    known["weights"]["digest"] = download.digest
    monkeypatch.setattr(keras_network, "known_card", lambda _: known)
    monkeypatch.setattr(EfficientNetB0Network, "url", download.url)
    finished = export("efficientnet_b0", "-o", tmp_path / "out.pt")
    assert finished.returncode == 0, finished.stderr
    _, card = load_with_card(tmp_path / "out.pt")
    assert card["weights"] == known["weights"]
    assert card["labels"][281]["label"] == "tabby"
    assert list(card["preprocess"]) == ["imagenet", "notebook"]
    assert f"downloading {download.url}" in finished.stderr
    # The same file, fetched by hand.
    assert EfficientNetB0Network().from_file(path, None).card["weights"] == known["weights"]


@pytest.mark.parametrize("network", NETWORKS.values(), ids=list(NETWORKS))
def test_a_mirror_gives_files_by_their_own_names(export: Export, server: Server, tmp_path: Path,
                                                 monkeypatch: pytest.MonkeyPatch,
                                                 network: KerasNetwork) -> None:
    monkeypatch.setenv(downloads.MIRROR_VARIABLE, f"{server.url}/")
    url = f"{server.url}/{network.download.file_name}"
    missing = one_error(export(network.name, "-o", tmp_path / "out.pt"))
    assert f"cannot download {url}: HTTP Error 404" in missing
    (server.folder / network.download.file_name).write_bytes(b"no weights")
    finished = export(network.name, "-o", tmp_path / "out.pt")
    assert f"the file at {url} is not the published one" in one_error(finished)
    assert network.download.digest in finished.stderr
    assert not (tmp_path / "out.pt").exists()


@pytest.mark.parametrize("network", NETWORKS.values(), ids=list(NETWORKS))
def test_without_a_network_the_sentence_says_what_to_fetch(export: Export, tmp_path: Path,
                                                           network: KerasNetwork) -> None:
    finished = export(network.name, "-o", tmp_path / "out.pt")
    assert f"cannot download {network.download.url}: " in one_error(finished)
    assert "hint: download it elsewhere and pass it with --weights FILE" in finished.stderr
    assert not (tmp_path / "out.pt").exists()


def test_an_address_that_is_none_is_one_sentence(export: Export, tmp_path: Path,
                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(downloads.MIRROR_VARIABLE, "nowhere")
    assert "cannot download nowhere/" in one_error(export("xception", "-o", tmp_path / "out.pt"))
