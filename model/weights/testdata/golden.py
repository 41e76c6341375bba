"""Makes the golden files of this folder with the definition of the synthetic weights (reference/scripts/synth.py).

usage: golden.py REFERENCE_FOLDER OUTPUT_FOLDER     (needs numpy)
"""
import hashlib, json, os, sys
import numpy as np

reference, output = sys.argv[1], sys.argv[2]
sys.path.insert(0, os.path.join(reference, 'scripts'))
import synth

def sha256(a):
    return hashlib.sha256(np.ascontiguousarray(a).astype('<f4').tobytes()).hexdigest()

def head(a):
    return [f'{b:08x}' for b in np.ascontiguousarray(a).reshape(-1)[:4].view(np.uint32)]

exponents, manifest = synth.var_exponents(), synth.manifest()

# All tensors of the model at seed 1.
with open(os.path.join(output, 'synthetic_seed1.sha256'), 'w') as f:
    for r in manifest['params'] + manifest['state']:
        module, leaf = r['name'].rsplit('/', 1)
        f.write(f"{sha256(synth.tensor(1, module, leaf, tuple(r['shape']), exponents))}  {r['name']}\n")

# Every weight and input of the block cases (seed 7, var_ema exponent 0).
class Zero(dict):
    def __getitem__(self, key):
        return 0

blocks = json.load(open(os.path.join(reference, 'blocks', 'f32-prim.json')))
weights, inputs = [], []
def add(seed, module, leaf, shape, exponent):
    class Constant(dict):
        def __getitem__(self, key):
            return exponent
    a = synth.tensor(seed, module, leaf, tuple(shape), Constant())
    weights.append({'seed': str(seed), 'module': module, 'leaf': leaf, 'shape': list(shape), 'exponent': exponent, 'sha256': sha256(a), 'head': head(a)})
def uniform(seed, name, shape, scale):
    n = int(np.prod(shape))
    a = synth.unit(synth.bits(seed, name, n)) * np.float32(scale)
    inputs.append({'seed': str(seed), 'name': name, 'size': n, 'scale': scale, 'sha256': sha256(a), 'head': head(a)})
for case, c in blocks['cases'].items():
    for name, shape in c['weights'].items():
        module, leaf = f'case/{case}/{name}'.rsplit('/', 1)
        add(blocks['seed'], module, leaf, shape, 0)
    for i in c['inputs']:
        uniform(blocks['seed'], f"case/{case}/{i['name']}", i['shape'], i['scale'])

# Edges: seeds at both ends, scalars, odd sizes, exponents at which the product leaves the normal numbers.
for seed in (0, 2**64 - 1):
    for leaf in ('w', 'scale', 'residual_scale', 'learnt_scale', 'embeddings', 'var_ema', 'b', 'bias', 'offset', 'q_r_bias'):
        for shape in ((), (1,), (7,), (3, 5), (2, 3, 11)):
            add(seed, 'case/edge/linear', leaf, shape, 3)
add(3, 'case/edge/standardized_conv1_d', 'scale', (1, 1, 1001), 0)
add(3, 'case/edge/multi_organism_linear', 'w', (2, 37, 19), 0)
for exponent in (-160, -149, -140, -126, 127):
    add(3, 'case/edge/rms_batch_norm', 'var_ema', (1, 1, 999), exponent)
uniform(5, 'case/edge/x', (1001,), 1e-42)

json.dump({'weights': weights, 'inputs': inputs}, open(os.path.join(output, 'cases.json'), 'w'), indent=0)

# The manifest as plain text: kind, name, shape, one tensor per line.
lines = [f"{kind} {r['name']} {r['shape']}\n" for kind, key in (('parameter', 'params'), ('state', 'state')) for r in manifest[key]]
open(os.path.join(output, 'manifest.sha256'), 'w').write(hashlib.sha256(''.join(lines).encode()).hexdigest() + '\n')

# Track metadata: digests of the means' bits and of the padding masks, numbers of real tracks.
arrays = np.load(os.path.join(reference, 'track_metadata.npz'))
rows = []
for key in arrays.files:
    if key.endswith('/mean'):
        mean, padding = arrays[key], arrays[key[:-4] + 'padding']
        rows.append({'head': key[:-5], 'tracks': mean.shape[1], 'real': [int(n) for n in (~padding).sum(axis=1)],
                     'mean_sha256': [sha256(m) for m in mean],
                     'padding_sha256': [hashlib.sha256(p.astype(np.uint8).tobytes()).hexdigest() for p in padding]})
json.dump(rows, open(os.path.join(output, 'tracks.json'), 'w'), indent=1)
