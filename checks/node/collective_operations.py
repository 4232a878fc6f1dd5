"""Collectives: what each rank sends and must have afterwards, and how bandwidth is counted."""

FLOAT, SUM, ELEMENT = 7, 0, 4  # ncclFloat32, ncclSum, bytes of one


class Message:
    """Elements of a size: `whole`, of which each rank has one `block` where it is divided."""

    def __init__(self, size, ranks, divided):
        self.ranks = ranks
        self.block = size // ELEMENT // ranks
        self.whole = self.block * ranks if divided else size // ELEMENT


class Operation:
    """What each rank sends and must have: a whole message, or one block of it."""

    def __init__(self, name, sends_whole, takes_whole, factor, in_place=True):
        self.name, self.factor, self.in_place = name, factor, in_place
        self.sends_whole, self.takes_whole = sends_whole, takes_whole

    def start(self, nccl, rank, places, message):
        """`places`: where this rank sends from and takes into."""
        send, take = places
        comm, stream = rank.comm, rank.gpu.stream
        if self.name == "all_reduce":
            nccl("ncclAllReduce", send, take, message.whole, FLOAT, SUM, comm, stream)
        elif self.name == "all_gather":
            nccl("ncclAllGather", send, take, message.block, FLOAT, comm, stream)
        elif self.name == "reduce_scatter":
            nccl("ncclReduceScatter", send, take, message.block, FLOAT, SUM, comm, stream)
        else:
            for peer in range(message.ranks):
                at = peer * message.block * ELEMENT
                nccl("ncclSend", send + at, message.block, FLOAT, peer, comm, stream)
                nccl("ncclRecv", take + at, message.block, FLOAT, peer, comm, stream)

    def expect(self, rank, message):
        """Pieces of what it must have: offset, length, first place, first rank, how many ranks."""
        block, ranks = message.block, message.ranks
        if self.name == "all_reduce":
            return [(0, message.whole, 0, 0, ranks)]
        if self.name == "reduce_scatter":
            return [(0, block, rank * block, 0, ranks)]
        start = 0 if self.name == "all_gather" else rank * block
        return [(peer * block, block, start, peer, 1) for peer in range(ranks)]


OPERATIONS = {
    "all_reduce": Operation("all_reduce", True, True, lambda n: 2 * (n - 1) / n),
    "all_gather": Operation("all_gather", False, True, lambda n: (n - 1) / n),
    "reduce_scatter": Operation("reduce_scatter", True, False, lambda n: (n - 1) / n),
    # nccl-tests check it out of place only.
    "alltoall": Operation("alltoall", True, True, lambda n: (n - 1) / n, in_place=False),
}
