#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs that are interrupted, killed and resumed end as the run that was not. A busy delay in the environment makes a run long enough to
# be interrupted; it changes nothing else.
. "${A3C_SOURCE:-$(dirname "$0")/..}/tests/shell/tap.sh"
common="--mode sync --threads 2 --steps 16000 --seed 3 --set log.interval_steps=1600 --set checkpoint.interval_steps=1600"
slow="--set env.delay.kind=constant --set env.delay.mean_us=100"

# shellcheck disable=SC2086
train whole $common $slow
whole=$fingerprint

# start NAME OPTIONS...: a run in $work/NAME in the background, waited for until its first checkpoint is there
start() {
    run=$1
    shift
    # a shell starts background jobs with SIGINT ignored
    env --default-signal=INT "$A3C_BIN" train cartpole --quiet --out "$work/$run" --set eval.episodes=1 "$@" > "$work/$run.said" 2>&1 &
    pid=$!
    for _ in $(seq 300); do
        [ -e "$work/$run/checkpoint.safetensors" ] && return 0
        kill -0 $pid 2> /dev/null || return 1
        sleep 0.02
    done
    return 1
}

# shellcheck disable=SC2086
for signal in INT TERM; do
    [ $signal = INT ] && expected=130 || expected=143
    start "stopped-$signal" $common $slow || fail "SIG$signal: the run wrote a checkpoint" "$(cat "stopped-$signal.said")"
    kill -$signal $pid
    wait $pid
    same "SIG$signal ends a run with $expected" $? $expected
    same "SIG$signal: the summary says so" "$(value stopped_by "stopped-$signal/summary.json")" signal
    status "SIG$signal: the run resumes" 0 a3c train --quiet --resume "$work/stopped-$signal"
    same "SIG$signal: resumed, it ends as the uninterrupted run" "$(value params_fingerprint "stopped-$signal/summary.json")" "$whole"
    same "SIG$signal: and with its metrics" "$(timeless "stopped-$signal/metrics.jsonl" | cksum)" "$(timeless whole/metrics.jsonl | cksum)"
done

# shellcheck disable=SC2086
{
    start killed $common $slow
    tries=0
    for pause in 0.01 0.13 0.05 0.21 0.02; do
        sleep $pause
        kill -KILL $pid 2> /dev/null
        wait $pid 2> /dev/null
        [ -e killed/summary.json ] || tries=$((tries + 1))
        "$A3C_BIN" train --quiet --resume "$work/killed" > "$work/killed.said" 2>&1 &
        pid=$!
    done
    wait $pid
    same "SIGKILL: the last of six starts ends well" $? 0
    true_number "SIGKILL: it was killed while it ran" "$tries > 0"
    same "SIGKILL: it ends as the uninterrupted run" "$(value params_fingerprint killed/summary.json)" "$whole"
    same "SIGKILL: and with its metrics" "$(timeless killed/metrics.jsonl | cksum)" "$(timeless whole/metrics.jsonl | cksum)"

    train solved --seed 3 --threads 1 --set stop.when_solved=true
    steps=$(value steps solved/summary.json)
    same "a run ends when it is solved" "$(value stopped_by solved/summary.json)" solved
    status "one that was solved and stopped is finished: resuming" 0 a3c train --json --resume "$work/solved"
    same "prints its summary" "$(value params_fingerprint "$work/said")" "$fingerprint"
    same "and trains no step more" "$(value steps solved/summary.json)" "$steps"
    rm solved/summary.json
    status "without a summary, as after a crash, it is resumed" 0 a3c train --quiet --resume "$work/solved"
    same "to write one" "$(value params_fingerprint solved/summary.json)" "$fingerprint"

    # stop.seconds is the process's own time: the second slice is as long as the first, and not over as it begins.
    train slices --threads 1 --steps 1000000000 --set stop.seconds=0.3
    first=$(value steps slices/summary.json)
    status "a run is resumed for another slice of time" 0 a3c train --quiet --resume "$work/slices"
    second=$(value steps slices/summary.json)
    true_number "which is no shorter than the first" "$second - $first > $first / 5"

    status "a finished run that is resumed prints its summary" 0 a3c train --json --resume "$work/whole"
    same "the summary is the run's" "$(value params_fingerprint "$work/said")" "$whole"
    rm whole/summary.json
    status "a run that was killed before its summary gets one" 0 a3c train --quiet --resume "$work/whole"
    same "it is the run's" "$(value params_fingerprint whole/summary.json)" "$whole"
    status "a run may be resumed on other threads" 0 a3c train --quiet --resume "$work/whole" --threads 1 --steps 19200
    true_number "it went on to the new end" "$(value steps whole/summary.json) >= 19200"
    status "but not with other workers" 2 a3c train --quiet --resume "$work/whole" --workers 8 --steps 20000
}
# The other ways to run that repeat, and what else a run carries: moments, recurrent state, lasting noise, open turns.
# shellcheck disable=SC2086
resumes() {
    kind=$1
    shift
    train "whole-$kind" "$@" $slow
    uncut=$fingerprint
    start "cut-$kind" "$@" $slow || fail "$kind: the run wrote a checkpoint" "$(cat "cut-$kind.said")"
    kill -TERM $pid
    wait $pid
    status "$kind: the run resumes" 0 a3c train --quiet --resume "$work/cut-$kind"
    same "$kind: it ends as the uninterrupted run" "$(value params_fingerprint "cut-$kind/summary.json")" "$uncut"
    same "$kind: and with its metrics" "$(timeless "cut-$kind/metrics.jsonl" | cksum)" "$(timeless "whole-$kind/metrics.jsonl" | cksum)"
}
short="--steps 6000 --seed 4 --set log.interval_steps=700 --set checkpoint.interval_steps=500 --workers 3 --set envs_per_worker=2"
layers="network.layers=[{dense: 16, activation: tanh}, {lstm: 16}]"
# shellcheck disable=SC2086
{
    resumes one-thread $short --mode async --threads 1 --set optimizer.statistics=worker
    resumes simulated $short --mode async --set async.schedule=simulated --set async.simulated.cost=lognormal
    resumes recurrent $short --mode async --threads 1 --set normalize.observations=true --set normalize.returns=true --set "$layers"
    resumes recurrent-sync $short --mode sync --set normalize.observations=true --set normalize.returns=true --set "$layers"
}

mkdir empty
status "a folder without a checkpoint is refused" 2 a3c train --quiet --resume "$work/empty"
finish
