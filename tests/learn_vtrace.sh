#!/bin/sh
# SPDX-License-Identifier: MIT
# V-trace against the uncorrected loss where the rollouts are collected with parameters ten updates old (async.behavior_delay): the same
# gradients at the same parameters but for the correction. CartPole, one thread, so that nothing else is late.
. "${A3C_SOURCE:-$(dirname "$0")/..}/tests/shell/tap.sh"
budget="--mode async --workers 16 --threads 1 --steps 100000 --set envs_per_worker=4 --set rollout_steps=32
    --set optimizer.learning_rate=2e-3"

# evaluated NAME OPTIONS...: the mean returns of all seeds, in $all
evaluated() {
    name=$1
    shift
    all=
    for seed in ${A3C_LEARN_SEEDS:-1 2 3 4 5}; do
        rm -rf "${work:?}/$name"
        # shellcheck disable=SC2086
        a3c train cartpole $budget --seed "$seed" --quiet --out "$work/$name" --set eval.episodes="${A3C_LEARN_EPISODES:-20}" "$@" > said 2>&1
        all="$all $(value eval_return_mean "$name/summary.json")"
    done
}

evaluated prompt
prompt=$all
evaluated late --set async.behavior_delay=10
late=$all
evaluated corrected --set async.behavior_delay=10 --set advantage.estimator=vtrace
corrected=$all

# beats NAME A B: every seed of A is above every seed of B, by a margin
beats() {
    if echo "$2 ; $3" | awk '{ low = 1e9; high = -1e9
        for (i = 1; i <= NF; i++) { if ($i == ";") second = 1; else if (second) { if ($i > high) high = $i } else if ($i < low) low = $i }
        exit !(low > high + 100) }'; then
        pass "$1:$2, against$3"
    else
        fail "$1" "$2, against $3"
    fi
}
beats "V-trace learns from rollouts ten updates old, the uncorrected loss does not" "$corrected" "$late"
beats "which without the delay it does" "$prompt" "$late"
finish
