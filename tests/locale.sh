#!/bin/sh
# SPDX-License-Identifier: MIT
# A plugin that changes the locale, of the program or of its thread, to one with a decimal comma spoils no file and no output.
source=${A3C_SOURCE:-$(cd "$(dirname "$0")/.." && pwd)}
. "$source/tests/shell/tap.sh"
. "$source/tests/shell/comma.sh"
comma_locale "$work" || exit 77
export LOCPATH="$work"
# The C library keeps what it made of LOCPATH, and nobody can free it.
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0"

# compile NAME CONSTRUCTOR: the corridor of the examples, whose library does this when it is loaded
compile() {
    printf '#include <locale.h>\n#include <stdlib.h>\n#include "%s"\nlocale_t comma;\n__attribute__((constructor)) static void change(void) { %s }\n' \
        "$source/examples/env_plugin/corridor.c" "$2" > "$1.c"
    ${CC:-cc} -D_GNU_SOURCE -shared -fPIC -fvisibility=hidden -O2 -w -I "$source/include" "$1.c" -o "$1.so"
}
compile plain "" || exit 77
compile process 'if (!setlocale(LC_ALL, "xx_XX")) abort();'
compile thread 'comma = newlocale(LC_ALL_MASK, "xx_XX", 0); if (!comma) abort(); uselocale(comma);'

run() { # NAME: trains on ./NAME.so in runs/NAME; its fingerprint
    status "$1: a run" 0 a3c train --env "./$1.so" --quiet --threads 1 --seed 3 --steps 4000 --out "runs-$1" --set discount=0.97 \
        --set log.interval_steps=1000 --set eval.episodes=10 --set optimizer.learning_rate=0.0015
    status "$1: goes on" 0 a3c train --resume "runs-$1" --env "./$1.so" --steps 8000 --quiet
    fingerprint=$(value params_fingerprint "runs-$1/summary.json")
}
run plain
plain_fingerprint=$fingerprint
for plugin in process thread; do
    run $plugin
    same "$plugin: the same parameters" "$fingerprint" "$plain_fingerprint"
    same "$plugin: the same settings" "$(sed "s/$plugin\.so/plain.so/" "runs-$plugin/config.yaml")" "$(cat runs-plain/config.yaml)"
    same "$plugin: no decimal comma in metrics.jsonl" "$(grep -cE '[0-9],[0-9]' "runs-$plugin/metrics.jsonl")" 0
    same "$plugin: no decimal comma in summary.json" "$(grep -cE '[0-9],[0-9]' "runs-$plugin/summary.json")" 0
    same "$plugin: the same evaluation" "$(a3c eval "runs-$plugin" --env "./$plugin.so" --json 2>&1 | sed "s/, .eval_seconds.*//")" \
        "$(a3c eval runs-plain --env ./plain.so --json 2>&1 | sed "s/, .eval_seconds.*//")"
done
finish
