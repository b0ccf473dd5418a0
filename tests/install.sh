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
library=$(find prefix -name liba3c_core.a)
same "it installs the library once" "$(echo "$library" | wc -w | tr -d ' ')" 1
same "and every preset" "$(find prefix/share/a3c/config -name '*.yaml' | wc -l)" "$(find "$A3C_SOURCE/config" -name '*.yaml' | wc -l)"

libraries=$(pkg-config --libs yaml-0.1 jansson)
! pkg-config --exists hwloc || libraries="$libraries $(pkg-config --libs hwloc)"
! grep -q '^box2d_DIR:PATH=/' "$build/CMakeCache.txt" || libraries="$libraries -lbox2d -lstdc++"
# shellcheck disable=SC2086
status "a program links it" 0 "$compiler" -std=c11 -Iprefix/include "$A3C_SOURCE/examples/fly_cartpole.c" "$library" $libraries \
    -fopenmp -lpthread -lm -ldl -o fly
status "the installed program trains" 0 prefix/bin/a3c cartpole --seed 3 --threads 1 --quiet --out run
status "the linked program flies what it trained" 0 ./fly run/checkpoint.safetensors
status "a plugin compiles" 0 "$compiler" -std=c11 -shared -fPIC -Iprefix/include "$A3C_SOURCE/examples/env_plugin/corridor.c" -o corridor.so
status "and passes its checks" 0 prefix/bin/a3c env check ./corridor.so
finish
