#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A small, real training job: a classifier fed by two DataLoader workers, one step of data-parallel training by two
processes over Gloo, a saved model; and, with --probe, what happens when it reaches for the network."""

import argparse
import errno
import os
import socket
import sys
import time

import torch
import torch.distributed
import torch.multiprocessing
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, TensorDataset

CLASSES = 4
FEATURES = 16


def samples(count, seed):
    """Points around one centre per class: separable, but not without training."""
    generator = torch.Generator().manual_seed(seed)
    centres = 2 * torch.randn(CLASSES, FEATURES, generator=torch.Generator().manual_seed(0))
    labels = torch.randint(CLASSES, (count,), generator=generator)
    return centres[labels] + torch.randn(count, FEATURES, generator=generator), labels


def classifier():
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(FEATURES, 32), nn.ReLU(), nn.Linear(32, CLASSES))


def train(epochs):
    """One process that computes, two that load. Returns the model and the mean loss of each epoch."""
    model = classifier()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    loader = DataLoader(TensorDataset(*samples(2048, seed=2)), batch_size=64, shuffle=True, num_workers=2)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for points, labels in loader:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(points), labels)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(labels)
        losses.append(total / len(loader.dataset))
    return model, losses


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def data_parallel(rank, port, weights):
    """One rank: a step on its own half of the data; the gradients meet in an all-reduce over loopback."""
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port), GLOO_SOCKET_IFNAME="lo")
    torch.distributed.init_process_group("gloo", rank=rank, world_size=2)
    model = classifier()
    model.load_state_dict(weights)
    parallel = DistributedDataParallel(model)
    points, labels = samples(256, seed=10 + rank)
    optimizer = torch.optim.SGD(parallel.parameters(), lr=0.05)
    nn.functional.cross_entropy(parallel(points), labels).backward()
    optimizer.step()

    mine = torch.cat([value.flatten() for value in model.state_dict().values()])
    mean = mine.clone()
    torch.distributed.all_reduce(mean)
    assert torch.allclose(mean / 2, mine), "the ranks disagree after the step"
    before = torch.cat([value.flatten() for value in weights.values()])
    assert not torch.equal(before, mine), "the step changed nothing"
    torch.distributed.destroy_process_group()


def failure(attempt):
    """How an attempt to leave ends: (denied, text)."""
    started = time.monotonic()
    try:
        attempt()
        denied, text = False, "SUCCEEDED"
    except socket.gaierror as error:
        denied, text = True, f"not resolved: {error.strerror}"
    except OSError as error:
        denied, text = True, errno.errorcode.get(error.errno, str(error))
    return denied, f"{text}, after {1000 * (time.monotonic() - started):.0f} ms"


def probe():
    """Reaches for one public name and two addresses that belong to nobody. Returns how many attempts got through."""
    attempts = (
        ("resolve pypi.org", lambda: socket.getaddrinfo("pypi.org", 443)),
        ("connect to 192.0.2.1 port 443", lambda: socket.create_connection(("192.0.2.1", 443), 5).close()),
        ("connect to 2001:db8::1 port 443", lambda: socket.create_connection(("2001:db8::1", 443), 5).close()),
    )
    through = 0
    for name, attempt in attempts:
        denied, text = failure(attempt)
        through += not denied
        print(f"  {name}: {text}")
    return through


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--model", default="model.pt", help="where the model is saved (default: %(default)s)")
    parser.add_argument("--probe", action="store_true", help="afterwards, reach for the network; fail if it answers")
    arguments = parser.parse_args()
    torch.set_num_threads(1)

    started = time.monotonic()
    model, losses = train(arguments.epochs)
    assert losses[-1] < losses[0] / 2, f"the loss did not fall: {losses}"
    print(f"  trained {arguments.epochs} epochs with 2 DataLoader workers: loss " + " → ".join(f"{x:.3f}" for x in losses))

    torch.multiprocessing.spawn(data_parallel, (free_port(), model.state_dict()), nprocs=2)
    print("  2 processes took one data-parallel step over Gloo on loopback; their weights agree")

    torch.save(model.state_dict(), arguments.model)
    points, labels = samples(512, seed=3)
    restored = classifier()
    restored.load_state_dict(torch.load(arguments.model))
    accuracy = (restored(points).argmax(dim=1) == labels).float().mean().item()
    assert accuracy > 0.9, f"the saved model is right in {accuracy:.0%} only"
    print(f"  saved {os.path.abspath(arguments.model)}: {accuracy:.1%} right on unseen data "
          f"({time.monotonic() - started:.1f} s in all)")

    if arguments.probe and probe() > 0:
        print("  the network was reached", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
