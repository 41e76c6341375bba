"""Makes the golden lists of this folder. README.md says from what.

usage: digest.py REFERENCE OUT_OF_JAXPR_DUMP...
       AGR=checkout digest.py --cases REFERENCE     (needs JAX and the official code)
"""
import gzip, json, os, re, sys


def write(name, lines):
    with open(name, 'wb') as f:
        with gzip.GzipFile('', 'wb', 9, f, mtime=0) as z:
            z.write(('\n'.join(lines) + '\n').encode())


def compact(value):
    return json.dumps(value, sort_keys=True, separators=(',', ':'))


def plain(v):
    """The number that JSON has no form for, as text."""
    return 'NaN' if isinstance(v, float) and v != v else v


def digest(dump, arguments):
    """A line per equation: primitive, operands, results, path, parameters; then a line of the results.

    arguments maps JAX's names of the arguments to ours; parameters and states become module/leaf.
    """
    def name(v):
        m = re.fullmatch(r"\[[01]\]\['(.*)'\]\['(.*)'\]", v)
        return f'{m[1]}/{m[2]}' if m else arguments.get(v, v)

    def atom(v):
        return name(v) if isinstance(v, str) else f"{float(v['value']):.17g}:{v['dtype']}"

    for e in dump['equations']:
        out = ' '.join(f'{n}:{t}{compact(s)}' for n, t, s in e['out'])
        params = {k: plain(v) for k, v in e['params'].items() if k != 'weak_type'}
        yield '\t'.join([e['prim'], ' '.join(map(atom, e['in'])), out, e['path'], compact(params)])
    yield '\t'.join(['out', *map(name, dump['out'])])


def lists(ref, dumps):
    for file in [f'{ref}/jaxpr/{run}.json.gz' for run in ('bf16-4096', 'f32-4096', 'bf16-16384')] + dumps:
        run = os.path.basename(file).removesuffix('.json.gz')
        dump = json.load(gzip.open(file))
        write(f'jaxpr-{run}.tsv.gz', digest(dump, {'[2]': 'dna_sequence', '[3]': 'organism_index'}))
    d = json.load(open(f'{ref}/model/bf16-prim-4096.json'))
    write('taps-4096.tsv.gz', ['\t'.join([t['name'], t['dtype'], compact(t['shape'])]) for t in d['taps']])
    d = json.load(open(f'{ref}/blocks/bf16-prim.json'))
    write('blocks.json.gz', [json.dumps({'name': k, **{f: v[f] for f in ('inputs', 'weights', 'outputs')}}) for k, v in d['cases'].items()])


def cases(ref, mode):
    """Runs golden_modules.py with its run() replaced by a trace that uses the walk() of jaxpr_dump.py."""
    scripts = f'{ref}/scripts'
    sys.path.insert(0, scripts)
    modules, dump = open(f'{scripts}/golden_modules.py').read(), open(f'{scripts}/jaxpr_dump.py').read()
    walk = dump[dump.index('def nm(v)'):dump.index('env0 = dict')]
    walk = '\n'.join(l for l in walk.split('\n') if not l.startswith('for i, v in enumerate(jx'))
    head, tail = modules[:modules.index('def run(case')], modules[modules.index('res, man = {}, {}'):]
    run = '''
TRACED = {}
def run(case, f, *args):
    global names, ids, eq, cnt
    pol = jmp.get_policy('params=float32,compute=bfloat16,output=bfloat16')
    def g(*a):
        if BF:
            with hk.mixed_precision.push_policy(Case, pol):
                return Case(f)(*a)
        return Case(f)(*a)
    t = hk.transform_with_state(g)
    sd = lambda tr: jax.tree.map(lambda v: jax.ShapeDtypeStruct(v.shape, v.dtype), tr)
    given = (*map(sd, jax.eval_shape(t.init, jax.random.PRNGKey(0), *args)), sd(args))
    with jax.disable_jit():
        jx = jax.make_jaxpr(lambda p, s, a: t.apply(p, s, None, *a)[0])(*given)
    leaves = [jax.tree_util.keystr(k) for k, _ in jax.tree_util.tree_flatten_with_path(given)[0]]
    names, ids, eq, cnt = dict(zip(jx.jaxpr.invars, leaves)), {}, [], collections.Counter()
    names.update((v, f'const{i}') for i, v in enumerate(jx.jaxpr.constvars))
    env = dict(names)
    walk(jx.jaxpr, env)
    TRACED[case] = {'equations': eq, 'out': [env[v] for v in jx.jaxpr.outvars]}
    return [], {}
'''
    tail = tail[:tail.index('np.savez_compressed')]
    space = {'__name__': 'cases'}
    sys.argv = ['golden_modules.py', f'{mode}-prim', '7', '']
    exec('import collections\n' + head + walk + run + tail, space)
    lines = []
    for case, traced in space['TRACED'].items():
        arguments = {f'[2][{i}]': x['name'] for i, x in enumerate(space['man'][case]['inputs'])}
        lines += ['case\t' + case, *digest(traced, arguments)]
    write(f'cases-{mode}.tsv.gz', lines)


if sys.argv[1] == '--cases':
    ref = sys.argv[2]
    for mode in ('bf16', 'f32'):
        cases(ref, mode)
else:
    lists(sys.argv[1], sys.argv[2:])
