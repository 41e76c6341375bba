#!/usr/bin/env bash
# Runs the workflow on this machine with a small sweep: interrupted and started again, it must give what one process gives, byte
# for byte. Then checks that the profiles for clusters can be planned. The argument is a folder with Snakemake in bin/; without
# one it is installed as requirements.txt says.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
environment=${1:-}
if [ -z "$environment" ]; then
  environment=$scratch/venv
  python3 -m venv "$environment"
  "$environment/bin/pip" install -q -r "$here/requirements.txt"
fi
PATH=$environment/bin:$scratch:$PATH
(cd "$here/.." && go build -o "$scratch/bf16lab" ./cmd/bf16lab)
cd "$scratch"

cat > small.yaml <<'YAML'
name: small
kind: sweep
sweep:
  lengths: [2048]
  seeds: [1, 2]
  inputs: [{random: {seed: 42}}, {pattern: {name: alternating_ACGT}}]
  organisms: [human, mouse]
  outputs: ["alphagenome/sequence_encoder/dna_embedder/**"]
reference: f32
policies: [jax-cpu-eager, weights-bf16]
YAML
workflow() {
  snakemake --snakefile "$here/Snakefile" --quiet all "$@" \
    --config experiment=small.yaml folder=out shards=3 threads=1 mem_mb=4000
}

bf16lab run small.yaml -o whole --threads 1 2> /dev/null > /dev/null
# The first job that would run is stopped after its first cell, as by a cluster that is being emptied.
bf16lab run small.yaml -o out/shard-1 --shard 1/3 --threads 1 > /dev/null 2>&1 &
job=$!
until compgen -G 'out/shard-1/cells/*.json' > /dev/null; do kill -0 $job; sleep 0.01; done
kill -9 $job
wait $job 2> /dev/null || true
before=$(ls out/shard-1/cells | wc -l)
workflow --profile "$here/profiles/local" --cores 2
grep -q "^sweep: 3 cells of 8 in shard 1/3, $before finished$" out/shard-1.log
diff -r whole/cells out/sweep/cells
cmp whole/sweep.csv out/sweep/sweep.csv
cmp whole/sweep.json out/sweep/sweep.json
# What is complete is not run again.
touch before
workflow --profile "$here/profiles/local" --cores 2
test before -nt out/sweep/report.html

rm -rf out
workflow --profile "$here/profiles/slurm" --dry-run > /dev/null
mkdir storage
cp small.yaml storage
workflow --profile "$here/profiles/kubernetes" --default-storage-prefix "$scratch/storage" --dry-run > /dev/null
echo "the workflow gives what one process gives"
