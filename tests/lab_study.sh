#!/bin/sh
# SPDX-License-Identifier: MIT
# Studies from outside: what a folder holds, that done runs are not repeated, interruption, failures, and tables from given numbers.
. "${A3C_SOURCE:-$(dirname "$0")/..}/tests/shell/tap.sh"

# cell FILE COLUMN KEY: the field of that column in the row whose first field is KEY
cell() { awk -F, -v column="$2" -v key="$3" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) c = i } NR > 1 && $1 == key { print $c; exit }' "$1"; }
rows() { echo $(($(wc -l < "$1") - 1)); }
stamps() { stat -c '%n %Y %i' "$1"/runs/*/summary.json | cksum; }
contains() { if grep -qF "$2" "$3"; then pass "$1"; else fail "$1" "no '$2' in $3: $(head -c 400 "$3")"; fi; }

short="--steps 4000 --set eval.episodes=2 --set log.interval_steps=1000 --quiet"

# Under a sanitizer dozens of runs take minutes and are tested elsewhere: there only what reads and writes tables is run.
if grep -qs 'FLAGS.*-fsanitize' "$(dirname "$A3C_BIN")/CMakeCache.txt"; then sanitized=yes; else sanitized=; fi

studies() {
# ---- compare ----
status "compare runs the ladder" 0 a3c compare --workers 1,2 --seeds 2 $short --out ladder
for file in report.md report.html runs.csv statistics.csv comparisons.csv study.json; do
    [ -s ladder/$file ] && pass "it leaves $file" || fail "it leaves $file"
done
same "runs.csv has one row per run" "$(rows ladder/runs.csv)" "$(ls ladder/runs | wc -l | tr -d ' ')"
same "the sides have the same rollouts" "$(cell ladder/statistics.csv rollout_steps cartpole-w2-C)" "$(cell ladder/statistics.csv rollout_steps cartpole-w2-D1)"
same "and environments" "$(cell ladder/statistics.csv envs_per_worker cartpole-w2-C)" "$(cell ladder/statistics.csv envs_per_worker cartpole-w2-D1)"
same "C has one thread" "$(cell ladder/statistics.csv threads cartpole-w2-C)" 1
same "D x1 has A's learning rate" "$(cell ladder/statistics.csv learning_rate cartpole-w2-D1)" "$(cell ladder/statistics.csv learning_rate cartpole-w2-C)"
true_number "D xW has W times it" "$(cell ladder/statistics.csv learning_rate cartpole-w2-DW) == 2 * $(cell ladder/statistics.csv learning_rate cartpole-w2-D1)"
same "the page asks for nothing from a network" "$(sed 's|http://www.w3.org/2000/svg||g' ladder/report.html | grep -cE 'https?:|<script|src=')" 0
contains "the page has its pictures in it" "<svg" ladder/report.html
contains "power is stated" "Seeds and power" ladder/report.md
contains "what was found is said" "in final return over 1 pair" ladder/report.md
if [ "$(nproc)" -ge 2 ]; then
    contains "virtual time is held against real threads" "| CartPole-v1 | 2 | B | final return |" ladder/report.md
    [ -s ladder/plots/cartpole-w2-staleness-virtual.svg ] && pass "with both staleness distributions" || fail "with both staleness distributions"
fi

before=$(stamps ladder)
rm ladder/report.md
status "on a finished study it starts no run" 0 a3c compare --workers 1,2 --seeds 2 $short --out ladder
same "every run is as it was" "$(stamps ladder)" "$before"
[ -s ladder/report.md ] && pass "the report is written anew" || fail "the report is written anew"
status "other settings are refused" 2 a3c compare --workers 1,2 --seeds 2 $short --steps 5000 --out ladder
contains "and named" total_steps said
status "fewer seeds too" 2 a3c compare --workers 1,2 --seeds 1 $short --out ladder
status "another kind of study too" 2 a3c sweep --vary discount=0.9,0.99 $short --out ladder
status "a folder of something else is refused" 2 a3c compare --workers 1 --seeds 1 $short --out "$A3C_SOURCE/src"

rm ladder/runs/cartpole-w2-C-s1/summary.json
sed -i 's/total_steps/signal/' ladder/runs/cartpole-w2-D1-s2/summary.json
kept=$(stat -c '%i %Y' ladder/runs/cartpole-w2-C-s2/summary.json)
status "what is missing or was cut off is done" 0 a3c compare --workers 1,2 --seeds 2 $short --out ladder
[ -s ladder/runs/cartpole-w2-C-s1/summary.json ] && pass "the missing run is there" || fail "the missing run is there"
same "the run that was cut off has ended" "$(value stopped_by ladder/runs/cartpole-w2-D1-s2/summary.json)" total_steps
same "another was not repeated" "$(stat -c '%i %Y' ladder/runs/cartpole-w2-C-s2/summary.json)" "$kept"

# ---- interruption ----
"$A3C_BIN" compare --workers 1 --modes async --seeds 9 --steps 200000 --set eval.episodes=2 --quiet --out cut > cut.said 2>&1 &
pid=$!
for _ in $(seq 100); do
    [ -s cut/runs/cartpole-w1-A-s2/summary.json ] && break
    sleep 0.1
done
kill -INT $pid
wait $pid
same "an interrupted study ends with 130" $? 130
first=$(stat -c '%i %Y' cut/runs/cartpole-w1-A-s1/summary.json)
contains "it says how to go on" "continues" cut.said
contains "its report says that it is not finished" "not finished" cut/report.md
sleep 0.2
same "no child is left" "$(pgrep -cf "$work/cut/runs")" 0
status "the same command goes on" 0 a3c compare --workers 1 --modes async --seeds 9 --steps 200000 --set eval.episodes=2 --quiet --out cut
same "what was done is not repeated" "$(stat -c '%i %Y' cut/runs/cartpole-w1-A-s1/summary.json)" "$first"
same "and all are done" "$(cell cut/statistics.csv n cartpole-w1-A)" 9

# ---- tuning ----
status "both sides are tuned first" 0 a3c compare --workers 16 --seeds 1 --tune 1 $short --out tuned
same "by seven rates a side" "$(rows tuned-tuning/runs.csv)" 14
best=$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
    $at["mode"] == "sync" && (r == "" || $at["rank"] + 0 < r) { r = $at["rank"] + 0; rate = $at["learning_rate"] } END { print rate }' tuned-tuning/statistics.csv)
tuned=$(cell tuned/statistics.csv learning_rate cartpole-w16-Dtuned)
[ -n "$tuned" ] || tuned=$(cell tuned/statistics.csv learning_rate cartpole-w16-D1)
same "and D tuned has the best of them" "$tuned" "$best"
same "sync as the preset has it stands beside" "$(cell tuned/statistics.csv rollout_steps cartpole-w16-Dpreset)" 20
status "the search is not repeated" 0 a3c compare --workers 16 --seeds 1 --tune 1 $short --out tuned

# ---- failures, sweep, scale ----
diverging="--set optimizer.kind=sgd --set optimizer.max_grad_norm=0 --set env.reward_scale=1000"
status "a sweep with a run that diverges ends with 0" 0 a3c sweep --vary optimizer.learning_rate=0.000001,1000 $diverging $short --out sweep
same "the diverged run counts as failed" "$(cell sweep/statistics.csv failed c0002-1000)" 1
same "and is not ranked first" "$(cell sweep/statistics.csv rank c0001-0.000001)" 1
contains "the report says so" "runs failed" sweep/report.md
status "a sweep in which all fail ends with 1" 1 a3c sweep --vary optimizer.learning_rate=999,1000 $diverging $short --out failed
contains "and says that nothing succeeded" "No run succeeded" failed/report.md
status "a study that comes with the program, of another preset" 0 a3c sweep probe1 --study entropy --seeds 1 $short --steps 400 --out shipped
same "has its four values in both modes" "$(rows shipped/runs.csv)" 8
status "a random sweep" 0 a3c sweep --vary optimizer.learning_rate=log:1e-4:1e-2 --vary mode=async,sync --runs 3 --jobs 2 $short --out draws
same "has draws times modes" "$(rows draws/runs.csv)" 6
true_number "its seeds are none of compare's" "$(cell draws/runs.csv seed "$(sed -n '2s/,.*//p' draws/runs.csv)") > 1000000"
true_number "a draw is within its range" "$(cell draws/statistics.csv learning_rate "$(sed -n '2s/,.*//p' draws/statistics.csv)") >= 1e-4"
status "scale" 0 a3c scale --workers 1,2 --repeats 1 $short --out scale
same "scaling.csv has a row a point" "$(rows scale/scaling.csv)" 12
same "three points are too few for a law" "$(grep -c 'n/a,n/a,n/a' scale/fits.csv)" 6
contains "one seed is said to be one" "One seed" scale/report.md

status "a study's tables can be made again" 0 a3c compare --from ladder/runs.csv --out again
same "and are the same" "$(cksum < again/statistics.csv)" "$(cksum < ladder/statistics.csv)"
status "a study's own folder is not written over" 2 a3c compare --from ladder/runs.csv --out ladder
}
[ -n "$sanitized" ] || studies

# ---- tables from given numbers ----
cat > given.csv << 'END'
cell,env,rung,workers,schedule,eval_return_mean,solved,solved_at_step,solved_at_seconds,total_steps,wall_seconds,steps_per_second,solved_return,random_return
A,X,A,2,threads,1,true,10,1,100,9,5,20,0
A,X,A,2,threads,2,true,20,2,100,9,5,20,0
A,X,A,2,threads,3,true,30,3,100,9,5,20,0
A,X,A,2,threads,4,true,40,4,100,9,5,20,0
A,X,A,2,threads,5,false,n/a,n/a,100,9,5,20,0
A,X,A,2,threads,6,false,n/a,n/a,100,9,5,20,0
A,X,A,2,threads,7,false,n/a,n/a,100,9,5,20,0
A,X,A,2,threads,8,false,n/a,n/a,100,7,5,20,0
D,X,D x1,2,threads,11,true,50,8,100,8,5,20,0
D,X,D x1,2,threads,12,false,n/a,n/a,100,8,5,20,0
D,X,D x1,2,threads,13,false,n/a,n/a,100,8,5,20,0
END
status "--from makes the tables" 0 a3c compare --from given.csv --out given
same "the interquartile mean" "$(cell given/statistics.csv iqm A)" 4.5
same "Kaplan-Meier's median" "$(cell given/statistics.csv km_median_steps A)" 40
same "which is unknown where half never get there" "$(cell given/statistics.csv km_median_steps D)" n/a
same "the restricted mean in steps" "$(cell given/statistics.csv restricted_mean_steps A)" 62.5
same "seconds run to the smallest of the longest times" "$(cell given/statistics.csv restricted_horizon_seconds A)" 8
same "the restricted mean in seconds" "$(cell given/statistics.csv restricted_mean_seconds A)" 5.25
same "the probability that A beats D" "$(cell given/statistics.csv probability D)" 0
true_number "Mann-Whitney's p, exact" "$(cell given/statistics.csv mann_whitney_p D) - 2 / 165 < 1e-9 && 2 / 165 - $(cell given/statistics.csv mann_whitney_p D) < 1e-9"
contains "curves are left out with a word" "no learning curves" given/report.md
contains "where async loses is said" "| X | 2 | final return | 4.5 | D x1 | 12 |" given/report.md

# ---- environments together: X has D x1 and D tuned as cells of their own, Y's search found D x1's rate ----
header=cell,env,rung,workers,schedule,eval_return_mean,total_steps,solved_return,random_return
printf '%s\n' $header "a,X,A,1,threads,5,100,20,0" "d,X,D x1,1,threads,10,100,20,0" "t,X,D tuned,1,threads,20,100,20,0" > pool.csv
status "a study of one environment" 0 a3c compare --from pool.csv --out pool1
[ ! -e pool1/pooled.csv ] && pass "has nothing to pool" || fail "has nothing to pool" "$(cat pool1/pooled.csv)"
printf '%s\n' "b,Y,A,1,threads,30,100,20,0" "e,Y,D x1,1,threads,0,100,20,0" >> pool.csv
status "a study of two" 0 a3c compare --from pool.csv --out pool2
same "pools A" "$(sed -n '/^A,/p' pool2/pooled.csv | cut -d, -f2-4,6)" 1,2,2,0.875
same "D x1" "$(sed -n '/^D x1,/p' pool2/pooled.csv | cut -d, -f2-4,6)" 1,2,2,0.25
same "and D tuned, where that is D x1 too" "$(sed -n '/^D tuned,/p' pool2/pooled.csv | cut -d, -f2-4,6)" 1,2,2,0.5

# hostile NAME TEXT: refused with 2, nothing written
hostile() {
    printf "$2" > hostile.csv
    status "--from refuses $1" 2 a3c compare --from hostile.csv --out hostile
    [ -e hostile ] && fail "$1: nothing is written" && rm -r hostile
}
hostile "an empty file" ''
hostile "a header alone" 'cell,eval_return_mean\n'
hostile "no cells" 'env,eval_return_mean\nX,1\n'
hostile "an open quote" 'cell,eval_return_mean\n"A,1\n'
hostile "a short row" 'cell,eval_return_mean\nA\n'
hostile "a long row" 'cell,eval_return_mean\nA,1,2\n'
hostile "a column twice" 'cell,cell\nA,1\n'
hostile "a word for a number" 'cell,eval_return_mean\nA,many\n'
hostile "a number that is none" 'cell,eval_return_mean\nA,nan\n'
hostile "an infinite number" 'cell,eval_return_mean\nA,1e999\n'
hostile "a 0 byte" 'cell,eval_return_mean\nA,\0001\n'
status "--from without its file" 2 a3c compare --from nowhere.csv --out hostile
printf 'cell,eval_return_mean\n"<script>alert(1)</script>|x",1\n' > hostile.csv
status "a name is text" 0 a3c compare --from hostile.csv --out hostile
same "also in the page" "$(grep -c '<script' hostile/report.html)" 0

# ---- words ----
status "an unknown mode" 2 a3c compare --modes both --out x
status "workers that are none" 2 a3c compare --workers 0 --out x
status "an unknown column" 2 a3c compare --hyperparameters mine --out x
status "nothing to vary" 2 a3c sweep --out x
status "a range that goes down" 2 a3c sweep --vary discount=log:1:0.5 --out x
status "an unknown key" 2 a3c sweep --vary optimizer.learning_rat=1,2 --out x
status "a study that there is not" 2 a3c sweep --study nothing --out x
[ -e x ] && fail "a refused study writes nothing" || pass "a refused study writes nothing"
finish
