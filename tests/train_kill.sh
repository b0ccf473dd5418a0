#!/bin/sh
# SPDX-License-Identifier: MIT
# Killed with SIGKILL at random moments, a run resumes each time, and in sync mode it ends as the run that was not killed. A busy delay
# in the environment makes a run long enough to be hit; it changes nothing else. A checkpoint is written after every few updates.
#
# A3C_KILLS: how often a run is killed in each mode (8); A3C_KILL_SEED: other moments.
. "${A3C_SOURCE:-$(dirname "$0")/..}/tests/shell/tap.sh"
kills=${A3C_KILLS:-8}
awk -v n=$((kills * 20)) -v seed="${A3C_KILL_SEED:-1}" \
    'BEGIN { srand(seed); for (i = 0; i < n; i++) printf "%.3f\n", 0.002 + 0.5 * rand() }' > moments
common="--threads 2 --steps 9600 --seed 3 --set eval.episodes=1 --set log.interval_steps=960 --set checkpoint.interval_steps=320"
slow="--set env.delay.kind=constant --set env.delay.mean_us=100"

# killed_while MODE: starts runs, kills and resumes them until `kills` signals have found one alive; each run is then let to its end.
# Fills $hits, $resumed, $early (killed before there was a checkpoint), $complaints.
killed_while() {
    mode=$1 hits=0 resumed=0 early=0 ended=0 run=0 complaints=''
    while [ $hits -lt "$kills" ] && [ $run -lt $((kills * 4)) ]; do
        run=$((run + 1)) folder=$mode-$run
        # shellcheck disable=SC2086
        "$A3C_BIN" train cartpole --quiet --mode "$mode" --out "$folder" $common $slow > said 2>&1 &
        pid=$!
        [ $((run % 3)) -eq 0 ] || new_checkpoint "$folder" none
        while [ $hits -lt "$kills" ]; do
            read -r pause <&3 || break
            sleep "$pause"
            kill -KILL $pid 2> kill.said
            wait $pid 2> wait.said
            seen=$?
            [ $seen -eq 137 ] || break
            hits=$((hits + 1))
            old=$(stat -c %i "$folder/checkpoint.safetensors" 2> stat.said) || break
            resumed=$((resumed + 1))
            "$A3C_BIN" train --quiet --resume "$folder" > said 2>&1 &
            pid=$!
            [ $((hits % 2)) -eq 0 ] || new_checkpoint "$folder" "$old" # on a busy machine most moments are at the start
        done
        if [ ! -e "$folder/checkpoint.safetensors" ]; then
            early=$((early + 1))
            [ "$seen" -eq 137 ] && ! a3c train --quiet --resume "$folder" > said 2>&1 && [ -s said ] ||
                complaints="$complaints; $folder: $seen without a checkpoint: $(cat said)"
            continue
        fi
        wait $pid 2> wait.said
        last=$?
        [ "$seen" -ne 137 ] || seen=$last
        [ "$seen" -eq 0 ] || complaints="$complaints; $folder: status $seen: $(cat said)"
        finished "$folder"
    done
}

# new_checkpoint FOLDER INODE: waits until the run $pid has written another checkpoint than that, or has ended
new_checkpoint() {
    while kill -0 $pid 2> kill.said; do
        at=$(stat -c %i "$1/checkpoint.safetensors" 2> stat.said) && [ "$at" != "$2" ] && return
        sleep 0.01
    done
}

# finished FOLDER: adds to $complaints when the run is not what it should be
finished() {
    ended=$((ended + 1))
    case $1 in
    sync*)
        [ "$(value params_fingerprint "$1/summary.json")" = "$whole" ] || complaints="$complaints; $1: other parameters"
        timeless "$1/metrics.jsonl" | cmp -s - whole.metrics || complaints="$complaints; $1: other metrics"
        ;;
    async*) [ "$(value stopped_by "$1/summary.json")" = total_steps ] || complaints="$complaints; $1: did not end" ;;
    esac
}

# shellcheck disable=SC2086
train whole --mode sync $common $slow
whole=$fingerprint
timeless whole/metrics.jsonl > whole.metrics
for mode in sync async; do
    exec 3< moments
    killed_while $mode
    echo "# $mode: killed $hits times ($early before the first checkpoint), resumed $resumed times, $ended runs ended"
    same "$mode: killed at $kills moments" "$hits" "$kills"
    true_number "$mode: most of them had a checkpoint" "2 * $resumed >= $hits"
    same "$mode: it resumed each time and ended as it should" "none$complaints" "none"
done
finish
