#!/usr/bin/env python3
"""Makes the README's table of speed: table.py FILE reads one JSON object {tool, name, seconds, ...} a line, keeps the fastest of each
tool and name, and sets bf16lab beside the others."""
import json
import sys

OURS = 'bf16lab'
GROWTH = 'trunk-16384', 'trunk-131072'  # how the time grows with the length
ROWS = [
    ('gemm-512', 'float32 product, 512 x 512 x 512', [('OpenBLAS', 'gemm-512')]),
    ('gemm-1024', 'float32 product, 1,024 x 1,024 x 1,024', [('OpenBLAS', 'gemm-1024')]),
    ('gemm-2048', 'float32 product, 2,048 x 2,048 x 2,048', [('OpenBLAS', 'gemm-2048')]),
    ('gemm-4096', 'float32 product, 4,096 x 4,096 x 4,096', [('OpenBLAS', 'gemm-4096')]),
    ('gemm-32x1536x3072', 'float32 product, 32 x 1,536 x 3,072', [('OpenBLAS', 'gemm-32x1536x3072')]),
    ('conv5-768-4096', 'convolution of width 5, 768 to 768 channels, 4,096 positions', []),
    ('copy', 'copy of 256 MiB', []),
    ('norm-gelu', 'RMSBatchNorm and GELU in bfloat16', [(OURS, 'copy')]),
    ('norm-gelu-f32', 'RMSBatchNorm and GELU in float32', [(OURS, 'copy')]),
    ('trunk-4096', 'trunk and embeddings, 4,096 bases, `jax-cpu-eager`',
     [('PyTorch float32 eager', 'trunk-4096'), ('JAX bf16-prim', 'trunk-4096')]),
    ('trunk-4096-f32', 'the same, `f32`', [('PyTorch float32 eager', 'trunk-4096')]),
    ('heads-4096', 'the same with all heads, `jax-cpu-eager`', [('JAX bf16-jit', 'heads-4096')]),
    ('trunk-16384', 'trunk and embeddings, 16,384 bases, `jax-cpu-eager`', []),
    ('trunk-131072', 'the same, 131,072 bases', [(OURS, 'trunk-16384')]),
    ('lockstep-4096', 'five policies in lock step, every metric of every tap', [(OURS, 'alone-4096')]),
    ('alone-4096', 'the five policies one after the other, no metrics', []),
    ('replay-4096', 'all of the quickstart: the five, and nine plans that explain them', []),
    ('weights', 'synthetic weights, 450 million values', []),
]


def read(path):
    best = {}
    with open(path) as f:
        for line in f:
            r = json.loads(line)
            key = r['tool'], r['name']
            if key not in best or r['seconds'] < best[key]['seconds']:
                best[key] = r
    return best


def compared(ours, other):
    """Time of ours / time of the other. Of two lengths of one measurement, the time per base without attention: that of attention grows
    with the square of the length. Of the copy, the time for as many bytes."""
    if other['name'] == 'copy':
        return ours['seconds'] / copied(ours, other)
    if ours['tool'] != other['tool'] or not ours.get('attention'):
        return ours['seconds'] / other['seconds']
    length, before = (int(r['name'].split('-')[1]) for r in (ours, other))
    return (ours['seconds'] - ours['attention']) / length / ((other['seconds'] - other['attention']) / before)


def copied(ours, copy):
    """Seconds in which the copy moves as many bytes."""
    return copy['seconds'] * ours['bytes'] / copy['bytes']


def beside_it(ours, tool, other):
    """What stands beside ours: another tool, the policies one after the other, another length, or a copy."""
    if other['name'] == 'copy':
        return f'copy of as many bytes {seconds(copied(ours, other))}'
    if tool != OURS:
        return f'{tool} {seconds(other["seconds"])}'
    if other.get('attention'):
        return f'time per base of {other["name"]}, both without attention'
    return f'one after the other {seconds(other["seconds"])}'


def duration(r):
    """Seconds, and how many of them went into attention where that was measured."""
    if r['name'] not in GROWTH:
        return seconds(r['seconds'])
    return f'{seconds(r["seconds"])}, attention {seconds(r["attention"])} of it'


def seconds(s):
    return f'{s * 1e3:.2f} ms' if s < 0.1 else f'{s:.2f} s'


def rate(r):
    if r.get('flops'):
        return f'{r["flops"] / r["seconds"] / 1e9:.0f} GFLOP/s'
    if r.get('bytes'):
        return f'{r["bytes"] / r["seconds"] / 1e9:.1f} GB/s'
    return ''


def main():
    best = read(sys.argv[1])
    print('| what | bf16lab | rate | beside it | time of bf16lab / time beside it |\n| --- | --- | --- | --- | --- |')
    for name, text, others in ROWS:
        ours = best.get((OURS, name))
        if ours is None:
            continue
        beside = [(tool, best[tool, other]) for tool, other in others if (tool, other) in best]
        described = ', '.join(beside_it(ours, tool, r) for tool, r in beside)
        ratios = ', '.join(f'{compared(ours, r):.2f}' for _, r in beside)
        print(f'| {text} | {duration(ours)} | {rate(ours)} | {described} | {ratios} |')


if __name__ == '__main__':
    main()
