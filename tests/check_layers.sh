#!/bin/sh
# SPDX-License-Identifier: MIT
# The layer check holds for this tree, and names each kind of violation with its line: a file is made for each, in a tree of its
# own. Prints TAP lines ("ok - ...").
set -u
source=${A3C_SOURCE:-$(dirname "$0")/..}
check=$source/tools/check_layers
tree=$(mktemp -d) || exit 1
trap 'rm -rf "$tree"' EXIT
failures=0

tell() { # status, name
    if [ "$1" -eq 0 ]; then echo "ok - $2"; else echo "not ok - $2"; failures=$((failures + 1)); fi
}

# expect NAME PATH TEXT WORDS: a file PATH holding TEXT on line 2 is refused with PATH:2 and WORDS
refused() {
    rm -rf "$tree/src"; mkdir -p "$tree/src/$(dirname "$2")"
    printf '/* a file */\n%s\n' "$3" > "$tree/src/$2"
    said=$("$check" "$tree/src") && status=1 || status=0
    case $said in *"src/$2:2: "*"$4"*) ;; *) status=1 ;; esac
    tell $status "refused: $1"
    [ $status -eq 0 ] || echo "$said"
}

allowed() {
    rm -rf "$tree/src"; mkdir -p "$tree/src/$(dirname "$2")"
    printf '%s\n' "$3" > "$tree/src/$2"
    said=$("$check" "$tree/src") && status=0 || status=1
    tell $status "allowed: $1"
    [ $status -eq 0 ] || echo "$said"
}

"$check" "$source/src" && status=0 || status=1
tell $status "the tree keeps its layers"

refused "a lower layer that includes an upper one" net/net.c '#include "learn/loss.h"' "a layer above it"
refused "net and env together" env/env.c '#include "net/net.h"' "never include each other"
refused "worker and sync_a2c together" worker/turn.c '#include "sync_a2c/team.h"' "never include each other"
refused "the trainer's public header from below" learn/learner.c '#include "a3c/policy.h"' "a layer above it"
refused "the environments' public header in net" net/net.c '#include "a3c/env.h"' "never include each other"
refused "a side room entered from below" learn/learner.c '#include "record/metrics.h"' "enters the side room"
refused "a side room entered by a worker" worker/turn.c '#include "settings/settings.h"' "enters the side room"
refused "a side room that reads an upper layer" record/summary.c '#include "trainer/trainer.h"' "may read only"
refused "one side room inside another" view/screen.c '#include "record/metrics.h"' "side room"
refused "a relative include" net/net.c '#include "../learn/loss.h"' "named from src/"
refused "an unknown room" net/net.c '#include "tensor/tensor.h"' "names no room"
refused "pthread.h in learn" learn/learner.c '#include <pthread.h>' "pthread.h outside"
refused "omp.h in net" net/net.c '#include <omp.h>' "omp.h outside"
refused "an OpenMP pragma in net" net/net.c '#pragma omp simd' "OpenMP outside"
refused "an atomic type in learn" learn/learner.c 'static _Atomic int count;' "an atomic outside"
refused "a builtin atomic in trainer" trainer/run.c 'int f(int *p) { return __atomic_load_n(p, 0); }' "an atomic outside"
allowed "words in comments and strings" net/net.c '/* pthread.h, _Atomic
#include "learn/loss.h" */
static const char *s = "_Atomic"; // atomic_int'
allowed "lower layers" trainer/run.c '#include "worker/turn.h"
#include "sync_a2c/team.h"
#include "record/summary.h"
#include "a3c/env.h"'
allowed "threads and atomics where they belong" global/block.c '#include <pthread.h>
#include <stdatomic.h>
static _Atomic int count;'
allowed "OpenMP in sync_a2c" sync_a2c/team.c '#include <omp.h>
#pragma omp parallel'

refused "a public function without a prefix" learn/loss.c 'double mean(const float *x, int n) {' "no prefix of its room learn"
allowed "prefixes of the room, of a file, of its last word" learn/policy_distribution.c 'int learn_all(void) {
int policy_distribution_new(void) {
int distribution_new(void) {
static int helper(void) {
INLINE void each(int n) {
int a3c_new(void) {'

rm -rf "$tree/src"; mkdir -p "$tree/src/net"
printf '/* SPDX-License-Identifier: MIT */\n#include "net/net.h"\n' > "$tree/src/net/net.c"
said=$("$check" "$tree/src") && status=1 || status=0
case $said in *"src/net/net.c:1: the file does not say at its top what it is for"*) ;; *) status=1 ;; esac
tell $status "refused: a file that does not say what it is for"
allowed "a file that says what it is for" net/net.c '/* SPDX-License-Identifier: MIT
 * The network. */'

# two_files NAME PATH TEXT PATH TEXT [EXCEPTION]: said is what the check says of a tree of two files; its status
two_files() {
    rm -rf "$tree/src" "$tree/tools"; mkdir -p "$tree/src/$(dirname "$1")" "$tree/src/$(dirname "$3")" "$tree/tools"
    printf '%s\n' "$2" > "$tree/src/$1"
    printf '%s\n' "$4" > "$tree/src/$3"
    [ $# -lt 5 ] || echo "$5" > "$tree/tools/check_layers.exceptions"
    said=$("$check" "$tree/src")
}

two_files learn/loss.c 'double loss_mean(int n) {' net/dense.c 'static double loss_mean(int n) {' && status=1 || status=0
case $said in *"src/learn/loss.c:1: loss_mean is public here and static in src/net/dense.c:1"*) ;; *) status=1 ;; esac
tell $status "refused: a name that is public in one room and static in another"
two_files net/lstm.c 'double lstm_mean(int n) {' net/dense.c 'static double lstm_mean(int n) {' && status=0 || status=1
tell $status "allowed: both in one room"
two_files learn/loss.c 'double mean(int n) {' net/dense.c 'int dense;' "learn mean" && status=0 || status=1
tell $status "allowed: an exception"
two_files learn/loss.c 'double loss_mean(int n) {' net/dense.c 'int dense;' "learn loss_mean" && status=1 || status=0
case $said in *"exceptions:1: learn loss_mean: no exception any more"*) ;; *) status=1 ;; esac
tell $status "refused: an exception that is none any more"
rm -rf "$tree/tools"

rm -rf "$tree/src"; mkdir -p "$tree/src/settings" "$tree/src/trainer"
for file in settings/yaml.c trainer/config.c; do echo '#include <yaml.h>' > "$tree/src/$file"; done
said=$("$check" "$tree/src") && status=1 || status=0
case $said in *"yaml.h is already included by"*) ;; *) status=1 ;; esac
tell $status "refused: yaml.h in two files"

exit $((failures > 0))
