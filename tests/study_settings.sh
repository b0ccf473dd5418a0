#!/bin/sh
# SPDX-License-Identifier: MIT
# What the user gives a study is taken or refused by name, on the command line and in a file; others' files are left alone.
. "${A3C_SOURCE:-$(dirname "$0")/..}/tests/shell/tap.sh"

contains() { if grep -qF "$2" "$3"; then pass "$1"; else fail "$1" "no '$2' in $3: $(head -c 400 "$3")"; fi; }
# refused NAME KEY COMMAND...: status 2, the key in the message, nothing written
refused() {
    name=$1 key=$2
    shift 2
    status "$name is refused" 2 a3c "$@" --quiet --out nothing
    contains "$name: by name" "$key" said
    if [ -e nothing ]; then
        fail "$name: nothing is written"
        rm -r nothing
    fi
}
short="--steps 400 --set eval.episodes=1 --quiet"

for setting in mode=sync threads=1 workers=3; do
    for study in compare scale; do refused "$study with $setting" "${setting%=*}" $study probe1 --set $setting --steps 400; done
    printf '%s\n' "env: {id: probe1}" "$(echo "$setting" | sed 's/=/: /')" > own.yaml
    [ "$setting" = workers=3 ] || for study in compare scale; do refused "$study of a file with $setting" own.yaml:2 $study own.yaml --steps 400; done
done
refused "compare with async.update" async.update compare probe1 --set async.update=locked --steps 400
refused "compare with a section that has it" async.update compare probe1 --set 'async={update: locked}' --steps 400
refused "compare with async.schedule" async.schedule compare probe1 --set async.schedule=simulated --steps 400
refused "a sweep over seeds" seed sweep probe1 --vary seed=1,2 --steps 400
refused "a sweep of a key that is set too" discount sweep probe1 --vary discount=0.9,0.99 --set discount=0.5 --steps 400
refused "a sweep of a section that is set too" optimizer sweep probe1 --vary optimizer.learning_rate=0.1,0.2 --set 'optimizer={kind: sgd}' --steps 400
refused "a key that is varied twice" discount sweep probe1 --vary discount=0.9,0.99 --vary discount=0.8 --steps 400

# column FILE NAME: its values but for the header, each once
column() {
    sed 's/"[^"]*"/quoted/g' "$1" | awk -F, -v column="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) c = i; next } { print $c }' | sort -u | paste -sd' ' -
}
status "compare with a seed" 0 a3c compare probe1 --modes async --workers 1 --seeds 2 --set seed=9 $short --out seeds
same "runs from it on" "$(column seeds/runs.csv seed)" "10 9"
status "a sweep with a seed" 0 a3c sweep probe1 --vary discount=0.9 --set seed=18446744073709551615 $short --out last
same "runs with it, to the last digit" "$(column last/runs.csv seed)" 18446744073709551615
printf '%s\n' "env: {id: probe1}" "seed: 7" "workers: 3" "total_steps: 400" "eval: {episodes: 1}" > own.yaml
status "compare of a file" 0 a3c compare own.yaml --modes sync --seeds 1 --quiet --out file
same "takes its seed" "$(column file/runs.csv seed)" 7
same "and its workers" "$(column file/runs.csv workers)" 3
status "scale with a rollout length" 0 a3c scale probe1 --modes async --workers 1 --repeats 1 --set rollout_steps=7 $short --out batch
same "has that batch alone" "$(column batch/runs.csv rollout_steps)" 7
status "the last of --steps and --set holds, as in train" 0 a3c sweep probe1 --vary discount=0.9 $short --set total_steps=500 --out steps
same "in every run" "$(column steps/runs.csv total_steps)" 500

# ---- --env, integers, what the report says ----
status "a study of an environment" 0 a3c compare --env identity --modes async --workers 1 --seeds 2 $short --out env
same "runs in it, with its preset" "$(column env/runs.csv env) $(column env/runs.csv preset)" "identity identity"
contains "the report has the command" 'Command: `a3c compare --env identity --modes async' env/report.md
contains "and what differs from the preset" "env.id=identity, total_steps=400, eval.episodes=1" env/report.md
contains "and the steps" 'Steps per run: `400`' env/report.md
contains "and the network" 'Network: `[' env/report.md
contains "and who wrote it" "This report was written by program version" env/report.md
status "a sweep draws integers for a key that holds them" 0 a3c sweep probe1 --vary rollout_steps=log:4:64 --runs 6 $short --out draws
true_number "within their range" "$(column draws/runs.csv rollout_steps | tr ' ' '\n' | sort -n | sed -n '1p') >= 4 && $(column draws/runs.csv rollout_steps | tr ' ' '\n' | sort -n | sed -n '$p') <= 64"

# ---- more seeds, time limits, runs that died ----
before=$(stat -c '%n %i %Y' env/runs/*/summary.json)
status "a finished study takes more seeds" 0 a3c compare --env identity --modes async --workers 1 --seeds 3 $short --out env
same "the runs that were there are kept" "$(stat -c '%n %i %Y' env/runs/*-s[12]/summary.json)" "$before"
same "one is added" "$(ls env/runs | wc -l | tr -d ' ')" 3
status "but not fewer" 2 a3c compare --env identity --modes async --workers 1 --seeds 2 $short --out env
status "a run that lasts too long fails" 1 a3c sweep cartpole --vary discount=0.9 --steps 1000000000 --timeout 0.5 --quiet --out late
contains "and says why" "ended after 0.5 seconds, the --timeout of a run" late/report.md
"$A3C_BIN" sweep cartpole --vary discount=0.9 --steps 1000000000 --quiet --out killed > /dev/null 2>&1 &
study=$!
child=
for _ in $(seq 100); do
    child=$(pgrep -P $study 2> /dev/null | head -1)
    [ -n "$child" ] && [ -d killed/runs ] && [ -n "$(ls killed/runs)" ] && break
    sleep 0.1
done
[ -z "$child" ] || kill -SEGV "$child"
wait $study
if "$A3C_BIN" --version | grep -q sanitize; then
    skip "a run that is killed leaves the reason in its log" "a sanitizer handles the signal"
else
    contains "a run that is killed leaves the reason in its log" "ended by signal 11" killed/report.md
fi

# ---- others' files ----
echo mine > runs.csv
mkdir notes && echo mine > notes/report.html
printf 'cell,eval_return_mean\nA,1\n' > table.csv
status "tables are not written over others' files" 2 a3c compare --from table.csv --out notes
same "those are as they were" "$(cat notes/report.html)" mine
for study in compare scale sweep; do status "$study: nor into the current folder" 2 a3c $study --from table.csv --out .; done
same "its runs.csv is as it was" "$(cat runs.csv)" mine
status "tables into a new folder" 0 a3c compare --from table.csv --out tables
status "are made again there" 0 a3c compare --from table.csv --out tables
finish
