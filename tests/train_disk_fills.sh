#!/bin/sh
# SPDX-License-Identifier: MIT
# A disk that fills, or a folder that may no longer be written, while a run trains in it: the run ends with status 1 and says which file
# it was, the last good checkpoint is whole, and with room again the run goes on to its end.
. "${A3C_SOURCE:-$(dirname "$0")/..}/tests/shell/tap.sh"
options="--mode sync --threads 1 --steps 20000 --seed 3 --set eval.episodes=1 --set log.interval_steps=1000
    --set checkpoint.interval_steps=640 --set env.delay.kind=constant --set env.delay.mean_us=50"

# start FOLDER: a run in the background that has written a checkpoint; its process in $pid
start() {
    # shellcheck disable=SC2086
    "$A3C_BIN" train cartpole --quiet --out "$1" $options > said 2>&1 &
    pid=$!
    while [ ! -e "$1/checkpoint.safetensors" ] && kill -0 $pid 2> kill.said; do sleep 0.01; done
}

# stopped WHAT FOLDER: the run has ended as it should
stopped() {
    wait $pid
    same "$1: the run ends with status 1" $? 1
    case $(cat said) in
    *"$2/"*) pass "$1: and names the file" ;;
    *) fail "$1: and names the file" "$(cat said)" ;;
    esac
    status "$1: its last checkpoint is whole" 0 a3c eval "$2" --episodes 1
}

# goes_on WHAT FOLDER: with the cause gone
goes_on() {
    status "$1: it goes on once it may write again" 0 a3c train --quiet --resume "$2"
    same "$1: to the parameters of a run that was never stopped" "$(value params_fingerprint "$2/summary.json")" "$whole"
}

# shellcheck disable=SC2086
train whole $options
whole=$fingerprint

mkdir disk
if [ "$(id -u)" -eq 0 ] && mount -t tmpfs -o size=1m tmpfs disk 2> mount.said; then
    trap 'umount "$work/disk"; rm -rf "$work"' EXIT
    start disk/run
    dd if=/dev/zero of=disk/ballast bs=4k 2> dd.said
    stopped "full disk" disk/run
    rm disk/ballast
    goes_on "full disk" disk/run
else
    skip "full disk: a file system of 1 MiB" "only root may mount one, and not in every container"
fi

if [ "$(id -u)" -ne 0 ]; then
    start closed
    chmod a-w closed
    stopped "a folder that may not be written" closed
    chmod u+w closed
    goes_on "a folder that may not be written" closed
else
    skip "a folder that may not be written" "root may write everywhere"
fi
finish
