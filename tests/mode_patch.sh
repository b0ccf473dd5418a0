#!/bin/sh
# SPDX-License-Identifier: MIT
# tests/patches/taking_turns.patch adds a way to train by one file and one row: it trains, under a lock, and is resumed.
. "${A3C_SOURCE:-$(dirname "$0")/..}/tests/shell/tap.sh"

patched=$(dirname "$A3C_BIN")/tests/a3c_taking_turns patch=$A3C_SOURCE/tests/patches/taking_turns.patch
[ -x "$patched" ] || exit 77
same "one new file" "$(grep -c '^--- /dev/null' "$patch")" 1
same "one file changed" "$(grep -c '^--- a/' "$patch")" 1
same "by one row" "$(sed '/^--- \/dev\/null/,$d' "$patch" | grep -c '^+ *row(')" 2 # the row before it takes a backslash
status "without the patch there is no such mode" 2 a3c train cartpole --mode taking_turns --steps 100 --out none

train async --mode async --threads 1 --seed 3 --steps 4000
plain=$fingerprint
A3C_BIN=$patched
train turns --mode taking_turns --threads 1 --seed 3 --steps 4000
same "one thread: the parameters of async" "$fingerprint" "$plain"
same "the summary names it" "$(value mode turns/summary.json)" taking_turns
true_number "somebody waited for a lock, or nobody had to" "$(value lock_wait_seconds turns/summary.json) >= 0"
train cut --mode taking_turns --threads 1 --seed 3 --steps 2000
status "it is resumed" 0 a3c train --resume cut --quiet --steps 4000
same "and goes on to the end" "$(value stopped_by cut/summary.json)" total_steps
train two --mode taking_turns --threads 2 --workers 2 --seed 3 --steps 4000
different "two threads train" "$fingerprint" none
finish
