"""How many tokens make a batch: found by doubling while that pays, halved by want of memory."""

PROBE_FROM = 8_192
"""Tokens of the first batch on a GPU; any card of these years holds it."""

PROBE_TO = 262_144
"""Beyond this the matrices of every model fill every card, and some kernels count elements in 32 bits."""

ON_CPU = 2_048
"""Tokens of a batch on a CPU: larger ones fall out of its caches."""

_PAYS = 1.05
_FULL = 0.75
_TRIALS = 2
_MOST_MEMORY = 0.45
"""Share of the memory above which twice the batch would come near its end."""


class TokenBudget:
    """Tokens of a batch, padding included.

    On a GPU the work itself is the probe: a size is tried on two full batches, of which the faster counts (the first
    warms up), then doubled as long as tokens/s grow by 5%. Nothing is computed twice.

    Attributes:
        limit: tokens the next batch may hold; one text may exceed it.
        probing: whether a larger one is still being looked for.
    """

    def __init__(self, fixed: int = 0, *, gpu: bool = False) -> None:
        """Take a number of tokens, or 0 to find it on a GPU and to have the usual one on a CPU."""
        self.limit = fixed or (PROBE_FROM if gpu else ON_CPU)
        self.probing = gpu and not fixed
        self._trials: list[float] = []
        self._before = 0.0

    def texts(self, longest: int) -> int:
        """How many texts fit, of which the longest has so many tokens; at least one."""
        return max(1, self.limit // max(1, longest))

    def record(self, padded: int, seconds: float, memory_share: float | None) -> None:
        """Learn from a batch that went through.

        Args:
            padded: its tokens, padding included; a batch far below the limit tells nothing about it.
            seconds: what the device took for it.
            memory_share: share of the device's memory that was taken at most so far, 0 to 1.
        """
        if not self.probing or padded < _FULL * self.limit or padded > self.limit:
            return
        self._trials.append(padded / max(seconds, 1e-9))
        if len(self._trials) < _TRIALS:
            return
        rate, self._trials = max(self._trials), []
        if rate < _PAYS * self._before:
            # Twice the size was no faster; the smaller one takes less memory and pads less.
            self.limit, self.probing = self.limit // 2, False
        elif self.limit * 2 > PROBE_TO or (memory_share or 0.0) > _MOST_MEMORY:
            self.probing = False
        else:
            self._before, self.limit = rate, self.limit * 2

    def halve(self, padded: int) -> None:
        """A batch of so many tokens found no memory: half of it is the limit from now on."""
        self.limit, self.probing, self._trials = max(1, padded // 2), False, []
