#!/usr/bin/env python3
"""Makes reference files for `bf16lab verify` from your own JAX and a checkout of the official model.

Two layouts (bf16lab reads both; bfloat16 is stored as uint16 bit patterns):
  blocks: CASE/0 .. arrays and a JSON with each case's inputs and weights; small building blocks on synthetic inputs.
  model:  one array per tap in execution order, whole up to --sample elements, else scattered elements
          (flat index k * 2654435761 mod size); the JSON gives full shape, dtype, L2 norm, maximum, non-finite count.

Modes: bf16-prim (rounded after every primitive), bf16-jit (one outer jit, as in production; outputs only), f32-prim, f64-prim.
Weights are synthetic (version 1: counter-based, bit-exact in any language) unless you change `tensor` below.

Examples
  git clone https://github.com/google-deepmind/alphagenome_research
  jax_reference.py --agr alphagenome_research blocks --mode bf16-prim --seed 7 -o blocks.npz
  jax_reference.py --agr alphagenome_research model --mode bf16-prim --length 4096 --seed 1 --input-seed 42 -o run.npz
  jax_reference.py --agr alphagenome_research model --mode f32-prim --length 8192 --fasta chr.fa.gz --start 1000000 -o run.npz
  bf16lab verify run.npz

Needs: pip install jax==0.10.2 dm-haiku jmp einshape chex jaxtyping alphagenome optax pandas
Length: a multiple of 2,048, from 4,096 on (JAX on the CPU refuses one product of the model at 2,048, in every mode).
"""
import argparse
import contextlib
import gzip
import importlib.machinery
import json
import os
import sys
import time
import types

import numpy as np

MASK = (1 << 64) - 1
MODES = ['bf16-prim', 'bf16-jit', 'f32-prim', 'f64-prim']
POLICY = 'params=float32,compute=bfloat16,output=bfloat16'


def fail(message):
    sys.exit(f'jax_reference: {message}')


# ------------------------------------------------------------------------------------------------- synthetic weights


def hash_name(s):
    h = 0xcbf29ce484222325
    for b in s.encode():
        h = ((h ^ b) * 0x100000001b3) & MASK
    return h


def bits(seed, name, n):
    """n 64-bit words of the counter-based generator for the tensor `name`."""

    def mix(z):
        z = ((z ^ (z >> np.uint64(30))) * np.uint64(0xbf58476d1ce4e5b9))
        z = ((z ^ (z >> np.uint64(27))) * np.uint64(0x94d049bb133111eb))
        return z ^ (z >> np.uint64(31))

    with np.errstate(over='ignore'):
        key = mix(np.array([(seed ^ hash_name(name)) & MASK], np.uint64))
        return mix(key + np.arange(1, n + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15))


def unit(z):
    """Multiples of 2^-23 in [-1, 1)."""
    return ((z >> np.uint64(40)).astype(np.int64) - (1 << 23)).astype(np.float32) * np.float32(2.0**-23)


def tensor(seed, path, leaf, shape, exponent):
    """One synthetic tensor; `exponent` maps a module path to the power of two of its var_ema."""
    f = np.float32
    z = bits(seed, f'{path}/{leaf}', int(np.prod(shape, dtype=np.int64)) if len(shape) else 1)
    u = unit(z)
    if leaf == 'var_ema':
        v = (f(1) + f(0.5) * u) * f(2.0**exponent(path))
    elif leaf == 'w':
        fan_in = shape[1] if path.endswith('multi_organism_linear') else int(np.prod(shape[:-1]))
        v = u * f(np.sqrt(3.0 / fan_in))
    elif leaf == 'scale' and 'standardized_conv1_d' not in path:
        t = z & np.uint64(0xFF)
        v = (f(1) + f(0.25) * u) * np.where(t < 2, 4.0, np.where(t < 16, 2.0, np.where(t >= 192, 0.5, 1.0))).astype(f)
    elif leaf in ('scale', 'residual_scale'):
        v = f(1) + f(0.25) * u
    elif leaf == 'learnt_scale':
        v = u
    elif leaf == 'embeddings':
        v = u * f(0.25)
    else:  # b, bias, offset, q_r_bias, k_r_bias
        v = u * f(0.125)
    return v.astype(f).reshape(shape)


def tensors(seed, shapes, exponent, prefix=''):
    return {m: {k: tensor(seed, prefix + m, k, tuple(v.shape), exponent) for k, v in d.items()} for m, d in shapes.items()}


# ---------------------------------------------------------------------------------------------------- official model


class Stub(types.ModuleType):
    """Stands in for packages that the forward pass imports and never uses."""

    def __getattr__(self, name):
        if name.startswith('__'):
            raise AttributeError(name)
        m = Stub(f'{self.__name__}.{name}')
        setattr(self, name, m)
        return m

    def __call__(self, *a, **k):
        return self

    def __mro_entries__(self, bases):
        return (object,)


def load(agr, x64):
    """Imports JAX and the official model from the checkout; returns a namespace of what is needed."""
    src = os.path.join(agr, 'src')
    if not os.path.isdir(os.path.join(src, 'alphagenome_research')):
        fail(f'{agr}: no src/alphagenome_research here; --agr (or AGR) must name a checkout of google-deepmind/alphagenome_research')
    sys.path.insert(0, src)
    for name in ('tensorflow', 'anndata', 'pyranges', 'pyfaidx', 'pyBigWig', 'huggingface_hub', 'kagglehub', 'kagglehub.auth', 'orbax', 'orbax.checkpoint', 'pyarrow'):
        try:
            __import__(name)
        except ImportError:
            s = Stub(name)
            s.__spec__ = importlib.machinery.ModuleSpec(name, None)
            s.__path__ = []
            sys.modules[name] = s
    try:
        import jax
        jax.config.update('jax_platforms', 'cpu')
        if x64:
            jax.config.update('jax_enable_x64', True)
        import haiku
        import jmp
        import alphagenome_research.model
        junction = types.ModuleType('alphagenome_research.model.variant_scoring.splice_junction')
        junction.PAD_VALUE = -1  # all that the model takes from the variant-scoring package
        scoring = types.ModuleType('alphagenome_research.model.variant_scoring')
        scoring.__path__, scoring.splice_junction = [], junction
        sys.modules[scoring.__name__], sys.modules[junction.__name__] = scoring, junction
        from alphagenome.models import dna_model
        from alphagenome_research.model import attention, convolutions, embeddings, heads, layers, model
        from alphagenome_research.model.metadata import metadata
    except ImportError as e:
        fail(f'{e}; pip install jax==0.10.2 dm-haiku jmp einshape chex jaxtyping alphagenome optax pandas')
    organisms = (dna_model.Organism.HOMO_SAPIENS, dna_model.Organism.MUS_MUSCULUS)
    return types.SimpleNamespace(jax=jax, jnp=jax.numpy, hk=haiku, jmp=jmp, attention=attention, convolutions=convolutions, embeddings=embeddings,
                                 heads=heads, layers=layers, model=model, metadata=metadata, meta=lambda: {o: metadata.load(o) for o in organisms}, organisms=organisms)


class Wrapped:
    """A module seen through another: attributes given in `over` replace the original's."""

    def __init__(self, base, **over):
        self._base, self._over = base, over

    def __getattr__(self, name):
        return self._over[name] if name in self._over else getattr(self._base, name)


def use_float64(m):
    """The official code names jnp.float32 and BF16_BF16_F32 in places; in f64-prim both give way."""

    def einsum(*a, precision=None, preferred_element_type=None, **k):
        return m.jnp.einsum(*a, **k)

    for module in (m.layers, m.attention, m.heads, m.convolutions, m.embeddings):
        module.jnp = Wrapped(m.jnp, float32=m.jnp.float64, einsum=einsum)


# -------------------------------------------------------------------------------------------------------- whole model


def read_sequence(args):
    """One-hot [1, S, 4] float32 and a description for the JSON."""
    if not args.fasta:
        seq = np.random.RandomState(args.input_seed).randint(0, 4, (1, args.length))
        return np.eye(4, dtype=np.float32)[seq], {'generator': 'numpy.random.RandomState(seed).randint(0, 4, (1, S))', 'seed': args.input_seed}
    try:
        with (gzip.open(args.fasta, 'rt') if args.fasta.endswith('.gz') else open(args.fasta)) as f:
            parts, records = [], 0
            for line in f:
                if line.startswith('>'):
                    records += 1
                    if records > 1:
                        break
                else:
                    parts.append(line.strip())
    except (OSError, UnicodeDecodeError, EOFError) as e:
        fail(f'read {args.fasta}: {e}')
    text = ''.join(parts).upper()
    if args.start + args.length > len(text):
        fail(f'{args.fasta}: the first record has {len(text)} bases; {args.start}..{args.start + args.length} lies outside')
    text = text[args.start:args.start + args.length]
    bad = set(text) - set('ACGTN')
    if bad:
        fail(f'{args.fasta}: letters {"".join(sorted(bad))} in {args.start}..{args.start + args.length}; A C G T N expected')
    x = np.zeros((1, args.length, 4), np.float32)
    for i, c in enumerate(text):
        if c != 'N':
            x[0, i, 'ACGT'.index(c)] = 1
    what = os.path.basename(args.fasta)
    return x, what if args.start == 0 else {'fasta': what, 'start': args.start}


def read_exponents(args):
    places = [args.exponents] if args.exponents else [os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'model', 'weights', 'data', 'var_ema_exponents.json.gz')]
    try:
        with (gzip.open(places[0], 'rt') if places[0].endswith('.gz') else open(places[0])) as f:
            table = json.load(f)
    except (OSError, ValueError) as e:
        fail(f'read var_ema exponents {places[0]}: {e}; name the file with --exponents')

    def exponent(path):
        if path not in table:
            fail(f'var_ema exponents: no entry for {path}')
        return table[path]

    return exponent


class Taps:
    """Collects sampled tensors in execution order."""

    def __init__(self, sample):
        self.sample, self.arrays, self.meta = sample, {}, []

    def add(self, name, value):
        a, base, i = np.asarray(value), name, 1
        while name in self.arrays:
            name, i = f'{base}#{i}', i + 1
        f = a.astype(np.float64)
        ok = np.isfinite(f)
        flat = a.reshape(-1)
        if flat.size > self.sample:
            flat = flat[(np.arange(self.sample, dtype=np.uint64) * np.uint64(2654435761) % np.uint64(flat.size)).astype(np.int64)]
        self.arrays[name] = flat.view(np.uint16).copy() if str(a.dtype) == 'bfloat16' else flat.copy()
        self.meta.append({'name': name, 'shape': list(a.shape), 'dtype': str(a.dtype), 'l2': float(np.sqrt((f[ok]**2).sum())), 'maxabs': float(np.abs(f[ok]).max()) if ok.any() else None,
                          'nonfinite': int((~ok).sum()), 'sampled': int(flat.size)})


def watch(m, taps):
    """Records what happens inside modules: RoPE, GELUs, pools, shifts, softmaxes, einsums."""
    name = m.hk.experimental.current_name

    def tap(fn, tag):

        def call(*a, **k):
            y = fn(*a, **k)
            if isinstance(y, m.jax.Array):
                taps.add(f'{name()}:{tag if isinstance(tag, str) else tag(*a)}', y)
            return y

        return call

    for module, fn, tag in ((m.attention, 'apply_rope', 'rope'), (m.layers, 'gelu', 'gelu'), (m.layers, 'pool', 'pool'), (m.attention, '_shift', 'shift')):
        setattr(module, fn, tap(getattr(module, fn), tag))
    nn = m.jax.nn
    m.attention.jax = Wrapped(m.jax, nn=Wrapped(nn, softmax=tap(nn.softmax, 'softmax'), gelu=tap(nn.gelu, 'gelu_tanh')))
    base = m.attention.jnp
    m.attention.jnp = Wrapped(base, einsum=tap(base.einsum, lambda spec, *a: f'einsum[{spec}]'))

    def intercept(f, a, k, context):
        y = f(*a, **k)
        if context.method_name == '__call__' and isinstance(y, m.jax.Array):
            taps.add(context.module.module_name, y)
        return y

    return intercept


# ------------------------------------------------------------------------------- single functions patched to float32


def subclass(base, call, name):
    """A module of the official model with another __call__ and the name that the official one would get."""

    def init(self, *a, **k):
        base.__init__(self, *a, **{'name': name, **k})

    return type(base)(base.__name__, (base,), {'__init__': init, '__call__': call})


def patch(m, function, params):
    """Computes one function of the model in float32, as one would patch its source: what comes in is widened, its parameters
    are taken as they are stored, the result is cast back to the type of what came in."""
    f32, jnp, lax = m.jnp.float32, m.jnp, m.jax.lax
    own = lambda module: params[module.module_name]

    def standardized_conv(self, x):
        p = own(self)
        w = p['w'] - jnp.mean(p['w'], axis=(0, 1), keepdims=True)
        fan_in = self._width * x.shape[-1]
        w = w * (p['scale'] * lax.rsqrt(jnp.maximum(fan_in * jnp.var(w, axis=(0, 1), keepdims=True), 1e-4)))
        y = lax.conv_general_dilated(lhs=x, rhs=w.astype(x.dtype), window_strides=[1], padding='SAME',
                                     dimension_numbers=lax.ConvDimensionNumbers(lhs_spec=(0, 2, 1), rhs_spec=(2, 1, 0), out_spec=(0, 2, 1)))
        bias = m.hk.get_parameter('bias', shape=(self._num_channels,), dtype=x.dtype, init=jnp.zeros)
        return y + jnp.broadcast_to(bias, y.shape)

    def layer_norm(self, x):
        p, y = own(self), x.astype(f32)
        if not self._rms_norm:
            y = y - jnp.mean(y, axis=-1, keepdims=True)
        inverse = p['scale'] * lax.rsqrt(jnp.mean(jnp.square(y), axis=-1, keepdims=True) + 1e-5)
        return (inverse * y + p['offset']).astype(x.dtype)

    def rms_batch_norm(self, x):
        p, shape = own(self), (1,) * (x.ndim - 1) + (x.shape[-1],)
        variance = m.hk.get_state('var_ema', shape, dtype=f32, init=jnp.ones).astype(f32)  # a state, cast before
        return (x.astype(f32) * (p['scale'] * lax.rsqrt(variance + 1e-5)) + p['offset']).astype(x.dtype)

    rope = m.attention.apply_rope
    if function == 'weight_standardisation':
        m.convolutions.StandardizedConv1D = subclass(m.convolutions.StandardizedConv1D, standardized_conv, 'standardized_conv1_d')
    elif function == 'layer_norm':
        m.layers.LayerNorm = subclass(m.layers.LayerNorm, layer_norm, 'layer_norm')
    elif function == 'rms_batch_norm':
        m.layers.RMSBatchNorm = subclass(m.layers.RMSBatchNorm, rms_batch_norm, 'rms_batch_norm')
    elif function == 'gelu':
        m.layers.gelu = lambda x: (m.jax.nn.sigmoid(f32(1.702) * x.astype(f32)) * x.astype(f32)).astype(x.dtype)
    elif function == 'rope':
        m.attention.apply_rope = lambda x, *a, **k: rope(x.astype(f32), *a, **k).astype(x.dtype)


PATCHES = ['weight_standardisation', 'layer_norm', 'rms_batch_norm', 'gelu', 'rope']


def run_model(args):
    f64 = args.mode == 'f64-prim'
    if args.length < 4096 or args.length % 2048:
        fail(f'--length {args.length}: a multiple of 2048, from 4096 on (JAX on the CPU refuses one product of the model at 2048)')
    x, described = read_sequence(args)
    exponent = read_exponents(args)
    m = load(args.agr, f64)
    if f64:
        use_float64(m)
    meta = {o: m.metadata.AlphaGenomeOutputMetadata() for o in m.organisms} if args.no_heads else m.meta()
    policy = m.jmp.get_policy(POLICY) if args.mode.startswith('bf16') else None

    def forward(policy):

        def f(x, organism):
            if policy is None:
                return m.model.AlphaGenome(meta)(x, organism)
            with m.hk.mixed_precision.push_policy(m.model.AlphaGenome, policy):
                return m.model.AlphaGenome(meta)(x, organism)

        return m.hk.transform_with_state(f)

    jnp, jax = m.jnp, m.jax
    shapes = jax.eval_shape(forward(None).init, jax.random.PRNGKey(0), jnp.zeros((1, 4096, 4), jnp.float32), jnp.zeros((1,), jnp.int32))
    kind = np.float64 if f64 else np.float32
    params, state = (jax.tree.map(lambda a: jnp.asarray(a.astype(kind)), tensors(args.seed, t, exponent)) for t in shapes)
    if args.float32:
        patch(m, args.float32, params)
    taps, t = Taps(args.sample), forward(policy)
    organism = jnp.full((1,), args.organism, jnp.int32)
    x, times = jnp.asarray(x.astype(kind)), []
    jitted = jax.jit(lambda p, s, a, o: t.apply(p, s, None, a, o))
    for repeat in range(args.repeats):
        start = time.time()
        if args.mode == 'bf16-jit':
            (heads, emb), _ = jitted(params, state, x, organism)
        else:
            quiet = args.outputs_only or repeat > 0
            with jax.disable_jit(), contextlib.nullcontext() if quiet else m.hk.intercept_methods(watch(m, taps)):
                (heads, emb), _ = t.apply(params, state, None, x, organism)
        jax.block_until_ready((heads, emb))
        times.append(time.time() - start)
    for n in ('embeddings_1bp', 'embeddings_128bp', 'embeddings_pair'):
        taps.add('out/' + n, emb[n])
    for h, d in heads.items():
        if isinstance(d, dict):
            for k, v in d.items():
                taps.add(f'out/{h}/{k}', v)
    write(args.output, taps.arrays, {'mode': args.mode, 'S': args.length, 'weights': {'kind': 'synthetic', 'version': 1, 'seed': args.seed}, 'input': described, 'organism': args.organism,
                                     **({'float32': args.float32} if args.float32 else {}), 'jax': jax.__version__, 'times': times, 'taps': taps.meta})
    print(f'{args.output}: {len(taps.meta)} taps, {sum(times):.0f} s')


# ------------------------------------------------------------------------------------------------------------- blocks


def block_cases(m):
    """(name, function, inputs (name, shape, scale), note): each building block once, at a size that a test can hold."""
    jax, jnp, hk, att, conv, lay, emb, heads = m.jax, m.jnp, m.hk, m.attention, m.convolutions, m.layers, m.embeddings, m.heads
    x = lambda scale, *shape: [('x', shape, scale)]
    human = lambda: jnp.zeros((1,), jnp.int32)
    return [
        ('gelu_sigmoid', lambda x: lay.gelu(x), x(8.0, 64, 512), 'x*sigmoid(1.702x)'),
        ('gelu_tanh', lambda x: jax.nn.gelu(x), x(8.0, 64, 512), 'jax.nn.gelu, approximate=True'),
        ('relu', lambda x: jax.nn.relu(x), x(4.0, 8, 512), ''),
        ('sigmoid', lambda x: jax.nn.sigmoid(x), x(16.0, 64, 512), ''),
        ('softplus', lambda x: jax.nn.softplus(x), x(16.0, 64, 512), 'logaddexp(x, 0)'),
        ('tanh', lambda x: jnp.tanh(x), x(4.0, 64, 512), ''),
        ('exp', lambda x: jnp.exp(x), x(16.0, 64, 512), ''),
        ('cos', lambda x: jnp.cos(x), x(8192.0, 64, 512), 'arguments as large as rope angles'),
        ('sin', lambda x: jnp.sin(x), x(8192.0, 64, 512), ''),
        ('rsqrt', lambda x: jax.lax.rsqrt(x * x), x(8.0, 64, 512), 'rsqrt(x*x)'),
        ('softmax', lambda x: jax.nn.softmax(x, axis=-1), x(8.0, 64, 200), 'bf16 in: every primitive rounds under prim'),
        ('softmax_f32', lambda x: jax.nn.softmax(x.astype(jnp.float32), axis=-1), x(8.0, 64, 200), 'f32 softmax, rounded once by the policy'),
        ('mean_f32', lambda x: jnp.mean(x, axis=-1, dtype=jnp.float32, keepdims=True), x(2.0, 64, 1536), ''),
        ('var', lambda x: jnp.var(x, axis=(0, 1), keepdims=True), x(2.0, 5, 768, 64), 'as in StandardizedConv1D'),
        ('max_pool', lambda x: lay.pool(x), x(2.0, 1, 64, 128), 'by 2'),
        ('mean_pool16', lambda x: lay.pool(x, by=16, reduce='mean'), x(2.0, 1, 256, 128), ''),
        ('rms_batch_norm', lambda x: lay.RMSBatchNorm()(x), x(3.0, 1, 32, 768), ''),
        ('layer_norm_128', lambda x: lay.LayerNorm(name='n')(x), x(3.0, 1, 32, 8, 128), 'centred'),
        ('layer_norm_192', lambda x: lay.LayerNorm(name='n')(x), x(3.0, 1, 32, 1, 192), 'centred, N not a power of two'),
        ('layer_norm_rms_1536', lambda x: lay.LayerNorm(rms_norm=True, name='n')(x), x(3.0, 1, 32, 1536), ''),
        ('rope', lambda x: att.apply_rope(x, None, max_position=8192), x(2.0, 1, 640, 4, 128), 'positions None: bf16 positions and angles'),
        ('central_mask', lambda x: att._central_mask_features(distances=jnp.abs(jnp.arange(-64, 64).astype(jnp.float32)), feature_size=32, seq_length=512) + 0 * x[0, 0], x(1.0, 1, 1), ''),
        ('shift', lambda x: att._shift(x, 16, 16), x(2.0, 1, 4, 16, 32), ''),
        ('linear_1536_256', lambda x: hk.Linear(256)(x), x(2.0, 1, 32, 1536), ''),
        ('linear_4096_64', lambda x: hk.Linear(64)(x), x(2.0, 1, 32, 4096), ''),
        ('conv15', lambda x: hk.Conv1D(output_channels=96, kernel_shape=15)(x), x(1.0, 1, 128, 4), 'as DnaEmbedder'),
        ('std_conv5', lambda x: conv.StandardizedConv1D(num_channels=64, width=5)(x), x(2.0, 1, 64, 768), ''),
        ('conv_block5', lambda x: conv.ConvBlock(num_channels=64, width=5)(x), x(2.0, 1, 64, 768), ''),
        ('conv_block1', lambda x: conv.ConvBlock(num_channels=64, width=1)(x), x(2.0, 1, 64, 768), ''),
        ('down_res', lambda x: conv.DownResBlock('d')(x), x(2.0, 1, 64, 128), ''),
        ('up_res', lambda x, u: conv.UpResBlock()(x, u), x(2.0, 1, 32, 256) + [('u', (1, 64, 128), 2.0)], ''),
        ('mlp_block', lambda x: att.MLPBlock()(x), x(2.0, 1, 32, 256), ''),
        ('mha_block', lambda x, b: att.MHABlock()(x, b), x(2.0, 1, 384, 256) + [('bias', (1, 8, 384, 384), 2.0)], ''),
        ('attention_bias_block', lambda x: att.AttentionBiasBlock()(x), x(2.0, 1, 8, 8, 128), ''),
        ('row_attention_block', lambda x: att.RowAttentionBlock()(x), x(2.0, 1, 24, 24, 128), ''),
        ('pair_mlp_block', lambda x: att.PairMLPBlock()(x), x(2.0, 1, 24, 24, 128), ''),
        ('sequence_to_pair_block', lambda x: att.SequenceToPairBlock()(x), x(2.0, 1, 384, 256), ''),
        ('pair_update_block', lambda x, p: att.PairUpdateBlock()(x, p), x(2.0, 1, 384, 256) + [('pair', (1, 24, 24, 128), 2.0)], ''),
        ('output_embedder', lambda x, s: emb.OutputEmbedder(2)(x, human(), s), x(2.0, 1, 64, 96) + [('skip', (1, 4, 160), 2.0)], 'organism 0'),
        ('output_pair', lambda x: emb.OutputPair(2)(x, jnp.ones((1,), jnp.int32)), x(2.0, 1, 12, 12, 128), 'organism 1'),
        ('multi_organism_linear', lambda x: heads._MultiOrganismLinear(96, 2)(x, human()), x(2.0, 1, 32, 1536), 'f32 result, rounded once by the policy output cast'),
        ('unscale_rna', lambda x: heads.predictions_scaling(jax.nn.softplus(x.astype(jnp.float32)), jnp.full((1, 512), 0.37, jnp.float32), 128, True), x(24.0, 1, 32, 512),
         'soft clip, power 4/3, track mean 0.37, resolution 128'),
    ]


def run_blocks(args):
    m = load(args.agr, args.mode == 'f64-prim')
    if args.mode == 'f64-prim':
        use_float64(m)
    jax, hk = m.jax, m.hk
    kind = np.float64 if args.mode == 'f64-prim' else np.float32

    class Case(hk.Module):
        """Carries the precision policy, as AlphaGenome itself does."""

        def __init__(self, f, name='m'):
            super().__init__(name=name)
            self._f = f

        def __call__(self, *a):
            return self._f(*a)

    arrays, cases, known = {}, {}, block_cases(m)
    unknown = set(args.case) - {c[0] for c in known}
    if unknown:
        fail(f'no case {", ".join(sorted(unknown))}; known: {" ".join(c[0] for c in known)}')
    for name, f, inputs, note in known:
        if args.case and name not in args.case:
            continue

        def call(*a):
            if args.mode.startswith('bf16'):
                with hk.mixed_precision.push_policy(Case, m.jmp.get_policy(POLICY)):
                    return Case(f)(*a)
            return Case(f)(*a)

        t = hk.transform_with_state(call)
        values = [m.jnp.asarray((unit(bits(args.seed, f'case/{name}/{n}', int(np.prod(s)))) * np.float32(c)).reshape(s).astype(kind)) for n, s, c in inputs]
        shapes = jax.eval_shape(t.init, jax.random.PRNGKey(0), *values)
        params, state = (jax.tree.map(lambda a: m.jnp.asarray(a.astype(kind)), tensors(args.seed, d, lambda _: 0, f'case/{name}/')) for d in shapes)
        apply = lambda p, s, a: t.apply(p, s, None, *a)[0]
        if args.mode == 'bf16-jit':
            y = jax.jit(apply)(params, state, values)
        else:
            with jax.disable_jit():
                y = apply(params, state, values)
        outputs = []
        for i, a in enumerate(y if isinstance(y, (tuple, list)) else [y]):
            a = np.asarray(a)
            arrays[f'{name}/{i}'] = a.view(np.uint16) if str(a.dtype) == 'bfloat16' else a
            outputs.append({'shape': list(a.shape), 'dtype': str(a.dtype)})
        cases[name] = {'doc': note, 'inputs': [{'name': n, 'shape': list(s), 'scale': c} for n, s, c in inputs],
                       'weights': {f'{p}/{k}': list(v.shape) for d in shapes for p, e in d.items() for k, v in e.items()}, 'outputs': outputs}
        print(name, flush=True)
    write(args.output, arrays, {'mode': args.mode, 'seed': args.seed, 'cases': cases})
    print(f'{args.output}: {len(cases)} cases')


# ---------------------------------------------------------------------------------------------------------- files, main


def write(path, arrays, meta):
    """Writes the .npz and the .json beside it under temporary names, then renames both."""
    other = path[:-len('.npz')] + '.json'
    try:
        with open(path + '.tmp', 'wb') as f:
            np.savez_compressed(f, **arrays)
        with open(other + '.tmp', 'w') as f:
            json.dump(meta, f, indent=1)
        os.replace(path + '.tmp', path)
        os.replace(other + '.tmp', other)
    except OSError as e:
        fail(f'write {path}: {e.strerror}')


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--agr', default=os.environ.get('AGR', ''), metavar='DIR', help='checkout of google-deepmind/alphagenome_research (default: $AGR)')
    sub = p.add_subparsers(dest='what', required=True, metavar='blocks|model')
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument('--mode', choices=MODES, required=True)
    common.add_argument('-o', '--output', required=True, metavar='FILE.npz')
    b = sub.add_parser('blocks', parents=[common], help='the 42 building blocks')
    b.add_argument('--seed', type=int, default=7, help='of inputs and weights')
    b.add_argument('--case', action='append', default=[], help='only this case (may be repeated)')
    w = sub.add_parser('model', parents=[common], help='the whole model')
    w.add_argument('--length', type=int, default=4096, help='bases, a multiple of 2048')
    w.add_argument('--seed', type=int, default=1, help='of the weights')
    w.add_argument('--input-seed', type=int, default=42, help='of the random sequence')
    w.add_argument('--fasta', metavar='FILE', help='take the sequence from the first record instead (.gz allowed)')
    w.add_argument('--start', type=int, default=0, help='first base taken from the FASTA, from 0')
    w.add_argument('--organism', type=int, choices=[0, 1], default=0, help='0 human, 1 mouse')
    w.add_argument('--sample', type=int, default=4096, help='elements kept of a larger tensor; a huge number keeps all')
    w.add_argument('--repeats', type=int, default=1, metavar='N', help='runs; the JSON keeps the seconds of each, taps are gathered in the first')
    w.add_argument('--no-heads', action='store_true', help='embeddings only')
    w.add_argument('--float32', choices=PATCHES, metavar='FUNCTION', help='compute one function in float32: ' + ', '.join(PATCHES) + ' (bf16-prim only)')
    w.add_argument('--outputs-only', action='store_true', help='nothing from inside of the model')
    w.add_argument('--exponents', metavar='FILE', help='var_ema exponents, JSON or .gz (default: ../model/weights/data)')
    args = p.parse_args()
    if not args.agr:
        p.error('--agr DIR (or the environment variable AGR) must name a checkout of google-deepmind/alphagenome_research')
    if not args.output.endswith('.npz'):
        p.error(f'-o {args.output}: the name must end in .npz')
    if args.what == 'model' and (args.sample < 1 or args.start < 0):
        p.error('--sample must be at least 1, --start at least 0')
    if args.what == 'model' and args.float32 and args.mode != 'bf16-prim':
        p.error('--float32 is for --mode bf16-prim')
    (run_blocks if args.what == 'blocks' else run_model)(args)


if __name__ == '__main__':
    main()
