"""SHA-256 of the results of JAX on this CPU for all 2^32 float32 arguments in the order of their bit patterns
(little-endian float32, every NaN written as 0x7fc00000). pip install jax==0.10.2; about a minute per function.
usage: jax_digests.py [FUNCTION ...]"""
import hashlib, sys
import numpy as np, jax, jax.numpy as jnp
jax.config.update('jax_disable_jit', True)
STEP = 1 << 24
for name in sys.argv[1:] or 'exp expm1 log log1p tanh logistic erf sqrt rsqrt sin cos square'.split():
    digest = hashlib.sha256()
    for start in range(0, 1 << 32, STEP):
        x = np.arange(start, start + STEP, dtype=np.uint64).astype(np.uint32).view(np.float32)
        y = np.array(getattr(jax.lax, name)(jnp.asarray(x)))
        y.view(np.uint32)[np.isnan(y)] = 0x7fc00000
        digest.update(y.tobytes())
    print(name, digest.hexdigest(), flush=True)
