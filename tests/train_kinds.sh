#!/bin/sh
# SPDX-License-Identifier: MIT
# Ways to train beside the plain one, seen from outside: PPO, rollouts that grow, a start from another run's parameters, several
# tasks at once, virtual time of measured turns.
. "${A3C_SOURCE:-$(dirname "$0")/..}/tests/shell/tap.sh"
small="--steps 12800 --seed 7"
ppo="--mode sync --set loss.kind=ppo --set loss.ppo.epochs=4 --set loss.ppo.minibatches=4 --set rollout_steps=16"
grows="--set rollout_schedule=linear --set rollout_initial=4"

# stopped NAME OPTIONS...: the run NAME again, but stopped half way and resumed; its fingerprint in $fingerprint
stopped() {
    name=$1
    shift
    train "$name" "$@" --set checkpoint.interval_steps=6400 --steps 6400
    a3c train --resume "$work/$name" --quiet --steps 12800 > "$name.said" 2>&1 || fail "$name: resumes" "$(cat "$name.said")"
    fingerprint=$(value params_fingerprint "$work/$name/summary.json")
}

# shellcheck disable=SC2086
{
    constant="--set optimizer.schedule=constant --seed 7" # a schedule's end would move with total_steps
    train ppo $ppo --threads 2 $constant --steps 12800
    first=$fingerprint
    train ppo-1 $ppo --threads 1 $constant --steps 12800
    same "PPO: the parameters do not depend on the threads" "$fingerprint" "$first"
    same "PPO: nor do the metrics" "$(timeless ppo-1/metrics.jsonl | cksum)" "$(timeless ppo/metrics.jsonl | cksum)"
    same "PPO: 16 updates a batch" "$(value updates ppo/summary.json)" 800
    stopped ppo-resumed $ppo $constant
    same "PPO: a resumed run equals one that was not stopped" "$fingerprint" "$first"
    train ppo-solved $ppo --seed 3 --steps 60000 --set advantage.normalize=true
    true_number "PPO learns CartPole" "$(value eval_return_mean ppo-solved/summary.json) >= 300"
    status "PPO needs sync mode" 2 a3c train cartpole --mode async --set loss.kind=ppo --out "$work/x"
    status "PPO with an LSTM does not cut rollouts" 2 a3c train cartpole_novel $ppo --set loss.ppo.minibatches=17 --out "$work/x"
    case $(cat said) in *loss.ppo.minibatches*) pass "and says so by name" ;; *) fail "and says so by name" "$(cat said)" ;; esac

    for mode in async sync; do
        train grows-$mode --mode $mode --threads 1 $grows $small
        once=$fingerprint
        train grows-again-$mode --mode $mode --threads 1 $grows $small
        same "$mode: a run with growing rollouts repeats itself" "$fingerprint" "$once"
        train flat-$mode --mode $mode --threads 1 $small
        true_number "$mode: shorter rollouts are more updates" \
            "$(value updates grows-$mode/summary.json) > 1.2 * $(value updates flat-$mode/summary.json)"
        true_number "$mode: of the same steps" "$(value steps grows-$mode/summary.json) < 12800 + 1000"
    done

    train started --mode sync --set init.from=grows-sync --set optimizer.learning_rate=0 --steps 1000
    same "init.from: the parameters are the other run's" "$fingerprint" "$(value params_fingerprint grows-sync/summary.json)"
    train started-file --mode async --set init.from=grows-sync/checkpoint.safetensors --set optimizer.learning_rate=0 --steps 1000
    same "init.from: a file will do, in either mode" "$fingerprint" "$(value params_fingerprint grows-sync/summary.json)"
    other='network.layers=[{"dense":32}]'
    status "init.from: another shape is refused" 1 a3c train cartpole --quiet --set init.from=grows-sync --set "$other" --out "$work/x"
    case $(cat said) in *init.from*param/*) pass "and the tensor named" ;; *) fail "and the tensor named" "$(cat said)" ;; esac
    status "init.from: a run that is not there is refused" 2 a3c train cartpole --quiet --set init.from=nowhere --out "$work/x"
    status "init.from: normalized observations must be so in both" 2 a3c train cartpole --quiet --set init.from=grows-sync \
        --set normalize.observations=true --out "$work/x"
    [ -e x ] && fail "a refused start leaves no folder" || pass "a refused start leaves no folder"

    train tasks --mode sync --set env.id='[CartPole-v1, CartPole-v0]' --set eval.episodes=20 --steps 60000
    tasks=$(tr -d ' \n' < tasks/summary.json | sed -n 's/.*"tasks":\[\(.*\)\].*/\1/p')
    same "several tasks: each has its evaluation" "$(echo "$tasks" | grep -o '"env":"[^"]*"' | tr '\n' ' ')" \
        '"env":"CartPole-v1" "env":"CartPole-v0" '
    longer=$(echo "$tasks" | sed 's/.*v1","eval_return_mean":\([0-9.]*\).*/\1/')
    shorter=$(echo "$tasks" | sed 's/.*v0","eval_return_mean":\([0-9.]*\).*/\1/')
    true_number "several tasks: each was learned" "$longer > 250 && $shorter > 150 && $shorter <= 200"
    true_number "several tasks: the whole is their mean" \
        "2 * $(value eval_return_mean tasks/summary.json) - ($longer + $shorter) < 1e-6"
    same "several tasks: and counts all episodes" "$(grep -c '^  "eval_episodes": 40' tasks/summary.json)" 1
    status "several tasks need equal spaces" 2 a3c train cartpole --set env.id='[CartPole-v1, Acrobot-v1]' --out "$work/x"

    train measured --mode async --workers 8 --set async.schedule=simulated --set async.simulated.cost=measured $small
    case $(value asynchrony measured/summary.json) in
    *measured*notrepeatable*) pass "measured turns: the run says it is not repeatable" ;;
    *) fail "measured turns: the run says it is not repeatable" "$(value asynchrony measured/summary.json)" ;;
    esac
    late=$(tr -d ' \n' < measured/summary.json | sed 's/.*"staleness":{"mean":\([0-9.]*\).*/\1/')
    true_number "measured turns: 8 workers are 7 updates late in the mean" "$late > 6.5 && $late < 7.1"
}
finish
