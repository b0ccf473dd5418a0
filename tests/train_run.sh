#!/bin/sh
# SPDX-License-Identifier: MIT
# One run from outside: what its folder holds, what is printed where, what is refused, and that it has learned.
. "${A3C_SOURCE:-$(dirname "$0")/..}/tests/shell/tap.sh"

keys="step update time steps_per_second return_mean return_std episode_length_mean policy_entropy value_loss policy_loss"
keys="$keys explained_variance grad_norm learning_rate staleness_mean"

for mode in async sync; do
    a3c train cartpole --mode $mode --seed 5 --json --out "$work/$mode" > $mode.json 2> $mode.err
    same "$mode: a run ends with 0" $? 0
    same "$mode: --json prints summary.json and nothing else" "$(tr -d ' \n' < $mode.json | cksum)" "$(tr -d ' \n' < $mode/summary.json | cksum)"
    for file in config.yaml metrics.jsonl checkpoint.safetensors summary.json; do
        [ -s "$mode/$file" ] && pass "$mode: $file is there" || fail "$mode: $file is there"
    done
    [ -n "$(ls $mode/events.out.tfevents.* 2> /dev/null)" ] && pass "$mode: TensorBoard's file is there" || fail "$mode: TensorBoard's file is there"
    order=$(tail -1 $mode/metrics.jsonl | grep -o '"[a-z_0-9]*":' | tr -d '":' | tr '\n' ' ')
    case "$order" in "$keys "*) pass "$mode: a line of metrics has its keys in order" ;; *) fail "$mode: a line of metrics has its keys in order" "$order" ;; esac
    same "$mode: metrics have no NaN" "$(grep -ciE 'nan|inf[^o]' $mode/metrics.jsonl)" 0
    same "$mode: 17,539 parameters" "$(value parameters $mode/summary.json)" 17539
    same "$mode: solved" "$(value solved $mode/summary.json)" true
    true_number "$mode: within its budget" "$(value steps $mode/summary.json) >= 200000 && $(value steps $mode/summary.json) < 201000"
    same "$mode: it says why it ended" "$(value stopped_by $mode/summary.json)" total_steps
    a3c eval "$work/$mode" --episodes 20 --json > eval.json
    true_number "$mode: the policy holds the pole, greedy" "$(value eval_return_mean eval.json) >= 475"
    a3c eval "$work/$mode" --episodes 20 --policy sample --seed 100 --json > eval.json
    true_number "$mode: the policy holds the pole, sampled" "$(value eval_return_mean eval.json) >= 475"
    a3c eval "$work/$mode" --episodes 20 --policy sample --seed 100 --json > again.json
    same "$mode: an evaluation repeats itself" "$(value eval_return_mean again.json)" "$(value eval_return_mean eval.json)"
    status "$mode: its config.yaml repeats the run" 0 a3c train "$work/$mode/config.yaml" --quiet --out "$work/$mode-again" --steps 2000
done

status "a run with --quiet" 0 a3c train cartpole --quiet --steps 2000 --out "$work/quiet"
same "prints the result and nothing else" "$(wc -l < "$work/said") $(grep -c '^CartPole-v1, async, .*: not solved; evaluation return ' "$work/said")" "1 1"
status "the default run needs no words" 0 a3c --steps 2000 --out "$work/default"
a3c train probe1 --steps 2000 --out closed >&- 2>&- <&-
same "closed streams: what would be printed goes into no file" "$(wc -l < closed/metrics.jsonl) $(wc -w < closed/.lock)" "1 1"
a3c eval closed >&- 2> said
same "and what cannot be printed is a failure" $? 1
status "--out must be empty" 2 a3c train cartpole --quiet --steps 2000 --out "$work/quiet"
status "an unknown preset is refused" 2 a3c train carpole --out "$work/x"
case $(cat "$work/said") in *cartpole*) pass "and the right one suggested" ;; *) fail "and the right one suggested" "$(cat "$work/said")" ;; esac
status "an unknown key is refused" 2 a3c train cartpole --set optimizer.learning_rat=1 --out "$work/x"
status "an impossible combination is refused" 2 a3c train cartpole --set advantage.estimator=monte_carlo --out "$work/x"
status "a run that diverges fails" 1 a3c train cartpole --quiet --mode sync --steps 20000 --out "$work/diverged" \
    --set optimizer.kind=sgd --set optimizer.learning_rate=1000 --set optimizer.max_grad_norm=0 --set loss.reduction=sum

printf '[0,0,0,0]\n{"reset":true}\n[0.01,0,0.02,0]\n' | a3c act "$work/sync" > acted.txt
same "act answers each observation" "$(grep -c '"action"' acted.txt)" 2
same "act answers nothing else" "$(wc -l < acted.txt | tr -d ' ')" 2
printf '[0,0,0,0]\nnonsense\n[0,0,0,0]\n' | a3c act "$work/sync" > acted.txt 2> said
seen=$?
true_number "act ends at a line that is no observation" "$seen == 1 || $seen == 2"
same "after the answers before it" "$(wc -l < acted.txt | tr -d ' ')" 1
cp sync/checkpoint.safetensors broken.safetensors
printf 'garbage' | dd of=broken.safetensors bs=1 seek=20 conv=notrunc 2> /dev/null
a3c eval broken.safetensors > said 2>&1
seen=$?
true_number "a broken checkpoint is refused" "$seen == 1 || $seen == 2"
status "env list" 0 a3c env list
status "env info" 0 a3c env info CartPole-v1
status "env run" 0 a3c env run CartPole-v1 --seed 18446744073709551615 --steps 5 --actions random
same "env run prints the reset and five steps" "$(wc -l < "$work/said" | tr -d ' ')" 6
status "--version" 0 a3c --version
status "--help" 0 a3c --help
finish
