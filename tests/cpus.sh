#!/bin/sh
# SPDX-License-Identifier: MIT
# The CPUs that a run uses are those that its parent gave it, whatever the OpenMP library makes of its variables; threads that cannot
# be had are told in a sentence.
. "${A3C_SOURCE:-$(dirname "$0")/..}/tests/shell/tap.sh"
command -v taskset > /dev/null || exit 77
cpus=$(taskset -cp $$ | sed 's/.*: //')
# A list of numbers is split on purpose.
# shellcheck disable=SC2046
set -- $(echo "$cpus" | tr ',' '\n' | awk -F- '{ for (i = $1; i <= (NF > 1 ? $2 : $1); i++) print i }')
[ $# -ge 2 ] || exit 77
first=$1 second=$2 pair=$1,$2

# masks NAME COMMAND...: starts a run with that command in front; the masks of all its threads, each once, in $seen
masks() {
    name=$1
    shift
    "$@" "$A3C_BIN" train identity --quiet --steps 1000000000 --set log.interval_steps=100000 --set checkpoint.interval_seconds=0 --out "$name" \
        --workers 2 --threads "$threads" --mode "$mode" --set pin_threads="$pin" > "$name.said" 2>&1 &
    pid=$!
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        [ -s "$name/metrics.jsonl" ] && break
        sleep 0.1
    done
    sleep 0.4 # two ticks
    seen=$(taskset -acp $pid 2> /dev/null | sed 's/.*: //' | tr - , | sort -u | tr '\n' ' ')
    kill $pid
    wait $pid
}
both=$(taskset -c "$pair" sh -c 'taskset -cp $$' | sed 's/.*: //' | tr - ,)

for mode in async sync; do
    pin=never threads=2
    masks $mode-places taskset -c "$pair" env OMP_PLACES="{$first}" OMP_PROC_BIND=true
    same "$mode, OMP_PLACES of one CPU: all threads may use both" "$seen" "$both "
    masks $mode-gomp taskset -c "$pair" env GOMP_CPU_AFFINITY="$first"
    same "$mode, GOMP_CPU_AFFINITY of one CPU: all threads may use both" "$seen" "$both "
    masks $mode-narrow taskset -c "$second" env OMP_PROC_BIND=true
    same "$mode, OMP_PROC_BIND does not widen a mask of one CPU" "$seen" "$second "
    pin=always
    masks $mode-always taskset -c "$pair" env
    case " $seen" in *" $first "*) pass "$mode, pin_threads always: a thread has the first CPU" ;; *) fail "$mode, pin_threads always: a thread has the first CPU" "$seen" ;; esac
    # Beside a process that takes a CPU for itself, a thread that was bound to it moves.
    pin=auto
    taskset -c "$first" sh -c 'while :; do :; done' &
    busy=$!
    masks $mode-busy taskset -c "$pair" env
    kill $busy
    same "$mode, beside a busy process: all threads may use both" "$seen" "$both "
done

"$A3C_BIN" --version | grep -q sanitize && finish # a sanitizer wants all of the address space
# More threads than the address space has room for.
(
    # shellcheck disable=SC3045 # dash and bash have it
    ulimit -v 3000000
    exec "$A3C_BIN" train identity --quiet --workers 1000 --threads 1000 --steps 1000 --out many
) > many.said 2>&1
same "threads that cannot be had: status 1" $? 1
same "threads that cannot be had: a sentence that says how many can" "$(grep -c 'gives this process [0-9]* threads of 1000 .*--threads' many.said)" 1
finish
