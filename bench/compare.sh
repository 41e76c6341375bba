#!/usr/bin/env bash
# Sets bf16lab's measurements beside OpenBLAS, PyTorch and JAX on this machine and prints the README's table of speed.
#
#   bench/compare.sh [ROUNDS]         default 5; in every round each tool takes its turn, and the fastest run of all rounds counts
#
#   THREADS      goroutines and threads of every tool (default: all cores)
#   MEASUREMENTS names of bf16lab's measurements (default: all); those that take long run once in a round, the others three times
#   PYTHON       interpreter that has torch and jax (default: python3)
#   XT           checkout of github.com/XinmingTu/alphagenome, for PyTorch
#   AGR          checkout of github.com/google-deepmind/alphagenome_research, for JAX
#   RECORD       file that receives one JSON object for each measurement (default: a temporary one)
#
# What is not installed is said and left out.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=${1:-5}
threads=${THREADS:-$(nproc)}
python=${PYTHON:-python3}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
record=${RECORD:-$scratch/record.jsonl}
: >"$record"
measurements=${MEASUREMENTS:-$(go run ./cmd/bf16lab bench --list | awk '{ print $1 }')}
export OPENBLAS_NUM_THREADS=$threads OMP_NUM_THREADS=$threads

say() { printf '%s\n' "$*" >&2; }

CGO_ENABLED=0 go build -o "$scratch/bf16lab" ./cmd/bf16lab

products=()
quick=()
slow=()
for name in $measurements; do
  case $name in
    lockstep-* | alone-* | replay-* | trunk-131072) slow+=("$name") ;;
    *) quick+=("$name") ;;
  esac
  case $name in
    gemm-*x*x*) products+=("$name:${name#gemm-}") ;;
    gemm-*) n=${name#gemm-} && products+=("$name:${n}x${n}x${n}") ;;
  esac
done

# without TOOL WHY: leaves a tool out of all rounds.
declare -A missing=()
without() {
  missing[$1]=1
  say "left out: $1 ($2)"
}

# ours COUNT NAME...: one process measures all names.
ours() {
  [ $# -gt 1 ] || return 0
  "$scratch/bf16lab" bench --threads "$threads" --count "$1" --json "$scratch/ours.json" "${@:2}" >/dev/null 2>&1
  "$python" -c 'import json, sys
for r in json.load(open(sys.argv[1])): print(json.dumps(dict(r, tool="bf16lab")))' "$scratch/ours.json" >>"$record"
}

# other TOOL COMMAND...: appends what the command prints; a tool that fails is left out.
other() {
  local tool=$1
  shift
  [ -z "${missing[$tool]:-}" ] || return 0
  "$@" >"$scratch/other" 2>"$scratch/error" && grep '^{' "$scratch/other" >>"$record" || without "$tool" "$(tail -n 1 "$scratch/error")"
}

# jax MODE NAME OPTIONS: the fastest of the times in the JSON that the reference maker writes.
jax() {
  "$python" tools/jax_reference.py model --mode "$1" "${@:3}" --length 4096 --sample 1 --outputs-only --repeats 4 -o "$scratch/jax.npz" >/dev/null &&
    "$python" -c 'import json, sys
print(json.dumps({"tool": "JAX " + sys.argv[2], "name": sys.argv[3], "seconds": min(json.load(open(sys.argv[1]))["times"])}))' "$scratch/jax.json" "$1" "$2"
}

[ -n "${XT:-}" ] || without PyTorch "XT is not set"
[ -n "${AGR:-}" ] || { without JAX-prim "AGR is not set" && missing[JAX-jit]=1; }
for ((round = 1; round <= rounds; round++)); do
  say "round $round of $rounds"
  ours 3 "${quick[@]}"
  ours 1 "${slow[@]}"
  [ ${#products[@]} -eq 0 ] || other OpenBLAS "$python" bench/openblas.py 3 "${products[@]}"
  case $measurements in *trunk-4096*) other PyTorch "$python" bench/pytorch.py 3 4096 ;; esac
  if [ "$round" -eq 1 ]; then # its times are those of several runs in one process, and compiling takes minutes
    case $measurements in *trunk-4096*) other JAX-prim jax bf16-prim trunk-4096 --no-heads ;; esac
    case $measurements in *heads-4096*) other JAX-jit jax bf16-jit heads-4096 ;; esac
  fi
done
"$python" bench/table.py "$record"
