#!/bin/sh
# SPDX-License-Identifier: MIT
# train --profile: the lines of each interval and of the whole run; the words of a3c bench.
. "${A3C_SOURCE:-$(dirname "$0")/..}/tests/shell/tap.sh"

# number NAME LINE: the number behind a word
number() { printf '%s\n' "$2" | sed -n "s/.*$1[: ]*\([0-9.]*\).*/\1/p"; }

for mode in async sync; do
    a3c train cartpole --mode $mode --threads 1 --steps 40000 --set log.interval_steps=10000 --set eval.episodes=1 --profile \
        --out $mode > $mode.said 2>&1 || fail "$mode: runs" "$(cat $mode.said)"
    true_number "$mode: one line per interval" "$(grep -c '^FPS: ' $mode.said) == 4"
    line=$(grep '^FPS: ' $mode.said | tail -1)
    fps=$(number FPS "$line") rollout=$(number Rollout "$line") update=$(number Update "$line") rest=$(number Rest "$line")
    true_number "$mode: it has a rollout and an update" "$rollout > 0 && $update > 0"
    true_number "$mode: whose seconds are the interval's" \
        "($rollout + $update + $rest) * $fps > 9000 && ($rollout + $update + $rest) * $fps < 11500"
    true_number "$mode: as many steps per second as metrics.jsonl has" \
        "$(tail -1 $mode/metrics.jsonl > last; value steps_per_second last) / $fps > 0.99 && $(value steps_per_second last) / $fps < 1.01"
    line=$(grep '^Roofline: ' $mode.said)
    reached=$(number Roofline "$line") peak=$(number 'of the' "$line")
    true_number "$mode: the roofline is below the peak" "$reached > 0 && $reached < $peak"
    true_number "$mode: six operations a parameter and step" "$(printf '%s' "$line" | sed 's/.*(\([0-9]*\) operations.*/\1/') == 6 * 17539"
done
status "quiet stays quiet" 0 a3c train cartpole --steps 5000 --profile --quiet --set eval.episodes=1 --out quiet
same "quiet prints the result and nothing else" "$(wc -l < said) $(grep -c '^CartPole-v1, .*; evaluation return ' said)" "1 1"
status "bench knows its parts" 2 a3c bench kernel
case $(cat said) in *"kernels, sharing, environments or train"*) pass "and names them" ;; *) fail "and names them" "$(cat said)" ;; esac
status "bench measures one part" 2 a3c bench kernels sharing
finish
