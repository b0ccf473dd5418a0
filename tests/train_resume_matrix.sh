#!/bin/sh
# SPDX-License-Identifier: MIT
# What a stopped run was doing is all in its checkpoint: schedule by normalization by estimator by noise by layer by stop, a run that
# was stopped and goes on has the parameters, the statistics and the rows of metrics of one that was not.
. "${A3C_SOURCE:-$(dirname "$0")/..}/tests/shell/tap.sh"
fixed="--mode async --threads 1 --workers 3 --quiet --seed 5 --set eval.episodes=3 --set eval.policy=sample --set log.interval_steps=700
    --set envs_per_worker=2 --set rollout_steps=5 --set optimizer.schedule=constant --steps 6000"

# The running statistics and everything else that a later update depends on, as the checkpoint has them after the whole run: the rows
# of metrics follow from them, and an evaluation of the policy that samples.
result() { echo "$(value params_fingerprint "$1/summary.json") $(value eval_return_mean "$1/summary.json") $(timeless "$1/metrics.jsonl" | cksum)"; }

# stopped STOP OPTIONS...: a run into `cut` that STOP ends somewhere on its way
stopped() {
    stop=$1
    shift
    # shellcheck disable=SC2086
    case $stop in
    seconds) a3c train "$@" $fixed --out cut --set stop.seconds=0.015 > said 2>&1 ;;
    term)
        "$A3C_BIN" train "$@" $fixed --out cut > said 2>&1 &
        while [ ! -s cut/metrics.jsonl ] && kill -0 $! 2> /dev/null; do :; done
        kill -TERM $! 2> /dev/null
        wait $!
        ended=$? # 0 where the run was over before the signal
        [ $ended -eq 143 ] || [ $ended -eq 0 ]
        ;;
    kill)
        "$A3C_BIN" train "$@" $fixed --out cut --set checkpoint.interval_steps=400 > said 2>&1 &
        while [ ! -s cut/checkpoint.safetensors ] && kill -0 $! 2> /dev/null; do :; done
        kill -KILL $! 2> /dev/null
        wait $! 2> /dev/null
        true
        ;;
    esac
}

# cell NAME OPTIONS...: whole, and stopped in three ways
cell() {
    name=$1
    shift
    rm -rf whole
    # shellcheck disable=SC2086
    a3c train "$@" $fixed --out whole > said 2>&1 || { fail "$name" "$(cat said)"; return; }
    for stop in seconds term kill; do
        rm -rf cut
        if stopped $stop "$@" && a3c train --resume cut --quiet --set stop.seconds=0 > said 2>&1; then
            same "$name, $stop" "$(result cut)" "$(result whole)"
        else
            fail "$name, $stop" "$(cat said)"
        fi
    done
}

# schedule NAME: the options that a cell of this schedule has; a replay needs a recording of the same run
schedule() {
    case $1 in
    turns) options="" ;;
    simulated) options="--set async.schedule=simulated --set async.simulated.cost=lognormal" ;;
    replay)
        rm -rf recorded
        # shellcheck disable=SC2086
        a3c train "$preset" $fixed $kind --set async.record=true --set async.update=locked --threads 2 --out recorded > said 2>&1 || cat said
        options="--set async.schedule=replay --set async.update=locked --set async.recording=$work/recorded/schedule.bin"
        ;;
    esac
}

normalized="--set normalize.observations=true --set normalize.returns=true"
for how in turns simulated replay; do
    while read -r label preset kind; do
        schedule $how
        # Words on purpose: each is an option.
        # shellcheck disable=SC2086
        cell "$how, $label" "$preset" $options $kind
    done << END
plain cartpole
normalized,gae acrobot $normalized
returns,n-step acrobot --set normalize.returns=true --set advantage.estimator=n_step
observations,v-trace cartpole --set normalize.observations=true --set advantage.estimator=vtrace
gsde,normalized pendulum $normalized --set exploration.noise=gsde --set exploration.hold=3
held-noise,normalized pendulum $normalized --set exploration.noise=held --set exploration.hold=7
lstm,normalized cartpole_novel $normalized
own-adam cartpole --set optimizer.kind=adam --set optimizer.statistics=worker --set optimizer.adam_step=worker
tasks,normalized cartpole $normalized --set env.id=[CartPole-v1,CartPole-v0]
END
done
# A recording that ends before the run does: a message, status 1, and what was trained is kept.
rm -rf recorded early
# shellcheck disable=SC2086
a3c train cartpole $fixed --set async.record=true --set async.update=locked --out recorded > said 2>&1
# shellcheck disable=SC2086
status "a recording that ends early: status 1" 1 a3c train cartpole $fixed --set async.schedule=replay --set async.update=locked \
    --set "async.recording=$work/recorded/schedule.bin" --steps 9000 --out early
same "a recording that ends early: the message names it and the step" "$(grep -c 'schedule.bin ends at step 6[0-9]*, before total_steps 9000' said)" 1
same "a recording that ends early: what was trained is kept" "$(value params_fingerprint early/summary.json)" "$(value params_fingerprint recorded/summary.json)"
[ -e early/checkpoint.safetensors ]
same "a recording that ends early: there is a checkpoint" $? 0

cell "turns, behavior that lags" cartpole --set async.behavior_delay=4
cell "simulated, behavior that lags" cartpole --set async.behavior_delay=4 --set async.schedule=simulated
finish
