"""A real training step of a small transformer on every rank: what share of the GPUs does it use?

torchrun starts it, one process for each GPU (NCCL), or one on each node without any (gloo). Each
rank first runs forward and backward alone, which tells who is slow; then all train together on one
batch each. FLOPs as the PaLM paper counts them: 6 for each weight that is multiplied and token,
and 12 x layers x width x sequence for attention. Prints JSON lines: a head, one for each rank, an
end.
"""

import json
import os
import socket
import sys
import time
from statistics import median

import torch
import torch.distributed as dist
from torch import nn
from torch.nn import functional
from torch.nn.parallel import DistributedDataParallel

WARM_UP, STEPS, ALONE = 3, 10, 5
RATE = 3e-4


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.before, self.between = nn.LayerNorm(width), nn.LayerNorm(width)
        self.ask = nn.Linear(width, 3 * width, bias=False)
        self.answer = nn.Linear(width, width, bias=False)
        self.up, self.down = (
            nn.Linear(width, 4 * width, bias=False),
            nn.Linear(4 * width, width, bias=False),
        )

    def forward(self, x):
        batch, sequence, width = x.shape
        parts = self.ask(self.before(x)).view(batch, sequence, 3, self.heads, -1)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + self.answer(seen.transpose(1, 2).reshape(batch, sequence, width))
        return x + self.down(functional.gelu(self.up(self.between(x))))


class Transformer(nn.Module):
    def __init__(self, size):
        super().__init__()
        width = size["width"]
        self.words = nn.Embedding(size["vocabulary"], width)
        self.places = nn.Embedding(size["sequence"], width)
        self.blocks = nn.ModuleList(Block(width, size["heads"]) for _ in range(size["layers"]))
        self.after = nn.LayerNorm(width)
        self.head = nn.Linear(width, size["vocabulary"], bias=False)

    def forward(self, words):
        x = self.words(words) + self.places.weight[: words.shape[1]]
        for block in self.blocks:
            x = block(x)
        return self.head(self.after(x))


class Rank:
    """This process, its device, and its copy of the model."""

    def __init__(self, size):
        self.size, self.number, self.ranks = size, dist.get_rank(), dist.get_world_size()
        self.on_gpu = dist.get_backend() == "nccl"
        self.local = int(os.environ["LOCAL_RANK"])
        self.device = torch.device("cuda", self.local) if self.on_gpu else torch.device("cpu")
        torch.manual_seed(1)
        model = Transformer(size).to(self.device)
        self.weights = sum(one.numel() for one in model.parameters())
        self.model = DistributedDataParallel(
            model, device_ids=[self.local] if self.on_gpu else None
        )
        self.optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, fused=self.on_gpu or None)
        torch.manual_seed(2 + self.number)
        shape = (size["batch"], size["sequence"] + 1)
        words = torch.randint(size["vocabulary"], shape, device=self.device)
        self.given, self.wanted = words[:, :-1], words[:, 1:]

    def learn(self):
        """Forward and backward; the loss."""
        kind = torch.bfloat16 if self.on_gpu else torch.float32
        with torch.autocast(self.device.type, dtype=kind, enabled=self.on_gpu):
            said = self.model(self.given)
        flat = said.float().view(-1, said.shape[-1])
        loss = functional.cross_entropy(flat, self.wanted.reshape(-1))
        loss.backward()
        return loss.detach()

    def learn_alone(self):
        with self.model.no_sync():
            self.learn()
        self.optimizer.zero_grad(set_to_none=True)

    def train(self):
        loss = self.learn()
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return loss

    def take_time(self, work):
        self.wait()
        began = time.perf_counter()
        found = work()
        self.wait()
        return time.perf_counter() - began, found

    def wait(self):
        if self.on_gpu:
            torch.cuda.synchronize(self.device)

    def name_device(self):
        return torch.cuda.get_device_name(self.device) if self.on_gpu else "CPU"

    def gather(self, value):
        found = [None] * self.ranks
        dist.all_gather_object(found, value)
        return found

    def fingerprint(self):
        """Copies that were trained together are the same; this sum says whether they are."""
        return float(sum(one.detach().double().abs().sum() for one in self.model.parameters()))


def count_flops(size):
    """For one token, there and back."""
    width, layers = size["width"], size["layers"]
    multiplied = 12 * layers * width * width + size["vocabulary"] * width
    return 6 * multiplied + 12 * layers * width * size["sequence"]


def measure(size):
    """Lines of the output; every rank makes them, the first one says them."""
    rank = Rank(size)
    for _ in range(WARM_UP):
        rank.learn_alone()
    alone = median(rank.take_time(rank.learn_alone)[0] for _ in range(ALONE))
    who = {"host": socket.gethostname(), "device": rank.name_device(), "local": rank.local}
    rows = rank.gather(dict(who, rank=rank.number, alone_s=alone))
    dtype = "bfloat16" if rank.on_gpu else "float32"
    yield {
        "podsys_training": 1, "torch": torch.__version__, "backend": dist.get_backend(),
        "ranks": rank.ranks, "dtype": dtype, "parameters": rank.weights,
        "flops_per_token": count_flops(size), **size,
    }  # fmt: skip
    yield from rows
    yield dict(train_together(rank, size), finished=len(rows))


def train_together(rank, size):
    """Seconds of a step: the median of steps, each as long as its slowest rank took."""
    losses, times = [], []
    for _ in range(WARM_UP + STEPS):
        dist.barrier()
        passed, loss = rank.take_time(rank.train)
        losses.append(float(loss))
        times.append(passed)
    every = rank.gather((times[WARM_UP:], losses, rank.fingerprint()))
    seconds = median(max(step) for step in zip(*(one[0] for one in every)))
    prints = [one[2] for one in every]
    tokens = rank.ranks * size["batch"] * size["sequence"] / seconds
    return {
        "step_s": seconds, "tokens_per_s": tokens,
        "tflops_per_rank": tokens * count_flops(size) / rank.ranks / 1e12,
        "first_loss": max(one[1][0] for one in every),
        "last_loss": max(one[1][-1] for one in every),
        "apart": (max(prints) - min(prints)) / max(prints),
    }  # fmt: skip


def main():
    """Word: the model's size, as JSON."""
    size = json.loads(sys.argv[1])
    on_gpu = torch.cuda.is_available()
    if on_gpu:
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    dist.init_process_group("nccl" if on_gpu else "gloo")
    try:
        for line in measure(size):
            if dist.get_rank() == 0:
                sys.stdout.write(json.dumps(line) + "\n")
                sys.stdout.flush()
    finally:
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
