"""Makes run.json.gz: the comparison of each tap of the official model in bf16 and in f64 with its f32 run.

Usage: make_run.py REFERENCE_MODEL_FOLDER OUTPUT.json.gz    (needs numpy)

The folder holds {bf16,f32,f64}-prim-4096.{json,npz}: whole small tensors and samples of large ones, at the flat
indices k * 2654435761 mod size. The metrics are therefore those of the sample, and Elements counts the sample.
"""
import gzip
import json
import math
import sys

import numpy as np

BINS = [0, 1, 2, 3, 5, 9, 17, 33, 65, 129, 257, 513]
LIMIT = {'bf16': 4096, 'f32': 1024, 'f64': 512}


def sample_index(size, limit):
    if size <= limit:
        return np.arange(size, dtype=np.uint64)
    return np.arange(limit, dtype=np.uint64) * np.uint64(2654435761) % np.uint64(size)


def load(folder, mode):
    name = f'{folder}/{mode}-prim-4096'
    return {t['name']: t for t in json.load(open(name + '.json'))['taps']}, np.load(name + '.npz')


def values(tap, arrays, mode, limit):
    """The tap's values at the first `limit` sample positions, as float64."""
    a = arrays[tap['name']].reshape(-1)
    if tap['dtype'] == 'bfloat16':
        a = (a.astype(np.uint32) << 16).view(np.float32)
    size = math.prod(tap['shape'])
    if size > LIMIT[mode]:
        a = a[:limit]
    elif size > limit:
        a = a[sample_index(size, limit)]
    return a.astype(np.float64)


def to_bf16_order(a):
    """Position of each value, rounded to bf16, on the number line of bf16 values."""
    u = a.astype(np.float32).view(np.uint32).astype(np.int64)
    u = (u + 0x7fff + ((u >> 16) & 1)) >> 16
    return np.where(u & 0x8000, -(u & 0x7fff), u)


def number(x):
    return float(f'{x:.6g}')


def side(a):
    finite = a[np.isfinite(a)]
    bad = np.flatnonzero(~np.isfinite(a))
    return {
        'mean': number(finite.mean()) if finite.size else 0,
        'max_absolute': number(np.abs(finite).max()) if finite.size else 0,
        'l2': number(np.linalg.norm(finite)),
        'nan': int(np.isnan(a).sum()),
        'positive_infinity': int(np.isposinf(a).sum()),
        'negative_infinity': int(np.isneginf(a).sum()),
        'first_non_finite': int(bad[0]) if bad.size else -1,
    }


def correlation(t, r):
    norm = np.linalg.norm(t) * np.linalg.norm(r)
    return float(t @ r / norm) if norm > 0 else 1.0


def metrics(test, reference):
    ok = np.isfinite(test) & np.isfinite(reference)
    t, r = test[ok], reference[ok]
    d = t - r
    same = (test.astype(np.float32).view(np.uint32) == reference.astype(np.float32).view(np.uint32)) | (
        np.isnan(test) & np.isnan(reference))
    ulp = np.abs(to_bf16_order(t) - to_bf16_order(r))
    histogram = np.histogram(ulp, bins=BINS + [np.iinfo(np.int64).max])[0]
    worst = int(np.abs(d).argmax()) if d.size else 0
    return {
        'elements': int(test.size), 'compared': int(ok.sum()),
        'relative_l2': number(np.linalg.norm(d) / np.linalg.norm(r)) if d.any() else 0,
        'relative_linf': number(np.abs(d).max() / np.abs(r).max()) if d.any() else 0,
        'mean_absolute': number(np.abs(d).mean()), 'max_absolute': number(np.abs(d).max()),
        'max_absolute_index': int(np.flatnonzero(ok)[worst]) if d.any() else -1, 'bias': number(d.mean()),
        'within': [number((np.abs(d) <= tol + tol * np.abs(r)).mean()) for tol in (1e-2, 5e-2, 1e-1)],
        'within_strict': [number((np.abs(d) <= tol + tol * np.abs(r)).mean()) for tol in (1e-3, 1e-4)],
        'bit_identical': number(same.mean()),
        'ulp_histogram': [int(n) for n in histogram], 'max_ulp': int(ulp.max()) if ulp.size else 0,
        'pearson': correlation(t - t.mean(), r - r.mean()), 'cosine': correlation(t, r),
        'reference': side(reference), 'test': side(test),
    }


def place(name):
    """Part, module and block of a tap, as model.Part and model.Block name them."""
    module = name.split(':')[0]
    path = module.split('#')[0].split('/')
    if path[0] == 'out':
        return 'output', '', '/'.join(path[:2])
    path = path[1:]
    if path[0] == 'head':
        return 'head', module, '/'.join(path[:2])
    if path[0] == 'embed':
        return 'encoder', module, 'embed'
    if path[0].startswith('output_'):
        return 'embedder', module, path[0]
    part = {'sequence_encoder': 'encoder', 'transformer_tower': 'tower', 'sequence_decoder': 'decoder'}[path[0]]
    if len(path) == 1:
        number = name.split(':pool')
        return part, module, 'max_pool' + number[1].replace('#', '_') if len(number) == 2 else path[0]
    if path[1].startswith('pair_update_block'):
        return 'pair', module, '/'.join(path[1:3])
    if path[1].startswith('attention_bias_block'):
        return 'pair', module, path[1]
    return part, module, path[1]


def main(folder, out):
    reference, reference_arrays = load(folder, 'f32')
    tests = [('bf16', *load(folder, 'bf16')), ('f64', *load(folder, 'f64'))]
    taps = []
    for name, tap in tests[0][1].items():
        part, module, block = place(name)
        entry = {'name': name, 'shape': tap['shape'], 'dtype': tap['dtype'], 'part': part, 'module': module,
                 'block': block, 'equation': len(taps), 'metrics': [], 'origin': []}
        for mode, test, arrays in tests:
            limit = min(LIMIT[mode], LIMIT['f32'])
            r = values(reference[name], reference_arrays, 'f32', limit)
            m = metrics(values(test[name], arrays, mode, limit), r)
            entry['metrics'].append(m)
            entry['origin'].append('reference' if m['test']['nan'] and m['reference']['nan'] else '')
        taps.append(entry)
    run = {
        'schema': 1, 'name': 'official model, 4,096 bases', 'version': 'test data', 'go_version': 'go1.26',
        'command': ['python3', 'make_run.py', 'reference/model', 'run.json.gz'],
        'config': 'name: official model\n', 'started': '2026-11-23T07:00:00Z', 'seconds': 79.6, 'peak_bytes': 9663676416,
        'machine': {'os': 'linux', 'arch': 'amd64', 'cpu': 'AMD EPYC', 'features': ['avx2', 'avx512f', 'avx512_bf16'],
                    'threads': 2, 'kernels': 'go', 'memory_bytes': 25769803776},
        'model': {'name': 'AlphaGenome', 'weights': 'synthetic version 1, seed 1', 'parameter_tensors': 589,
                  'state_tensors': 81, 'parameter_values': 450452613, 'equations': 5804},
        'input': {'source': 'random letters, numpy seed 42', 'length': 4096, 'batch': 1, 'organisms': ['human'],
                  'sha256': ''},
        'reference': {'name': 'f32', 'description': 'Everything in float32.', 'yaml': 'name: f32\n', 'seconds': 0,
                      'digest': ''},
        'policies': [
            {'name': 'jax-cpu-eager', 'description': 'The official model in bfloat16, rounded after every primitive.',
             'yaml': 'name: jax-cpu-eager\n', 'seconds': 79.6, 'digest': ''},
            {'name': 'f64', 'description': 'Everything in float64.', 'yaml': 'name: f64\n', 'seconds': 0, 'digest': ''},
        ],
        'taps': taps,
    }
    with gzip.GzipFile(out, 'wb', mtime=0) as f:
        f.write(json.dumps(run, separators=(',', ':')).encode())


main(*sys.argv[1:])
