#!/bin/sh
# SPDX-License-Identifier: MIT
# Environments that break, and numbers that are not finite: the run ends with status 1 and says which environment, where and why; the last
# checkpoint is there, holds no such number, and can be resumed.
. "${A3C_SOURCE:-$(dirname "$0")/..}/tests/shell/tap.sh"
cc=${CC:-cc}
command -v "$cc" > /dev/null || exit 77
source=$(cd "${A3C_SOURCE:-$OLDPWD}" && pwd)
"$cc" -shared -fPIC -O1 -I "$source/include" -o breaks.so "$source/tests/plugins/breaks.c" -lm || exit 1
common="--quiet --env ./breaks.so --seed 3 --workers 3 --set envs_per_worker=2 --set rollout_steps=4 --set eval.episodes=1
    --set log.interval_steps=100 --steps 40000"

# breaks NAME WAY REASON OPTIONS...: a run that ends with status 1 and that reason
breaks() {
    name=$1 way=$2 reason=$3
    shift 3
    rm -rf run
    # shellcheck disable=SC2086
    "$A3C_BIN" train cartpole $common --out run --set env.options.way="$way" "$@" > said 2>&1
    seen=$?
    if [ $seen -eq 1 ] && grep -q "test/breaks failed (worker [0-2], environment [01] of it, step [0-9]* of its episode): .*$reason" said; then
        pass "$name: status 1, environment, worker, step and reason"
    else
        fail "$name: status 1, environment, worker, step and reason" "status $seen: $(head -c 500 said)"
    fi
}

for how in "async 1" "async 2" "sync 1" "sync 2"; do
    mode=${how% *} threads=${how#* }
    for way in "step:motor is off" "reward_nan:reward is NaN" "reward_infinite:reward is infinite" \
        "observation_nan:component 1 (speed) of its observation is NaN" \
        "observation_infinite:component 0 (position) of its observation is infinite" "reset:motor is off"; do
        breaks "$mode, $threads threads, ${way%%:*}" "${way%%:*}" "${way#*:}" --mode "$mode" --threads "$threads"
    done
done
breaks "virtual time" reward_nan "reward is NaN" --mode async --set async.schedule=simulated
breaks "V-trace" step "motor is off" --mode async --set advantage.estimator=vtrace
breaks "PPO" observation_nan "speed" --mode sync --set loss.kind=ppo
breaks "the barrier of every step" reward_nan "reward is NaN" --mode sync --threads 2 --set sync.barrier=step
breaks "stacked frames" observation_nan "component 1 (speed)" --set env.frame_stack=3
breaks "repeated actions" reward_infinite "infinite" --set env.frame_skip=2

# The checkpoint from before is kept, and goes on; the environment breaks again, or is mended.
for mode in async sync; do
    breaks "$mode, later" reward_nan "reward is NaN" --mode $mode --threads 1 --set env.options.after=500 --set checkpoint.interval_steps=200
    [ -e run/checkpoint.safetensors ]
    same "$mode, later: the last checkpoint is kept" $? 0
    "$A3C_BIN" train --resume run --env ./breaks.so --quiet > said 2>&1
    same "$mode, later: it can be resumed, and breaks where it did" "$? $(grep -c 'reward is NaN' said)" "1 1"
done

# A plugin that crashes is named, with its function, before the signal has its usual effect.
"$A3C_BIN" --version | grep -q sanitize || for mode in async sync; do
    "$cc" -shared -fPIC -O1 -DFAULT=CRASHES_IN_STEP -I "$source/include" -o faulty.so "$source/tests/plugins/faulty.c" 2> /dev/null || break
    "$A3C_BIN" train cartpole --quiet --env ./faulty.so --mode $mode --threads 2 --workers 2 --steps 4000 --out crash-$mode > said 2>&1
    same "$mode: a plugin that crashes in training is named, with its function" \
        "$? $(grep -c 'environment .* crashed in its function step' said)" "139 1"
done

# Elsewhere
status "env run: status 1" 1 a3c env run ./breaks.so --steps 10 --actions random
same "env run: the reason" "$(grep -c 'test/breaks failed, step 3: the motor' said)" 1
a3c train cartpole --quiet --env ./breaks.so --workers 1 --set envs_per_worker=1 --set rollout_steps=2 --steps 2 --set eval.episodes=5 --out judged > said 2>&1
same "an evaluation that breaks: status 1 and the episode" "$? $(grep -c 'failed in an evaluation, episode 1, step 3: the motor' said)" "1 1"
status "eval: status 1" 1 a3c eval judged --env ./breaks.so
same "eval: the reason" "$(grep -c 'episode 1, step 3: the motor' said)" 1
status "watch: status 1" 1 a3c watch judged --env ./breaks.so
same "watch: the reason" "$(grep -c 'episode 1, step 3: the motor' said)" 1

# An optimizer without epsilon is not told to lower its learning rate.
a3c train taxi --quiet --threads 1 --mode async --steps 4000 --set optimizer.kind=rmsprop --set optimizer.epsilon=0 --out zero > said 2>&1
same "0 / 0 for want of optimizer.epsilon is told as that" "$? $(grep -c 'optimizer.epsilon is 0' said)" "1 1"
finish
