"""Output folders made from one real run: many pictures, classes and states without computing each."""

import base64
import hashlib
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

KINDS = ("gradcam", "saliency", "gradcam-overlay", "saliency-overlay")


@dataclass(frozen=True)
class Sample:
    """A picture to be written: the probability is that of its class, the rest goes to "other"."""

    name: str  # below the folder, without extension
    label: str
    probability: float = 0.5
    status: str = "ok"
    truth: str | None = None  # the true class, if it is known
    index: int | None = None  # of the class; else each label has its own


class Results:
    """The output folder `folder`, filled by copying the results of `template` (its report `cat.json`,
    whose picture is photos/cat.png beside it)."""

    def __init__(self, folder: Path, template: Path, copy=shutil.copy):
        self.folder = folder
        self.template = template
        self.copy = copy  # of pictures; os.link where thousands are made and none is changed
        self.base = json.loads((template / "cat.json").read_text())
        folder.mkdir()
        shutil.copy(template / "run.json", folder)

    def add(self, sample: Sample) -> None:
        target = self.folder / sample.name
        target.parent.mkdir(parents=True, exist_ok=True)
        report = json.loads(json.dumps(self.base))
        report["image"]["file"] = sample.name + ".png"
        index = sum(sample.label.encode()) if sample.index is None else sample.index
        first = {"index": index, "label": sample.label, "probability": sample.probability}
        report["top"] = [
            {"rank": 1, "id": None, "logit": 1.0, **first},
            {"rank": 2, "id": None, "logit": 0.0, "index": 99_999, "label": "other",
             "probability": 1 - sample.probability}]
        explained = report["explanations"][0]
        explained["class"].update(first)
        if sample.status != "ok":
            explained["gradcam"].update(status=sample.status, peak=None)
        if sample.truth is not None:
            report["truth"] = {"index": sum(sample.truth.encode()), "label": sample.truth,
                               "probability": 0.125}
            report["correct"] = sample.truth == sample.label
        stem = target.name
        explained["files"] = {kind.replace("-", "_"): f"{stem}.{kind}.png" for kind in KINDS}
        for kind in KINDS:
            self.copy(self.template / f"cat.{kind}.png", target.parent / f"{stem}.{kind}.png")
        self.write_report(target.parent / f"{stem}.json", report)

    def add_picture(self, name: str, picture: Path | None = None) -> None:
        """The picture that was explained, or the one that the report is to name in its place, below
        `photos` beside the folder."""
        target = self.folder.parent / "photos" / f"{name}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        self.copy(picture or self.template.parent / "photos/cat.png", target)
        if picture:
            path = self.folder / f"{name}.json"
            report = json.loads(path.read_text())
            report["image"]["sha256"] = hashlib.sha256(picture.read_bytes()).hexdigest()
            self.write_report(path, report)

    @staticmethod
    def write_report(path: Path, report: dict) -> None:
        path.write_text(json.dumps(report))

    def fail(self, file: str, error: str, hint: str = "") -> None:
        path = self.folder / "run.json"
        run = json.loads(path.read_text())
        run["failures"].append({"file": file, "error": error, **({"hint": hint} if hint else {})})
        path.write_text(json.dumps(run))


class PageFile:
    """A page read without a browser."""

    def __init__(self, path: Path):
        self.html = path.read_text()

    def _json(self, name: str):
        begin = self.html.index(">", self.html.index(f'id="{name}"')) + 1
        return json.loads(self.html[begin:self.html.index("</script", begin)])

    @property
    def head(self) -> dict:
        return self._json("head")

    @property
    def entries(self) -> list[dict]:
        return self._json("entries")

    @property
    def index(self) -> dict:
        """Of one of several pages."""
        return self._json("index")

    def by_file(self) -> dict[str, dict]:
        return {entry["file"]: entry for entry in self.entries}

    def picture(self, number: int) -> str:
        together = self.head["picturesTogether"]
        return self._json(f"pictures-{number // together}")[number % together]

    def with_json(self, **elements) -> str:
        """Its HTML with other contents of elements."""
        html = self.html
        for name, content in elements.items():
            begin = html.index(">", html.index(f'id="{name}"')) + 1
            html = html[:begin] + json.dumps(content) + html[html.index("</script", begin):]
        return html

    def pictures(self) -> list[bytes]:
        """The bytes of all pictures inside the page."""
        found, number = [], 0
        while f'id="pictures-{number}"' in self.html:
            for url in self._json(f"pictures-{number}"):
                prefix = "data:image/jpeg;base64,"
                assert url.startswith(prefix)
                found.append(base64.b64decode(url[len(prefix):], validate=True))
            number += 1
        return found


def split(page: Path, count: int) -> list[Path]:
    """Divides the entries of a small page among `count` files beside it, part-1.html and so on, as the
    program does with those of a large one. Each of them holds all pictures."""
    read = PageFile(page)
    entries = read.entries
    states = [state["key"] for state in read.head["states"]]
    files = [page.parent / f"part-{i + 1}.html" for i in range(count)]
    held = [entries[i * len(entries) // count:(i + 1) * len(entries) // count] for i in range(count)]
    index = {"key": "of a test", "classes": [entry["class"][:2] for entry in entries], "pages": [
        {"file": file.name, "entries": [
            [entry["file"], states.index(entry["state"]), entries.index(entry), entry["class"][2], -1, []]
            for entry in part]} for file, part in zip(files, held)]}
    element = f'<script type="application/json" id="index">{json.dumps(index)}</script>\n</body>'
    for number, (file, part) in enumerate(zip(files, held)):
        html = read.with_json(head={**read.head, "page": number}, entries=part)
        file.write_text(html.replace("img-src data:", "img-src data:; frame-src file: 'self'")
                        .replace("</body>", element))
    return files
