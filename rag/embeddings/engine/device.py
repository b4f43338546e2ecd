"""Where a model runs, in which precision, and why; how much memory it took."""

from dataclasses import dataclass
from typing import Any, Literal

from rag.errors import EmbedderError
from rag.extras import require

Precision = Literal["auto", "fp32", "fp16", "bf16"]

_AMPERE = (8, 0)
"""Compute capability from which a card multiplies bf16 in its tensor cores."""

_TOLD = ("out of memory", "not enough memory", "can't allocate memory", "cublas_status_alloc_failed")


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a model runs.

    Attributes:
        devices: names torch knows; with more than one, each has a copy of the model.
        precision: fp32, fp16 or bf16.
        why: the reasons for both, for people.
    """

    devices: tuple[str, ...]
    precision: str
    why: str

    @property
    def first(self) -> str:
        """The device questions and short lists are embedded on."""
        return self.devices[0]

    @property
    def dtype(self) -> Any:
        """The precision as torch names it."""
        torch = _torch()
        return {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}[self.precision]


@dataclass(frozen=True, slots=True)
class Card:
    """A GPU: its name, and its memory in MiB."""

    name: str
    memory_mib: int


def place(device: str = "auto", precision: Precision = "auto") -> Placement:
    """Choose device and precision.

    Args:
        device: auto (all CUDA cards, else mps, else cpu), a device torch knows, or several joined by commas.
        precision: auto is bf16 on cards that support it, fp16 on other GPUs, fp32 on the CPU.

    Raises:
        EmbedderError: a CUDA device is asked for, and there is none.
        MissingExtraError: torch is not installed.
    """
    devices, why = _devices(device)
    if precision != "auto":
        return Placement(devices, precision, f"{why}; {precision}: embedder.precision says so")
    chosen, reason = _precision(devices)
    return Placement(devices, chosen, f"{why}; {chosen}: {reason}")


def cards() -> list[Card]:
    """The CUDA cards torch can use."""
    cuda = _torch().cuda
    found = [cuda.get_device_properties(number) for number in range(cuda.device_count() if cuda.is_available() else 0)]
    return [Card(each.name, each.total_memory // 2**20) for each in found]


def is_out_of_memory(error: BaseException) -> bool:
    """Whether a device, or this machine, had no memory left: the CPU and mps say it in a plain RuntimeError."""
    kinds = (_torch().OutOfMemoryError, MemoryError)
    return isinstance(error, kinds) or (
        isinstance(error, RuntimeError) and any(told in str(error).lower() for told in _TOLD)
    )


def release(device: str) -> None:
    """Give memory that torch keeps for reuse back to the device, where pieces of another size can be cut from it."""
    torch = _torch()
    kind = torch.device(device).type
    if kind == "cuda":
        with torch.cuda.device(device):
            torch.cuda.empty_cache()
    elif kind == "mps":
        torch.mps.empty_cache()


def peak_memory_bytes(device: str) -> int | None:
    """Most memory that tensors took on a CUDA device since the process began; None on others, which do not tell."""
    torch = _torch()
    return int(torch.cuda.max_memory_allocated(device)) if torch.device(device).type == "cuda" else None


def memory_share(device: str) -> float | None:
    """The most that tensors have taken of what this process can have of a CUDA device, 0 to 1; None on others."""
    peak = peak_memory_bytes(device)
    if peak is None:
        return None
    cuda = _torch().cuda
    free, _ = cuda.mem_get_info(device)
    return float(peak / max(1, free + cuda.memory_reserved(device)))


def _devices(device: str) -> tuple[tuple[str, ...], str]:
    torch = _torch()
    asked = tuple(name.strip() for name in device.split(",") if name.strip()) or ("auto",)
    if asked != ("auto",):
        if any(name.partition(":")[0] == "cuda" for name in asked) and not torch.cuda.is_available():
            raise EmbedderError(
                f"The embedding model cannot be loaded on {device} ({_no_cuda()}).",
                remedy="Set embedder.device to auto or cpu, or install a torch that fits the card.",
            )
        return asked, f"{device}: embedder.device says so"
    if torch.cuda.is_available():
        count = torch.cuda.device_count()
        return tuple(f"cuda:{number}" for number in range(count)), f"cuda: torch sees {count} GPU(s)"
    if torch.backends.mps.is_available():
        return ("mps",), "mps: torch sees the GPU of this Mac"
    return ("cpu",), f"cpu: {_no_cuda()}"


def _no_cuda() -> str:
    version = _torch().version
    built = version.cuda or version.hip
    return f"torch is built for {built}, but sees no GPU" if built else "torch has no CUDA build"


def _precision(devices: tuple[str, ...]) -> tuple[str, str]:
    torch = _torch()
    kinds = {name.partition(":")[0] for name in devices}
    if kinds == {"cuda"}:
        if all(torch.cuda.get_device_capability(name) >= _AMPERE for name in devices):
            return "bf16", "the card supports it"
        return "fp16", "the card is older than bf16"
    return ("fp16", "a GPU without bf16 everywhere") if kinds == {"mps"} else ("fp32", "a CPU gains little from less")


def _torch() -> Any:
    return require("torch", extra="neural")
