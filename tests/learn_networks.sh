#!/bin/sh
# SPDX-License-Identifier: MIT
# What the diagnostics are for: each preset learns what only it can show, in both modes, on every seed, and what cannot learn it
# does not. Each line says the numbers of all seeds.
#
# A3C_LEARN_SEEDS (1 2), A3C_LEARN_EPISODES (100): more of either; A3C_LEARN_ALL=1 adds Pendulum without its velocity, which
# takes a minute a run.
. "${A3C_SOURCE:-$(dirname "$0")/..}/tests/shell/tap.sh"
seeds=${A3C_LEARN_SEEDS:-1 2}
episodes=${A3C_LEARN_EPISODES:-100}

# learned RUN PRESET MODE SEED OPTIONS...: trains into $work/RUN; its evaluation's mean in $mean (nan when it failed)
learned() {
    run=$1 preset=$2 mode=$3 seed=$4
    shift 4
    rm -rf "${work:?}/$run"
    mean=nan
    [ "$mode" = async ] || set -- "$@" --threads 1 # the same result, without waiting for other programs at barriers
    a3c train "$preset" --mode "$mode" --seed "$seed" --quiet --out "$work/$run" --set eval.episodes="$episodes" "$@" > "$run.said" 2>&1 &&
        mean=$(value eval_return_mean "$run/summary.json")
    [ -n "$mean" ] && [ "$mean" != null ] || mean=nan
}

# bar NAME CONDITION NUMBER...: every number, as x, must meet the condition; says all of them
bar() {
    title=$1 limit=$2
    shift 2
    if echo "$*" | awk "{ for (i = 1; i <= NF; i++) { x = \$i; if (x == \"nan\" || !($limit)) exit 1 } }"; then
        pass "$title: $*"
    else
        fail "$title" "$*: expected $limit"
    fi
}

# returns NAME CONDITION PRESET OPTIONS...: the mean returns of all seeds in both modes
returns() {
    name=$1 condition=$2 preset=$3
    shift 3
    for mode in async sync; do
        all=
        for seed in $seeds; do
            learned one "$preset" $mode "$seed" "$@"
            all="$all $mean"
        done
        # shellcheck disable=SC2086
        bar "$name, $mode" "$condition" $all
    done
}

# answers NAME CONDITION PRESET KEY INPUT: what `act` says of KEY for an observation, of all seeds in both modes
answers() {
    for mode in async sync; do
        all=
        for seed in $seeds; do
            learned one "$3" $mode "$seed"
            answer=$(echo "$5" | a3c act "$work/one" | tr -d ' ' | sed -n "s/.*\"$4\":\[*\([-0-9.e]*\).*/\1/p")
            all="$all ${answer:-nan}"
        done
        # shellcheck disable=SC2086
        bar "$1, $mode" "$2" $all
    done
}

near() { echo "x - ($1) <= $2 && x - ($1) >= -($2)"; }

answers "probe 1: a constant reward's value" "$(near 1 0.05)" probe1 value '[0]'
answers "probe 2: a value that depends on what is seen" "$(near 1 0.05)" probe2 value '[1]'
answers "probe 2: and its other side" "$(near -1 0.05)" probe2 value '[-1]'
answers "probe 3: a reward one step away is discounted" "$(near 0.9 0.05)" probe3 value '[0]'
returns "probe 4: the better action" "x == 1" probe4
returns "probe 5: the better action for what is seen" "x == 1" probe5
answers "stochastic: the mixed policy" "$(near 0.75 0.05)" stochastic probabilities '[0]'
returns "identity" "x > 90" identity
returns "identity_box" "x > 90" identity_box
returns "memory_chain with an LSTM" "x >= 0.9" memory_chain
returns "memory_chain without memory" "x < 0.2" memory_chain --set network.layers='[{dense: 64, activation: tanh}]'
returns "CartPole without velocities, with an LSTM" "x >= 475" cartpole_novel
[ -z "${A3C_LEARN_ALL:-}" ] || returns "CartPole without velocities, without memory" "x < 200" cartpole_novel \
    --set network.layers='[{dense: 64, activation: tanh}, {dense: 64, activation: tanh}]'
[ -z "${A3C_LEARN_ALL:-}" ] || returns "Pendulum without velocity, with an LSTM" "x >= -250" pendulum_novel
[ -z "${A3C_LEARN_ALL:-}" ] || returns "Pendulum without velocity, without memory" "x < -500" pendulum_novel \
    --set network.layers='[{dense: 64, activation: tanh}, {dense: 64, activation: tanh}]'
finish
