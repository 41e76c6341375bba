#!/usr/bin/env python3
"""Times float32 products of OpenBLAS: openblas.py RUNS NAME:MxKxN ... prints one JSON object for each, with the fastest run.

Needs the library (Debian: libopenblas0) and nothing else. Threads: OPENBLAS_NUM_THREADS.
"""
import array
import ctypes
import ctypes.util
import json
import random
import sys
import time

ROW_MAJOR, NO_TRANSPOSE = 101, 111


def matrix(rows, columns):
    r = random.Random(rows * columns)
    block = [2 * r.random() - 1 for _ in range(4096)]
    values = array.array('f', block) * (rows * columns // len(block) + 1)
    return (ctypes.c_float * (rows * columns)).from_buffer(values)


def main():
    name = ctypes.util.find_library('openblas')
    if name is None:
        sys.exit('openblas.py: no OpenBLAS here (Debian: apt install libopenblas0)')
    sgemm = ctypes.CDLL(name).cblas_sgemm
    sgemm.restype = None
    i, f, p = ctypes.c_int, ctypes.c_float, ctypes.c_void_p
    sgemm.argtypes = [i, i, i, i, i, i, f, p, i, p, i, f, p, i]
    runs = int(sys.argv[1])
    for spec in sys.argv[2:]:
        label, shape = spec.split(':')
        m, k, n = (int(v) for v in shape.split('x'))
        a, b, c = matrix(m, k), matrix(k, n), matrix(m, n)
        times = []
        for _ in range(runs + 1):
            start = time.perf_counter()
            sgemm(ROW_MAJOR, NO_TRANSPOSE, NO_TRANSPOSE, m, n, k, 1.0, a, k, b, n, 0.0, c, n)
            times.append(time.perf_counter() - start)
        print(json.dumps({'tool': 'OpenBLAS', 'name': label, 'seconds': min(times[1:])}), flush=True)


if __name__ == '__main__':
    main()
