#!/bin/sh
# SPDX-License-Identifier: MIT
# A plugin that takes its process down while it is checked is told by name, with the function that it died in; the command ends with 1.
. "${A3C_SOURCE:-$(dirname "$0")/..}/tests/shell/tap.sh"
compiler=${CC:-cc}
command -v "$compiler" > found || exit 77

# dies FAULT WORDS: tests/plugins/faulty.c with that fault ends with status 1 and these words
dies() {
    "$compiler" -shared -fPIC -O1 -w -DFAULT="$1" -I "$A3C_SOURCE/include" "$A3C_SOURCE/tests/plugins/faulty.c" -o "$1.so"
    status "$1 ends with 1" 1 a3c env check "./$1.so"
    if grep -q "^./$1.so: $2" said; then pass "and says: $2"; else fail "and says: $2" "$(cat said)"; fi
}

dies CRASHES_LOADED "died of SIGSEGV .* while it was loaded"
dies CRASHES_IN_STEP "died of SIGSEGV .* in step"
dies CRASHES_IN_RENDER "died of SIGSEGV .* in render"
dies RECURSES "died of SIGSEGV .* in step"
dies EXITS "ended the process in step"
status "what cannot be loaded is wrong usage" 2 a3c env check ./nothing.so
status "so is an environment that there is not" 2 a3c env check Nothing-v0
a3c env check CartPole-v1 > /dev/full 2> err
same "a full disk is no success" $? 1
finish
