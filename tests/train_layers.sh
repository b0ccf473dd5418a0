#!/bin/sh
# SPDX-License-Identifier: MIT
# Every kind of layer and head, seen from outside: the fingerprint of a short sync run is the same on each instruction set, and on one
# thread or two.
. "${A3C_SOURCE:-$(dirname "$0")/..}/tests/shell/tap.sh"

# fingerprint_of NAME PRESET OPTIONS...: in $fingerprint, empty when the run failed
fingerprint_of() {
    name=$1
    shift
    a3c "$@" --mode sync --quiet --seed 11 --set eval.episodes=1 --out "$name" > said 2>&1 || sed 's/^/#   /' said
    fingerprint=$(value params_fingerprint "$name/summary.json" 2> missing)
}

# alike WHAT PRESET OPTIONS...
alike() {
    what=$1 first=''
    shift
    for isa in portable avx2 avx512; do
        if ! has_isa $isa; then
            skip "$what: instruction set $isa" "not on this CPU"
            continue
        fi
        export A3C_ISA=$isa
        fingerprint_of "$1-$what-$isa" "$@" --threads 2
        unset A3C_ISA
        [ -n "$first" ] || first=$fingerprint
        same "$what: instruction set $isa" "$fingerprint" "$first"
    done
    fingerprint_of "$1-$what-single" "$@" --threads 1
    same "$what: one thread" "$fingerprint" "$first"
}

alike convolution minatar_breakout --steps 640
alike lstm cartpole_novel --steps 2000
alike gaussian pendulum --steps 2000
alike gru cartpole_novel --steps 2000 --set 'network.layers=[{dense: 16, activation: silu}, {gru: 24}]'
alike gaussian-lstm pendulum_novel --steps 2000
alike layer-norm cartpole --steps 2000 --set 'network.layers=[{dense: 37, activation: silu}, {layer_norm: true}, {dense: 21, activation: tanh}]'
alike separate cartpole --steps 2000 --set network.trunk=separate --set normalize.observations=true
alike one-hot taxi --steps 1000
alike several-heads multi_discrete --steps 1000
alike softplus pendulum --steps 2000 --set exploration.noise=fresh --set exploration.state_dependent_std=true
alike held-noise pendulum --steps 2000 --set exploration.noise=held --set exploration.hold=7
alike convolution-lstm minatar_breakout --steps 640 --set 'network.layers=[{conv: 8, activation: relu}, {lstm: 24}]'
alike v-trace cartpole_novel --steps 2000 --set advantage.estimator=vtrace
alike ppo cartpole_novel --steps 2000 --set loss.kind=ppo
finish
