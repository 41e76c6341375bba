"""The numbers that the golden files are made from, and how results are recorded."""
import hashlib
import numpy as np
f = np.float32


def stream(seed, n):
    """Multiples of 2^-23 in [-1, 1): the synthetic weights' generator without a name."""
    with np.errstate(over='ignore'):
        z = np.uint64(seed) + np.arange(1, n + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xbf58476d1ce4e5b9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94d049bb133111eb)
        z = z ^ (z >> np.uint64(31))
    return ((z >> np.uint64(40)).astype(np.int64) - (1 << 23)).astype(f) * f(2.0 ** -23)


def digest(x):
    return hashlib.sha256(np.ascontiguousarray(x, '<f4').tobytes()).hexdigest()[:16]
