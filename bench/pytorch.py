#!/usr/bin/env python3
"""Times a PyTorch port of the model: pytorch.py RUNS LENGTH prints one JSON object with the fastest run, after one to warm up.

Float32, eager, trunk and embeddings, random weights (the time does not depend on them).
XT names a checkout of github.com/XinmingTu/alphagenome (seed of this project: cfcda1e); needs torch, einx, einops, PoPE-pytorch and
torch-einops-utils. Threads: OMP_NUM_THREADS.
"""
import json
import os
import sys
import time


def main():
    runs, length = int(sys.argv[1]), int(sys.argv[2])
    sys.path.insert(0, os.environ.get('XT', ''))
    try:
        import torch
        from alphagenome_pytorch import AlphaGenome
    except ImportError as e:
        sys.exit(f'pytorch.py: {e}; XT must name a checkout of XinmingTu/alphagenome')
    torch.manual_seed(0)
    model = AlphaGenome().eval()
    sequence = torch.randint(0, 4, (1, length))
    times = []
    with torch.no_grad():
        for _ in range(runs + 1):
            start = time.perf_counter()
            model(sequence, 0, return_embeds=True)
            times.append(time.perf_counter() - start)
    print(json.dumps({'tool': 'PyTorch float32 eager', 'name': f'trunk-{length}', 'seconds': min(times[1:])}))


if __name__ == '__main__':
    main()
