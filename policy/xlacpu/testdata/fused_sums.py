"""Writes fused_sums.csv: sums that XLA CPU computes together with arithmetic, from JAX itself (jax 0.10.2, two threads).

usage: fused_sums.py    needs jax==0.10.2 on a processor with AVX-512
"""
import csv, os
import jax, numpy as np
from golden_stream import digest, stream

HERE = os.path.dirname(os.path.abspath(__file__))
CASES = [((k, n), (0,)) for n in (64, 300, 768, 1536) for k in (60, 257, 768, 1536, 3840)]
CASES += [((t, c, n), (0, 1)) for t in (3, 5, 15) for c, n in ((60, 100), (96, 64), (512, 300), (768, 64), (768, 768), (1536, 96))]
CASES += [((r, n), (1,)) for n in (64, 1000, 1536) for r in (7, 96)]


def main():
    rows = []
    for i, (shape, axes) in enumerate(CASES):
        x = stream(1000 + i, int(np.prod(shape))).reshape(shape) * np.float32(1000)
        # The subtraction of a zero that the compiler does not know makes the sum a fused one and changes no value.
        y = jax.jit(lambda x, zero: (x - zero).sum(axes))(x, np.float32(0))
        rows.append(['x'.join(map(str, shape)), 'x'.join(map(str, axes)), digest(np.asarray(y))])
    with open(os.path.join(HERE, 'fused_sums.csv'), 'w', newline='') as f:
        csv.writer(f, lineterminator='\n').writerows(rows)


if __name__ == '__main__':
    main()
