#!/bin/sh
# The demonstration: a made-up permanent sample becomes masked tables.
# usage: run.sh EPSQL FOLDER
set -eu
epsql=$1
dir=$2
questions=$(dirname "$0")
export EPSQL_DB="$dir/demo.duckdb"

say() { printf '\n\033[1m%s\033[0m\n' "$*" >&2; }
try() { printf '$ %s\n' "$(printf '%s ' "$@" | sed "s|$epsql|epsql|")" >&2; "$@"; }

rm -rf "$dir"
mkdir -p "$dir"

say "1. Deliveries of 20 000 made-up persons, with a few defects"
try "$epsql" synth --population eps --persons 20000 --years 2006-2008 --seed 1 \
	--format fixed --defects 0.0005 --out "$dir/deliveries"

say "2. A workspace for the permanent sample, and the deliveries in it"
try "$epsql" init --population eps
try "$epsql" load "$dir/deliveries"

say "3. What the deliveries are worth"
try "$epsql" quality

say "4. Three questions, answered through the guard"
for question in "$questions"/*.sql; do
	printf '\n' >&2
	sed -n 's/^-- //p' "$question" >&2
	try "$epsql" query -f "$question"
done

say "What to type next"
cat >&2 <<NEXT
  export EPSQL_DB=$EPSQL_DB
  $epsql shell                                     ask questions of your own
  $epsql query --explain -f $questions/2_dmg.sql     see what ran, and what the guard did
  $epsql catalog show ss00165                      what a zone means, wherever it occurs
  $epsql macros show flags.dmg_v1                  how a flag is computed, in SQL and in SAS
  $epsql deliveries                                what is loaded, and from which file
  $epsql doctor                                    is everything in order?
NEXT
