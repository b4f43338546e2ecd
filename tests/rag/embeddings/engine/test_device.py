"""Which device and precision, and why. Cards that are not here are put in place of torch's answers about them."""

import pytest

from rag.embeddings.engine.device import is_out_of_memory, peak_memory_bytes, place
from rag.errors import EmbedderError

torch = pytest.importorskip("torch")


@pytest.mark.parametrize(
    ("abilities", "precision", "why"),
    [
        ([(8, 0), (9, 0)], "bf16", "cuda: torch sees 2 GPU(s); bf16: the card supports it"),
        ([(7, 5)], "fp16", "cuda: torch sees 1 GPU(s); fp16: the card is older than bf16"),
        ([(9, 0), (7, 0)], "fp16", "cuda: torch sees 2 GPU(s); fp16: the card is older than bf16"),
    ],
)
def test_auto_takes_all_cards_in_what_the_oldest_supports(
    abilities: list[tuple[int, int]], precision: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: len(abilities))
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda name: abilities[int(name.partition(":")[2] or 0)])
    placement = place()
    assert placement.devices == tuple(f"cuda:{number}" for number in range(len(abilities)))
    assert (placement.precision, placement.why) == (precision, why)
    assert place("cuda:0", "fp32").why == "cuda:0: embedder.device says so; fp32: embedder.precision says so"


def test_a_cpu_computes_in_fp32_unless_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    monkeypatch.setattr(torch.version, "cuda", None)
    assert place().devices == ("cpu",)
    assert place().why == "cpu: torch has no CUDA build; fp32: a CPU gains little from less"
    assert place("cpu", "bf16").dtype == torch.bfloat16
    assert place(" cpu, cpu ").devices == ("cpu", "cpu")
    with pytest.raises(EmbedderError, match=r"cannot be loaded on cuda:1 \(torch has no CUDA build\)"):
        place("cuda:1")
    monkeypatch.setattr(torch.version, "cuda", "13.0")
    with pytest.raises(EmbedderError, match="torch is built for 13.0, but sees no GPU"):
        place("cuda")
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert (place().devices, place().precision) == (("mps",), "fp16")


def test_want_of_memory_is_known_by_what_torch_raises() -> None:
    with pytest.raises(RuntimeError) as real:
        torch.empty(2**60)
    for error in (real.value, torch.OutOfMemoryError("CUDA"), MemoryError(), RuntimeError("MPS backend out of memory")):
        assert is_out_of_memory(error), error
    for other in (RuntimeError("device-side assert"), ValueError("out of memory"), KeyboardInterrupt()):
        assert not is_out_of_memory(other)


def test_a_cpu_does_not_tell_its_memory() -> None:
    assert peak_memory_bytes("cpu") is None
