#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs that begin in the same second: each has a folder of its own, and none is lost.
. "${A3C_SOURCE:-$(dirname "$0")/..}/tests/shell/tap.sh"

for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
    a3c train identity --quiet --threads 1 --steps 400 --set eval.episodes=1 2> said$i > result$i &
done
wait
same "twelve runs at once: none complains" "$(cat said* | wc -l | tr -d ' ')" 0
same "twelve runs at once: twelve folders" "$(ls runs | wc -l | tr -d ' ')" 12
same "twelve runs at once: each is whole" "$(ls runs/*/summary.json runs/*/checkpoint.safetensors | wc -l | tr -d ' ')" 24
same "twelve runs at once: one begin in each" "$(for f in runs/*/events.out.tfevents.*; do dirname "$f"; done | sort -u | wc -l | tr -d ' ')" \
    "$(ls runs/*/events.out.tfevents.* | wc -l | tr -d ' ')"

# The same --out: one of them trains there, whoever was first; the other writes nothing.
lost=0
for i in 1 2 3 4 5 6 7 8; do
    for k in 1 2; do
        (a3c train identity --quiet --threads 1 --seed $k --steps 400 --set eval.episodes=1 --out "same$i" > "same$i.$k" 2>&1; echo $? > "status$i.$k") &
    done
    wait
    [ "$(cat "status$i.1" "status$i.2" | grep -c '^0$')" = 1 ] || lost=$((lost + 1))
done
same "two runs with one --out: exactly one trains" $lost 0

mkdir locked
: > locked/.lock
status "--out with a folder that holds nothing but a lock" 0 a3c train identity --quiet --steps 400 --out locked
mkdir full
: > full/notes.txt
status "--out with somebody's files" 2 a3c train identity --quiet --steps 400 --out full
same "somebody's folder is as it was" "$(ls -A full)" notes.txt
finish
