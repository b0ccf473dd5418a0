#!/bin/sh
# SPDX-License-Identifier: MIT
# What is installed is all that is needed: the program works away from its sources, a program links the library, a plugin compiles.
. "${A3C_SOURCE:-$(dirname "$0")/..}/tests/shell/tap.sh"
build=$(dirname "$A3C_BIN")
command -v cmake > found && [ -e "$build/CMakeCache.txt" ] || exit 77
! grep -q 'FLAGS.*-fsanitize' "$build/CMakeCache.txt" || exit 77 # a sanitizer's library asks for its flags
compiler=$(sed -n 's/^CMAKE_C_COMPILER:[A-Z]*=//p' "$build/CMakeCache.txt")

status "cmake --install" 0 cmake --install "$build" --prefix "$work/prefix"
for file in bin/a3c include/a3c/env.h include/a3c/policy.h share/a3c/config/cartpole.yaml share/man/man1/a3c.1 \
    share/bash-completion/completions/a3c; do
    if [ -s "prefix/$file" ]; then pass "it installs $file"; else fail "it installs $file"; fi
done
library=$(find prefix -name liba3c_policy.a)
same "it installs the library once" "$(echo "$library" | wc -w | tr -d ' ')" 1
same "and every preset" "$(find prefix/share/a3c/config -name '*.yaml' | wc -l)" "$(find "$A3C_SOURCE/config" -name '*.yaml' | wc -l)"

# The tree may be moved: pkg-config finds it where it is.
mv prefix moved
PKG_CONFIG_PATH=$(dirname "$(find "$work/moved" -name a3c.pc)")
export PKG_CONFIG_PATH
same "pkg-config knows its version" "a3c $(pkg-config --modversion a3c)" "$(a3c --version | sed -n '1s/^\(a3c [0-9.]*\) .*/\1/p')"
# shellcheck disable=SC2046
status "a program links it by pkg-config" 0 "$compiler" -std=c11 "$A3C_SOURCE/examples/fly_cartpole.c" $(pkg-config --cflags --libs a3c) -o fly
status "the installed program trains" 0 moved/bin/a3c cartpole --seed 3 --threads 1 --quiet --out run
status "the linked program flies what it trained" 0 ./fly run/checkpoint.safetensors
# shellcheck disable=SC2046
status "a plugin compiles" 0 "$compiler" -std=c11 -shared -fPIC $(pkg-config --cflags a3c) "$A3C_SOURCE/examples/env_plugin/corridor.c" -o corridor.so
status "and passes its checks" 0 moved/bin/a3c env check ./corridor.so
finish
