"""Makes the embedded files of this folder from the reference folder.

usage: embed.py REFERENCE_FOLDER OUTPUT_FOLDER     (needs numpy)
"""
import base64, gzip, json, os, sys
import numpy as np

reference, output = sys.argv[1], sys.argv[2]

def write(name, value):
    text = json.dumps(value, separators=(',', ':')).encode()
    with open(os.path.join(output, name), 'wb') as f:
        f.write(gzip.compress(text, 9, mtime=0))

def tensors(rows):
    return [{'name': r['name'], 'shape': r['shape']} for r in rows]

manifest = json.load(open(os.path.join(reference, 'manifest.json')))
write('manifest.json.gz', {'parameters': tensors(manifest['params']), 'states': tensors(manifest['state'])})

write('var_ema_exponents.json.gz', json.load(open(os.path.join(reference, 'var_ema_exponents.json'))))

arrays = np.load(os.path.join(reference, 'track_metadata.npz'))
heads = [k[:-len('/mean')] for k in arrays.files if k.endswith('/mean')]
assert arrays.files == [f'{h}/{k}' for h in heads for k in ('mean', 'padding')]
def row(head):
    mean, padding = arrays[head + '/mean'], arrays[head + '/padding']
    assert mean.dtype == np.float32 and padding.dtype == bool and mean.shape == padding.shape == (2, mean.shape[1])
    return {'head': head, 'tracks': mean.shape[1],
            'mean': base64.b64encode(mean.astype('<f4').tobytes()).decode(),
            'padding': base64.b64encode(padding.astype(np.uint8).tobytes()).decode()}
write('tracks.json.gz', [row(h) for h in heads])
