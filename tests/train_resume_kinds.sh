#!/bin/sh
# SPDX-License-Identifier: MIT
# Every kind of layer, head, noise, correction, optimizer and normalization: a run that ended half way and goes on has the parameters
# of the run that did not, in both modes, on one thread.
. "${A3C_SOURCE:-$(dirname "$0")/..}/tests/shell/tap.sh"
# What follows total_steps stays as it is, so that half a run is the first half of a whole one.
fixed="--threads 1 --seed 9 --quiet --set optimizer.schedule=constant --set loss.entropy_schedule=constant --set eval.episodes=1
    --set workers=4 --set envs_per_worker=1"

# resumes KIND MODES PRESET OPTIONS...
resumes() {
    kind=$1 modes=$2 preset=$3
    shift 3
    for mode in $modes; do
        # shellcheck disable=SC2086
        if a3c train "$preset" $fixed --mode $mode --steps 1600 --out whole "$@" > said 2>&1 &&
            a3c train "$preset" $fixed --mode $mode --steps 800 --out cut "$@" > said 2>&1 &&
            a3c train --resume cut --quiet --steps 1600 > said 2>&1; then
            same "$kind, $mode" "$(value params_fingerprint cut/summary.json)" "$(value params_fingerprint whole/summary.json)"
        else
            fail "$kind, $mode" "$(cat said)"
        fi
        rm -rf whole cut
    done
}

both="async sync"
resumes convolution "$both" minatar_breakout --set network.layers=minatar
resumes convolution-lstm "$both" minatar_breakout --set 'network.layers=[{conv: 8, activation: relu}, {lstm: 24}]'
resumes lstm "$both" cartpole_novel
resumes lstms-apart "$both" cartpole_novel --set 'network.layers=[{lstm: 16}, {layer_norm: true}, {lstm: 9}]' --set network.trunk=separate
resumes layer-norm "$both" cartpole --set 'network.layers=[{dense: 37, activation: silu}, {layer_norm: true}, {dense: 21}]'
resumes normalization "$both" cartpole --set normalize.observations=true --set normalize.returns=true
resumes gaussian "$both" pendulum --set exploration.noise=fresh
resumes softplus "$both" pendulum --set exploration.noise=fresh --set exploration.state_dependent_std=true
resumes held-noise "$both" pendulum --set exploration.noise=held --set exploration.hold=7
resumes gsde "$both" pendulum --set exploration.hold=7
resumes gru "$both" cartpole_novel --set 'network.layers=[{gru: 16}, {dense: 9}, {gru: 7}]'
resumes gsde-lstm "$both" pendulum_novel
resumes multi-discrete "$both" multi_discrete
resumes one-hot "$both" taxi
resumes v-trace "$both" cartpole --set advantage.estimator=vtrace
resumes v-trace-lstm "$both" cartpole_novel --set advantage.estimator=vtrace
resumes ppo sync cartpole --set loss.kind=ppo
resumes ppo-lstm sync cartpole_novel --set loss.kind=ppo --set loss.ppo.minibatches=2
resumes ppo-gsde sync pendulum --set loss.kind=ppo
resumes adam "$both" cartpole --set optimizer.kind=adam
resumes momentum "$both" cartpole --set optimizer.kind=sgd --set optimizer.momentum=0.9
resumes own-statistics async cartpole --set optimizer.kind=adam --set optimizer.statistics=worker --set optimizer.adam_step=worker
resumes tasks "$both" cartpole --set 'env.id=[CartPole-v1, CartPole-v0]'
resumes warm-up "$both" cartpole --set optimizer.warmup_steps=700
resumes whole-episodes "$both" cartpole --set rollout_until_done=true --set advantage.estimator=monte_carlo
resumes frame-stack "$both" cartpole_novel --set env.frame_stack=3
finish
