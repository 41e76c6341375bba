#!/bin/sh
# Long sequences within a limit of memory: time and largest resident set, as the system sees it. Needs GNU time, half an hour and
# 18 GiB. Usage: bench/long.sh BF16LAB FOLDER
set -eu
program=$1
folder=$2
mkdir -p "$folder"

# run NAME LIMIT LENGTH REFERENCE POLICY TAPS: replays a random sequence and prints a line.
run() {
	cat > "$folder/$1.yaml" <<EOF
name: $1
weights: {synthetic: {seed: 1}}
input: {random: {seed: 1, length: $3}}
reference: $4
policies: [$5]
taps: [$6]
EOF
	"$program" doctor --length "$3" --config "$folder/$1.yaml" --memory "$2" > "$folder/$1.plan"
	/usr/bin/time -f "$1: %e s, %M KiB resident" "$program" run "$folder/$1.yaml" -o "$folder/$1" --memory "$2" 2> "$folder/$1.log"
	tail -n 1 "$folder/$1.log"
}

run eager-16384 6GiB 16384 jax-cpu-eager jax-cpu-eager '"**"'
run eager-131072 6GiB 131072 jax-cpu-eager jax-cpu-eager '"**"'
run eager-1048576 20GiB 1048576 jax-cpu-eager jax-cpu-eager '"out/**"'
run f32-eager-1048576 19GiB 1048576 f32 jax-cpu-eager '"out/**"'
