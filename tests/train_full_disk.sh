#!/bin/sh
# SPDX-License-Identifier: MIT
# A disk that takes no more: the run ends with status 1 and says which file it was, wherever that happened. The disk is a
# limit on the size of files, which the checkpoint of a tiny network stays below and many rows of metrics do not.
scratch=$(mktemp -d) && trap 'rm -rf "$scratch"' EXIT
[ -x "$A3C_BIN" ] || exit 77
trap '' XFSZ
failed=0

# says WHAT: the status of the command before becomes a line of TAP.
says() {
    if [ $? -eq 0 ]; then echo "ok - $1"; else echo "not ok - $1"; failed=1; fi
}

# train NAME KILOBYTES STEPS [options]: fills $status and $scratch/NAME.err
train() {
    name=$1 blocks=$(($2 * 2)) steps=$3
    shift 3
    (ulimit -f $blocks && exec "$A3C_BIN" identity --quiet --threads 1 --set network.layers=[] --steps "$steps" --out "$scratch/$name" "$@") \
        2> "$scratch/$name.err"
    status=$?
}

stopped_by() { sed -n 's/.*"stopped_by": "\(.*\)".*/\1/p' "$scratch/$1/summary.json"; }

train rows 128 100000 --set log.interval_steps=64
[ $status -eq 1 ] && grep -q 'cannot write .*metrics.jsonl' "$scratch/rows.err"
says "a row of metrics that cannot be written ends the run with status 1 and names the file"
[ "$(stopped_by rows)" = error ]
says "its summary says that an error ended it"

train good 128 2000 --set log.interval_steps=1000
[ $status -eq 0 ] && [ "$(stopped_by good)" = total_steps ]
says "the same limit leaves a run alone that stays below it"

train checkpoint 32 2000 --set log.interval_steps=1000
[ $status -eq 1 ] && grep -q 'checkpoint.safetensors' "$scratch/checkpoint.err"
says "a checkpoint that cannot be written ends the run with status 1 and names the file"
exit $failed
