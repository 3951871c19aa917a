#!/bin/sh
# Compiles inami.cob with GnuCOBOL and writes its files anew beside it. The
# tests need the files, not the compiler.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cobc -x -std=ibm -I ../../catalog/be/copybooks -o "$work/inami" inami.cob
for coding in ascii ebcdic; do
    (cd "$work" && ./inami "$(echo $coding | tr a-z A-Z)")
    for way in variable fixed lines; do
        gzip -9 -n -c "$work/$way.dat" > "inami_${coding}_$way.dat.gz"
    done
done
