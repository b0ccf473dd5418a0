#!/bin/sh
# SPDX-License-Identifier: MIT
# What stands between a trained policy and its environment holds in training, in evaluation and in `act`: forbidden actions,
# hidden components of an observation, rescaled and clipped numbers, recurrent state.
. "${A3C_SOURCE:-$(dirname "$0")/..}/tests/shell/tap.sh"

# acted RUN LINE...: what act answers, a line each
acted() {
    run=$1
    shift
    for line; do echo "$line"; done | a3c act "$run" 2> said | tr -d ' '
}

if ${CC:-cc} -shared -fPIC -fvisibility=hidden -I "$A3C_SOURCE/include" "$A3C_SOURCE/tests/plugins/masked.c" -o masked.so; then
    for env in one two; do
        status "masks, $env: the plugin keeps the contract" 0 a3c env check ./masked.so:$env
        for mode in async sync; do
            a3c train --env ./masked.so:$env --mode $mode --threads 1 --steps 2000 --quiet --out "$env-$mode" --set eval.policy=sample \
                --set eval.episodes=50 > said 2>&1 || fail "masks, $env, $mode: it trains" "$(cat said)"
            same "masks, $env, $mode: no forbidden action in training" "$(value return_mean "$env-$mode/summary.json")" 8
            same "masks, $env, $mode: nor in evaluation" "$(value eval_return_mean "$env-$mode/summary.json")" 8
        done
    done
    export A3C_ENV_PATH="$work"
    second='{"observation":[3],"allowed":[0,0,1,0,0,0,1,0]}'
    same "masks: act keeps to what is allowed" "$(acted two-sync "$second" | cut -d '"' -f 1-3)" '{"action":[2,1],'
    same "masks: for one observation" "$(acted two-sync '[3]' "$second" '[3]' | sed -n 3p)" "$(acted two-sync '[3]')"
    for bad in '{"observation":[3],"allowed":[0,0,0,0,0,1,1,1]}' '{"observation":[3],"allowed":[1,1]}' \
        '{"observation":[3],"allowed":[1,1,1,1,1,1,1,2]}'; do
        echo "$bad" > line
        status "masks: act refuses $bad" 2 sh -c '"$A3C_BIN" act two-sync < line'
    done
else
    skip "masks" "no compiler"
fi

a3c train cartpole_novel --mode sync --steps 2000 --quiet --out novel --set eval.episodes=1 > said 2>&1 || fail "it trains" "$(cat said)"
same "act hides what env.mask hid" "$(acted novel '[0.1,5,0.02,-7]')" "$(acted novel '[0.1,0,0.02,0]')"
different "and nothing else" "$(acted novel '[0.2,0,0.02,0]')" "$(acted novel '[0.1,0,0.02,0]')"
first=$(acted novel '[0.1,0,0.02,0]') second=$(acted novel '[0.1,0,0.02,0]' '[0.1,0,0.02,0]' | tail -1)
different "act: a recurrent state goes on" "$second" "$first"
same "act: {\"reset\":true} starts it anew" "$(acted novel '[0.1,0,0.02,0]' '{"reset":true}' '[0.1,0,0.02,0]' | tail -1)" "$first"

a3c train cartpole_novel --mode sync --steps 2000 --quiet --out gru --set eval.episodes=1 --set 'network.layers=[{gru: 16}]' > said 2>&1 ||
    fail "a GRU trains" "$(cat said)"
first=$(acted gru '[0.1,0,0.02,0]')
different "act: a GRU has a state too" "$(acted gru '[0.1,0,0.02,0]' '[0.1,0,0.02,0]' | tail -1)" "$first"
same "act: which {\"reset\":true} clears" "$(acted gru '[0.1,0,0.02,0]' '{"reset":true}' '[0.1,0,0.02,0]' | tail -1)" "$first"
a3c train cartpole --mode sync --steps 2000 --quiet --out stacked --set eval.episodes=1 --set env.mask='[1]' --set env.frame_stack=2 > said 2>&1
same "in every frame of a stack" "$(acted stacked '[1,5,3,4,1,-5,3,4]')" "$(acted stacked '[1,0,3,4,1,0,3,4]')"

a3c train cartpole --mode sync --steps 2000 --quiet --out normal --set eval.episodes=1 --set normalize.observations=true > said 2>&1
same "normalization is frozen once trained" "$(acted normal '[1,2,3,4]' '[9,-9,9,-9]' '[1,2,3,4]' | sed -n 3p)" "$(acted normal '[1,2,3,4]')"
before=$(cksum < normal/checkpoint.safetensors)
a3c eval normal --episodes 3 --json > once.json
a3c eval normal --episodes 3 --json > again.json
same "an evaluation leaves it as it is" "$(value eval_return_mean again.json) $(cksum < normal/checkpoint.safetensors)" \
    "$(value eval_return_mean once.json) $before"

# numbers RUN KEY: the first of act's numbers for one observation
number() { acted "$1" '[1,0,0.5]' | sed "s/.*\"$2\":\[\([-0-9.e]*\).*/\1/"; }
for kind in clipped rescaled raw; do
    case $kind in
    clipped) options="--set network.policy_gain=5" ;;
    rescaled) options="--set network.policy_gain=0.1 --set env.rescale_actions=true --set optimizer.learning_rate=0" ;;
    raw) options="--set network.policy_gain=5 --set env.clip_actions=false" ;;
    esac
    # shellcheck disable=SC2086
    a3c train pendulum --mode sync --steps 20000 --quiet --out $kind --set eval.episodes=1 $options > said 2>&1
    mean=$(number $kind mean) action=$(number $kind action)
    case $kind in
    clipped) formula="m > 2 ? 2 : m < -2 ? -2 : m" ;;
    rescaled) formula="2 * m > 2 ? 2 : 2 * m < -2 ? -2 : 2 * m" ;;
    raw) formula="m" ;;
    esac
    true_number "$kind: the mean tells the kinds apart" "(m = $mean) * 0 + ((m < 0 ? -m : m) $([ $kind = rescaled ] && echo "< 1" || echo "> 2"))"
    true_number "act gives numbers as the environment was given them: $kind" "(m = $mean) * 0 + ($formula) - ($action) < 1e-6 && ($action) - ($formula) < 1e-6"
done
finish
