"""Makes numpy.json: sequences that numpy draws, for Random and Pattern.

usage: golden.py OUTPUT_FOLDER     (needs numpy)
"""
import hashlib, json, os, sys
import numpy as np

def row(codes, **key):
    text = ''.join('ACGT'[c] for c in np.asarray(codes).reshape(-1))
    return {**key, 'length': len(text), 'begins': text[:24], 'sha256': hashlib.sha256(text.encode()).hexdigest()}

random = []
for seed in (0, 1, 42, 123, 456, 5489, 2**31, 2**32 - 1):
    for length in (1, 2, 7, 623, 624, 625, 2048, 4096, 16384) + ((1 << 20,) if seed == 42 else ()):
        random.append(row(np.random.RandomState(seed).randint(0, 4, (1, length)), seed=seed))

# default_rng beyond the patterns' seeds; three floats first, which leave a half word in place between integers.
default = []
for seed in (0, 1, 2, 3, 7, 42, 5489, 2**31, 2**32 - 1):
    rng = np.random.default_rng(seed)
    codes = [c for _ in range(100) for c in (rng.integers(0, 4), int(rng.random() * 4), int(rng.random() * 4))]
    default.append(row(codes, seed=seed))

def rich(rng, uniform, common, rare, length):
    return [rng.choice(common) if uniform() < 0.8 else rng.choice(rare) for _ in range(length)]

patterns = []
for length in (1, 2, 5, 2048, 4096, 16384):
    for generator, make in (('RandomState', np.random.RandomState), ('default_rng', np.random.default_rng)):
        def draw(seed):
            return make(seed).randint(0, 4, length) if generator == 'RandomState' else make(seed).integers(0, 4, size=length, dtype=np.int64)
        def pairs(common, rare):
            rng = make(42)
            return rich(rng, rng.rand if generator == 'RandomState' else rng.random, common, rare, length)
        rows = {f'random_seed_{s}': draw(s) for s in (42, 123, 456)}
        rows |= {f'homopolymer_{n}': np.full(length, i) for i, n in enumerate('ACGT')}
        rows |= {f'alternating_{n}': np.resize(['ACGT'.index(c) for c in n], length) for n in ('AT', 'GC', 'ACGT')}
        rows |= {'gc_rich': pairs([1, 2], [0, 3]), 'at_rich': pairs([0, 3], [1, 2])}
        rows['half_and_half'] = np.where(np.arange(length) < length // 2, 0, 3)
        patterns += [row(v, pattern=k, generator=generator) for k, v in rows.items()]

json.dump({'numpy': np.__version__, 'random': random, 'default_rng': default, 'patterns': patterns},
          open(os.path.join(sys.argv[1], 'numpy.json'), 'w'), indent=0)
