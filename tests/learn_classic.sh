#!/bin/sh
# SPDX-License-Identifier: MIT
# Presets learn what they are for, in both modes: a seed each, and budgets and bars that a broken trainer misses; tools/results
# has the whole measurement. One thread, so that a run repeats itself.
. "${A3C_SOURCE:-$(dirname "$0")/..}/tests/shell/tap.sh"

# learns PRESET BAR EPISODES OPTIONS...: the final greedy policy's mean return is at least BAR
learns() {
    preset=$1 bar=$2 episodes=$3
    shift 3
    for mode in async sync; do
        name="$preset, $mode: mean return of at least $bar"
        if a3c train "$preset" --mode $mode --threads 1 --seed 3 --quiet --out "$work/$preset-$mode" --set eval.episodes=1 "$@" > said 2>&1 &&
            a3c eval "$work/$preset-$mode" --episodes "$episodes" --seed 1000000 --json > eval.json 2> said; then
            true_number "$name" "$(value eval_return_mean eval.json) >= $bar"
        else
            fail "$name" "$(head -c 600 said)"
        fi
    done
}

# worth PRESET BAR OPTIONS...: the final greedy policy's exact value is at least BAR
worth() {
    preset=$1 bar=$2
    shift 2
    for mode in async sync; do
        name="$preset, $mode: exact value of at least $bar"
        if a3c train "$preset" --mode $mode --threads 1 --seed 3 --quiet --out "$work/$preset-$mode" --set eval.episodes=1 "$@" > said 2>&1 &&
            a3c eval "$work/$preset-$mode" --episodes 1 --exact --json > eval.json 2> said; then
            true_number "$name" "$(value exact_value eval.json) >= $bar - 1e-9"
        else
            fail "$name" "$(head -c 600 said)"
        fi
    done
}

learns acrobot -100 100 --steps 300000
learns mountain_car -135 100 --steps 500000 --seed 1
learns mountain_car_continuous 85 100
learns pendulum -250 100 --steps 500000
learns catch 0.95 100
worth frozen_lake 0.70 --steps 500000
worth taxi 7.5
worth cliff_walking -13

# An exact value is what episodes return on average.
a3c eval "$work/frozen_lake-sync" --episodes 20000 --exact --policy sample --json > eval.json
true_number "the exact value of a sampled policy is its episodes' mean" \
    "($(value exact_value eval.json) - $(value eval_return_mean eval.json)) ^ 2 < 0.015 ^ 2"
status "no exact value where states are not a table" 2 a3c eval "$work/acrobot-sync" --exact
finish
