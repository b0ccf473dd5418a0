#!/bin/sh
# SPDX-License-Identifier: MIT
# What a terminal, a scheduler or a limit sends loses no run: a checkpoint, the usual status, and it can be resumed.
. "${A3C_SOURCE:-$(dirname "$0")/..}/tests/shell/tap.sh"

# A shell starts what it puts in the background with SIGINT ignored, and what is ignored stays so.
env --default-signal=INT true 2> /dev/null || exit 77

# started NAME OPTIONS...: a long run of its own process group in the background, its process in $pid, once it trains
started() {
    run=$1
    shift
    env --default-signal=INT "$A3C_BIN" train identity --quiet --threads 1 --steps 1000000000 --set log.interval_steps=10000 \
        --out "$run" "$@" > "$run.out" 2> "$run.err" &
    pid=$!
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        [ -s "$run/metrics.jsonl" ] && return
        sleep 0.1
    done
}
ended() { wait "$pid"; seen=$?; }
resumes() { # NAME WHAT
    a3c train --resume "$1" --quiet --steps "$(($(sed -n 's/.*"steps": \([0-9]*\).*/\1/p' "$1/summary.json") + 1000))" > "$1.again" 2>&1
    same "$2: it can be resumed" $? 0
}

for signal in INT:130 TERM:143 HUP:129 XCPU:152; do
    name=${signal%:*}
    started "end$name"
    kill -s "$name" $pid
    ended
    same "SIG$name: the usual status" $seen "${signal#*:}"
    same "SIG$name: there is a checkpoint, and nothing half-written" "$(find "end$name" -name 'checkpoint.safetensors*' | wc -l | tr -d ' ')" 1
    resumes "end$name" "SIG$name"
done

for name in USR1 USR2; do
    started "save$name"
    kill -s $name $pid
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
        [ -e "save$name/checkpoint.safetensors" ] && break
        sleep 0.1
    done
    [ -e "save$name/checkpoint.safetensors" ]
    same "SIG$name: a checkpoint while the run goes on" $? 0
    kill -s TERM $pid
    ended
    same "SIG$name: the run went on" $seen 143
done

started twice
kill -s INT $pid
kill -s INT $pid # as a launcher and its terminal both send it
ended
same "two INT at once are one: status 130" $seen 130
[ -e twice/checkpoint.safetensors ]
same "two INT at once are one: there is a checkpoint" $? 0

started timed --set checkpoint.interval_seconds=0.2
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    [ -e timed/checkpoint.safetensors ] && break
    sleep 0.1
done
kill -s KILL $pid
wait $pid 2> /dev/null
[ -e timed/checkpoint.safetensors ]
same "checkpoint.interval_seconds: a checkpoint by time" $? 0

# A reader that goes away: the write fails, the run does not.
{ a3c train identity --threads 1 --steps 300000 --out pipe --set log.interval_steps=1000 2>&1; echo $? > pipe.status; } | head -1 > /dev/null
same "a closed pipe for progress: the run ends well" "$(cat pipe.status)" 0
[ -e pipe/checkpoint.safetensors ]
same "a closed pipe for progress: there is a checkpoint" $? 0

# A limit on the size of files: rows no longer fit, a checkpoint does.
(
    ulimit -f 256
    exec "$A3C_BIN" train identity --quiet --threads 1 --steps 100000000 --out limit --set network.layers=[] --set log.interval_steps=64
) 2> limit.err
same "SIGXFSZ: a full limit is status 1" $? 1
same "SIGXFSZ: the message names the file" "$(grep -c 'cannot write .*metrics.jsonl' limit.err)" 1
[ -e limit/checkpoint.safetensors ]
same "SIGXFSZ: there is a checkpoint" $? 0
resumes limit SIGXFSZ
finish
