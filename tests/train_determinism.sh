#!/bin/sh
# SPDX-License-Identifier: MIT
# What is promised about repeatability, seen from outside: fingerprints of whole runs.
. "${A3C_SOURCE:-$(dirname "$0")/..}/tests/shell/tap.sh"
small="--steps 12800 --seed 7"

# shellcheck disable=SC2086
{
    train sync --mode sync --threads 1 $small
    first=$fingerprint
    train sync-2 --mode sync --threads 2 $small
    same "sync: 2 threads give the parameters of 1" "$fingerprint" "$first"
    same "sync: 2 threads write the metrics of 1" "$(timeless sync-2/metrics.jsonl | cksum)" "$(timeless sync/metrics.jsonl | cksum)"
    train sync-many --mode sync --threads 16 $small
    same "sync: more threads than CPUs give the parameters of 1" "$fingerprint" "$first"
    train sync-auto --mode sync $small
    same "sync: they are as many as when none are asked for" "$(value threads "$work/sync-many/summary.json")" "$(value threads "$work/sync-auto/summary.json")"

    # An environment that sleeps gets all its threads, more than CPUs.
    sleeping="--set env.delay.kind=constant --set env.delay.sleeps=true --set env.delay.mean_us=1 --steps 3200 --seed 7"
    train sleeping --mode sync --threads 1 $sleeping
    sleeper=$fingerprint
    for threads in 2 3 4 16; do
        train "sleeping-$threads" --mode sync --threads $threads $sleeping
        same "sync, asleep: $threads threads give the parameters of 1" "$fingerprint" "$sleeper"
        same "sync, asleep: $threads threads write the metrics of 1" "$(timeless sleeping-$threads/metrics.jsonl | cksum)" "$(timeless sleeping/metrics.jsonl | cksum)"
    done
    same "sync, asleep: as many threads as shards" "$(value threads "$work/sleeping-16/summary.json")" 8
    train sync-step --mode sync --threads 2 --set sync.barrier=step $small
    same "sync: the barrier after every step changes nothing" "$fingerprint" "$first"
    train sync-seed --mode sync --threads 2 --steps 12800 --seed 8
    different "sync: another seed gives other parameters" "$fingerprint" "$first"

    for isa in reference portable avx2 avx512; do
        if has_isa $isa; then
            export A3C_ISA=$isa
            train "isa-$isa" --mode sync --threads 2 $small
            unset A3C_ISA
            same "instruction set $isa gives the same parameters" "$fingerprint" "$first"
        else
            skip "instruction set $isa gives the same parameters" "not on this CPU"
        fi
    done

    train async --mode async --workers 4 --threads 1 $small
    once=$fingerprint
    train async-again --mode async --workers 4 --threads 1 $small
    same "async on one thread repeats itself" "$fingerprint" "$once"
    different "async is not sync" "$once" "$first"

    train recorded --mode async --workers 16 --threads 2 --set async.update=locked --set async.record=true $small
    recorded=$fingerprint
    for threads in 1 2; do
        train "replay-$threads" --mode async --workers 16 --threads $threads --set async.update=locked --set async.schedule=replay \
            --set async.recording="$work/recorded/schedule.bin" $small
        same "a recorded run replayed on $threads threads gives its parameters" "$fingerprint" "$recorded"
    done

    train single --mode async --workers 1 --threads 1 $small
    single=$fingerprint
    train simulated --mode async --workers 1 --threads 1 --set async.schedule=simulated $small
    same "one simulated worker equals async with one worker" "$fingerprint" "$single"
    train virtual --mode async --workers 8 --threads 1 --set async.schedule=simulated --set async.simulated.cost=constant $small
    virtual=$fingerprint
    train virtual-again --mode async --workers 8 --threads 1 --set async.schedule=simulated --set async.simulated.cost=constant $small
    same "a simulated run repeats itself" "$fingerprint" "$virtual"
    same "8 simulated workers of equal cost are 7 updates late" "$(value p50 virtual/summary.json)" 7
}
finish
