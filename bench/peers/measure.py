"""Clocks and counts that both peers share."""

import os
import statistics
import time


def accuracy(predicted, rows):
    """Share of rows whose predicted label is the right one; a label that train lacks can only be an error."""
    return sum(guess == label for guess, (_, label) in zip(predicted, rows, strict=True)) / len(rows)


def one_at_a_time(call, texts, passes=3):
    """Latency of `call(text)`: median microseconds, and texts a second in the best of `passes` passes."""
    call(texts[0])
    each, rates = [], []
    for _ in range(passes):
        start = before = time.perf_counter()
        for text in texts:
            call(text)
            now = time.perf_counter()
            each.append(now - before)
            before = now
        rates.append(len(texts) / (before - start))
    return {"p50_us": round(statistics.median(each) * 1e6, 2), "texts_per_s": round(max(rates)), "texts": len(texts)}


def in_batch(call, texts, passes=3):
    """Throughput of `call(texts)`: texts a second in the best of `passes` passes."""
    rates = []
    for _ in range(passes):
        start = time.perf_counter()
        call(texts)
        rates.append(len(texts) / (time.perf_counter() - start))
    return {"texts_per_s": round(max(rates)), "texts": len(texts)}


def load_average():
    """Runnable processes over the last minute: how much to trust a latency measured now."""
    return round(os.getloadavg()[0], 2)
