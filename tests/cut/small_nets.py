"""Small networks, each with a trait that makes cutting hard."""

import torch
import torch.nn.functional as F
from torch import nn

SIZE = (32, 24)
CLASSES = 5


class Residual(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.relu(self.bn1(self.conv1(x)))
        return self.bn2(self.conv2(y)) + x


class Nested(nn.Module):
    """Batch norm, one in-place ReLU used three times, a residual, dropout, `if self.training`, and
    an early activation that is read again behind most layers."""

    def __init__(self, noise_in_training: bool = True) -> None:
        super().__init__()
        self.noise_in_training = noise_in_training
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8))
        self.act = nn.ReLU(inplace=True)
        self.block = Residual(8)
        self.down = nn.Conv2d(8, 12, 3, stride=2, padding=1)
        self.drop = nn.Dropout(0.5)
        self.late = nn.Conv2d(20, 16, 3, padding=1)
        self.fc = nn.Linear(16, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        early = self.act(self.stem(x))
        y = self.act(self.down(self.block(early)))
        if self.training:
            if self.noise_in_training:
                y = y + torch.rand_like(y)
        y = self.drop(y)
        y = self.late(torch.cat([y, F.avg_pool2d(early, 2)], 1))
        return self.fc(self.act(y).mean((2, 3)))


NESTED_LAYERS = ["stem.0", "stem.1", "stem", "block.conv1", "block.bn1", "block.conv2", "block.bn2",
                 "block", "down", "late", "act#0", "act#1", "act#-1"]


class Twice(nn.Module):
    """Calls one convolution twice."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 6, 3, padding=1)
        self.conv = nn.Conv2d(6, 6, 3, padding=1)
        self.fc = nn.Linear(6, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = torch.tanh(self.conv(torch.tanh(self.first(x))))
        y = F.relu(self.conv(y))
        return self.fc(y.mean((2, 3)))


class Scorer(nn.Module):
    """Convolution, ReLU, scores: what the networks with unusual outputs have in common."""

    def __init__(self, classes: int = CLASSES) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 3, stride=2)
        self.fc = nn.Linear(6, classes)

    def scores(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc(torch.tanh(self.conv(x)).mean((2, 3)))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.scores(x)


class TupleOutput(Scorer):
    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        y = torch.tanh(self.conv(x))
        return self.fc(y.mean((2, 3))), y


class MapFirstOutput(Scorer):
    """The scores are the second value, the first is a feature map."""

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        y = torch.tanh(self.conv(x))
        return y, self.fc(y.mean((2, 3)))


class ListOutput(Scorer):
    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        return [self.scores(x)]


class DictOutput(Scorer):
    def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"logits": self.scores(x)}


class OutDictOutput(Scorer):
    def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        y = torch.tanh(self.conv(x))
        return {"features": y, "out": self.fc(y.mean((2, 3)))}


class Softmax(Scorer):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.softmax(self.scores(x), dim=1)


class SoftmaxModule(Scorer):
    def __init__(self) -> None:
        super().__init__()
        self.probs = nn.Softmax(dim=-1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.probs(self.scores(x))


class LogSoftmax(Scorer):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.log_softmax(self.scores(x), dim=1)


class TupleSoftmax(Scorer):
    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        y = torch.tanh(self.conv(x))
        return torch.softmax(self.fc(y.mean((2, 3))), dim=1), y


class DictSoftmax(Scorer):
    def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"out": torch.softmax(self.scores(x), dim=1)}


class SqueezedSoftmax(nn.Module):
    """Fully convolutional: the softmax runs on [N, K, 1, 1]."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 3, stride=2)
        self.classes = nn.Conv2d(6, CLASSES, 1)

    def scores(self, x: torch.Tensor) -> torch.Tensor:
        y = torch.tanh(self.conv(x)).mean((2, 3), keepdim=True)
        return self.classes(y).flatten(1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = torch.tanh(self.conv(x)).mean((2, 3), keepdim=True)
        return torch.softmax(self.classes(y), dim=1).squeeze(3).squeeze(2)


class Sigmoid(Scorer):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(self.scores(x))


class TupleSigmoid(Scorer):
    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        y = torch.tanh(self.conv(x))
        return torch.sigmoid(self.fc(y.mean((2, 3)))), y


class OneScore(Scorer):
    def __init__(self) -> None:
        super().__init__(classes=1)


class OneProbability(Scorer):
    def __init__(self) -> None:
        super().__init__(classes=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(self.scores(x))


class WritesInput(Scorer):
    """Normalises its input in place, through a view as well."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x.sub_(0.25)
        x[:, 0].mul_(3)
        return self.scores(x)


class Branch(Scorer):
    """A layer inside an `if` that no export mode folds: bright pictures take `conv`."""

    def __init__(self) -> None:
        super().__init__()
        self.dark = nn.Conv2d(3, 6, 3, stride=2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if bool(x.mean() > -100):
            y = self.conv(x)
        else:
            y = self.dark(x)
        return self.fc(torch.tanh(y).mean((2, 3)))


class Loop(Scorer):
    """A layer inside a loop that runs once for this size of picture."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = x
        for _ in range(x.size(2) // 32):
            y = torch.tanh(self.conv(y))
        return self.fc(y.mean((2, 3)))


class FirstChannels(nn.Module):
    """Returns a view."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x[:, :4]


class ViewAlias(Scorer):
    """Writes into `part`, a view of `conv`, and then reads the whole under its first name."""

    def __init__(self) -> None:
        super().__init__()
        self.part = FirstChannels()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        whole = self.conv(x)
        part = self.part(whole)
        part.relu_()
        return self.fc(torch.cat([whole, part], 1)[:, 2:8].mean((2, 3)))


class WithIdentity(Scorer):
    def __init__(self) -> None:
        super().__init__()
        self.nothing = nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc(self.nothing(torch.tanh(self.conv(x))).mean((2, 3)))


class ChannelsLast(nn.Module):
    """A layer norm over [N, h, w, C] values, as in Swin or ConvNeXt."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, channels, 3, stride=2)
        self.norm = nn.LayerNorm(channels)
        self.fc = nn.Linear(channels, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.norm(self.conv(x).permute(0, 2, 3, 1))
        return self.fc(y.permute(0, 3, 1, 2).mean((2, 3)))


class HalfInside(Scorer):
    """Takes float32, runs and keeps its weights in half precision, returns float32."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.scores(x.half()).float()


class OnDevice(Scorer):
    """Makes a tensor on its device: the trace keeps the device's name as a constant."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.scores(x) + torch.arange(CLASSES, device=x.device, dtype=torch.float32)


class CountsInPlace(Scorer):
    """Remembers how often it ran, in a buffer that it writes in place."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("runs", torch.zeros(1))

    def forget(self) -> None:
        self.runs.zero_()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.runs.add_(1)
        return self.fc(torch.tanh(self.conv(x) * self.runs).mean((2, 3)))


class CountsByName(Scorer):
    """Remembers how often it ran, in an attribute that it assigns."""

    def __init__(self) -> None:
        super().__init__()
        self.runs = 0

    def forget(self) -> None:
        self.runs = 0

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.runs = self.runs + 1
        return self.fc(torch.tanh(self.conv(x) * float(self.runs)).mean((2, 3)))


class RunningMean(Scorer):
    """Keeps a running mean behind the layer and takes it off."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(6))

    def forget(self) -> None:
        self.mean.zero_()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.conv(x)
        self.mean.mul_(0.9).add_(y.detach().mean((0, 2, 3)))
        return self.fc(torch.tanh(y - self.mean[None, :, None, None]).mean((2, 3)))


@torch.jit.interface
class Step(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        pass


class Counting(nn.Module):
    """Multiplies by the number of its runs."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("runs", torch.zeros(1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.runs.add_(1)
        return x * self.runs


class CountsBehindAnInterface(Scorer):
    """The call of `step` stays a call: what it does is not in the graph of forward."""

    step: Step

    def __init__(self) -> None:
        super().__init__()
        self.step = Counting()

    def forget(self) -> None:
        self.step.runs.zero_()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc(torch.tanh(self.step.forward(self.conv(x))).mean((2, 3)))


class Noise(Scorer):
    """Random numbers in front of the layer and behind it."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.conv(x + torch.randn_like(x))
        return self.fc(torch.tanh(y + torch.rand_like(y)).mean((2, 3)))


class NoiseInLoop(Scorer):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = x + torch.randn_like(x)
        for _ in range(x.size(2) // 32):
            y = self.conv(y + torch.rand_like(y))
        return self.fc(torch.tanh(y).mean((2, 3)))


class Announced(Loop):
    """Says when it runs."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        print("forward is running")
        y = x
        for _ in range(x.size(2) // 32):
            y = torch.tanh(self.conv(y))
        return self.fc(y.mean((2, 3)))
