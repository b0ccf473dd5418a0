#!/bin/sh
# SPDX-License-Identifier: MIT
# What a policy is judged by: episodes of its own, the environment that it was trained in, an interval that is one, and what is told of
# evaluations while it trains.
. "${A3C_SOURCE:-$(dirname "$0")/..}/tests/shell/tap.sh"

judge() { # NAME OPTIONS...: a3c eval --json into NAME.json
    out=$1
    shift
    a3c eval "$@" --json > "$out.json"
}

# ---- Episodes of its own ----
for seed in 1 2; do
    a3c train cartpole --quiet --threads 1 --seed $seed --steps 8000 --set eval.episodes=20 --out seed$seed
    judge own$seed seed$seed
done
one=$(value seed own1.json) two=$(value seed own2.json)
true_number "evaluations of seeds 1 and 2 share no episode" "$two >= $one + 1000000 || $one >= $two + 1000000"
judge again seed1 --seed "$one"
same "a3c eval --seed S is reset(S + k)" "$(value eval_return_mean own1.json)" "$(value eval_return_mean again.json)"
a3c watch seed1 --seed "$one" > watched
judge first seed1 --episodes 1
same "a3c watch with that seed plays eval's episode" "$(tail -1 watched | sed 's/.*return \([0-9.e+-]*\) .*/\1/')" "$(value eval_return_mean first.json)"
judge final seed1 --seed $((1 << 40)) --episodes 20
same "the final evaluation has the documented seed, number 0" "$(value eval_return_mean seed1/summary.json)" "$(value eval_return_mean final.json)"
different "a3c eval does not play what chose the best" "$(value eval_return_mean final.json)" "$(judge other seed1 --episodes 20; value eval_return_mean other.json)"

# ---- Intervals ----
judge pair seed1 --episodes 2
sd=$(value eval_return_std pair.json)
true_number "the interval of two episodes is Student's" "($(value eval_return_ci95 pair.json) / ($sd * 12.7062047362) - 1)^2 < 1e-12 || $sd == 0"
judge single seed1 --episodes 1
same "one episode has no interval" "$(value eval_return_ci95 single.json)" null
a3c eval seed1 --episodes 1 > single.txt
same "one episode: words without nan" "$(grep -c nan single.txt)" 0

# ---- The environment that it was trained in ----
a3c train cartpole --quiet --threads 1 --steps 2000 --set eval.episodes=1 --set env.options.sutton_barto_reward=true --set env.reward_scale=1 --out barto
judge without barto --seed 5
judge with barto --seed 5 --env CartPole-v1
same "--env with the run's own environment keeps its options" "$(value eval_return_mean with.json)" "$(value eval_return_mean without.json)"
true_number "those options show" "$(value eval_return_mean with.json) <= 0"
a3c train cartpole --quiet --seed 1 --steps 100000 --set eval.episodes=1 --out long
judge v0 long --env CartPole-v0
same "another environment has its own threshold" "$(value success_rate v0.json)" \
    "$(awk "BEGIN { print ($(value eval_return_min v0.json) >= 195) ? 1 : \"$(value success_rate v0.json)\" }")"
true_number "which some episodes reach" "$(value success_rate v0.json) > 0"
a3c eval barto --env Acrobot-v1 > said 2>&1
[ $? -ne 0 ]
same "an environment of other spaces is refused" $? 0

# ---- Several tasks ----
a3c train identity --quiet --threads 1 --steps 4000 --set 'env.id=[CartPole-v0,CartPole-v1]' --set eval.episodes=10 --out tasks
judge tasks tasks --seed 3 --episodes 10
same "a run of several tasks: all are played" "$(value episodes tasks.json | head -1) $(grep -o '"env": "CartPole-v[01]"' tasks.json | sort -u | wc -l | tr -d ' ')" "10 2"
true_number "the result is over all of them" "$(sed 's/.*"seed": 3, "episodes": \([0-9]*\),.*/\1/' tasks.json) == 20"
a3c watch tasks --seed 3 --episodes 2 > both
same "a3c watch plays one after the other" "$(grep -c 'step 0 ' both)" 2

# ---- Noise as in training ----
a3c train pendulum --quiet --threads 1 --steps 4000 --set exploration.noise=held --set exploration.hold=50 --set eval.episodes=1 --out held
a3c train pendulum --quiet --threads 1 --steps 4000 --set exploration.noise=fresh --set eval.episodes=1 --out fresh
# A standard deviation of 1 and a mean that changes little from step to step: held noise moves an action less.
moves() { # the mean square of an action's change from step to step
    a3c watch "$1" --seed 7 --policy sample | sed -n 's/.*  action \([-0-9.e]*\) .*/\1/p' |
        awk 'NR > 1 { s += ($1 - before) ^ 2; n++ } { before = $1 } END { print s / n }'
}
true_number "--policy sample holds its noise where the run did" "$(moves held) < 0.2 * $(moves fresh)"

# ---- While it trains ----
a3c train cartpole --quiet --threads 1 --steps 20000 --set log.interval_steps=6000 --set eval.interval_steps=5000 --set eval.episodes=5 --out while
rows=$(grep -vc '"eval_return_mean": null' while/metrics.jsonl)
same "an evaluation has a row of metrics with its numbers" "$rows" 3
same "summary.json lists them" "$(tr -d '\n' < while/summary.json | sed 's/.*"evaluations": \[//' | grep -o '"step": [0-9]*' | wc -l | tr -d ' ')" 3
step=$(grep -v '"eval_return_mean": null' while/metrics.jsonl | sed -n 's/{"step": \([0-9]*\),.*/\1/p' | sed -n 2p)
[ "$(tr -d '\n' < while/summary.json | grep -c "\"step\": $step,")" = 1 ]
same "with the step of the row" $? 0
same "TensorBoard has them" "$(grep -ao 'eval/return_mean' while/events.out.tfevents.* | wc -l | tr -d ' ')" 3
finish
