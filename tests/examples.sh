#!/bin/sh
# SPDX-License-Identifier: MIT
# The example that embeds a policy flies what the program trained, and refuses what is none.
scratch=$(mktemp -d) && trap 'rm -rf "$scratch"' EXIT
fly=$(dirname "$A3C_BIN")/examples/fly_cartpole
[ -x "$A3C_BIN" ] && [ -x "$fly" ] || exit 77
failed=0

# says WHAT: the status of the command before becomes a line of TAP.
says() {
    if [ $? -eq 0 ]; then echo "ok - $1"; else echo "not ok - $1"; failed=1; fi
}

"$A3C_BIN" cartpole --seed 3 --threads 1 --quiet --out "$scratch/run" && "$fly" "$scratch/run/checkpoint.safetensors"
says "a trained policy balances another program's pole for 500 steps"

# After one update the policy is close to chance: a pole that stays up all the same would be no test of the one above.
"$A3C_BIN" cartpole --seed 3 --threads 1 --steps 1 --quiet --out "$scratch/young" &&
    ! "$fly" "$scratch/young/checkpoint.safetensors" > /dev/null
says "an untrained policy does not"

"$A3C_BIN" frozen_lake --threads 1 --steps 1 --quiet --out "$scratch/lake" &&
    "$fly" "$scratch/lake/checkpoint.safetensors" 2> "$scratch/error"
[ $? -eq 2 ] && grep -q 'FrozenLake-v1, not of a cart' "$scratch/error"
says "a policy of another environment is refused by name"

# The line at the example's top is all that it takes, and it names no OpenMP, Box2D or hwloc. (A sanitizer's library, or another
# compiler's, asks for more.)
build=$(dirname "$A3C_BIN")
line=$(sed -n 's/^ \*  *\(cc .*liba3c_policy\.a .*\)$/\1/p' "$A3C_SOURCE/examples/fly_cartpole.c")
if [ -n "$line" ] && ! grep -q 'FLAGS.*-fsanitize' "$build/CMakeCache.txt" && [ -e "$build/liba3c_policy.a" ]; then
    mkdir -p "$scratch/tree/build"
    ln -s "$build" "$scratch/tree/build/release"
    ln -s "$(realpath "$A3C_SOURCE")/include" "$(realpath "$A3C_SOURCE")/examples" "$scratch/tree/"
    (cd "$scratch/tree" && sh -c "$line") && [ ${#line} -le 100 ]
    says "the example is built by the short line at its top"
    "$scratch/tree/fly" "$scratch/run/checkpoint.safetensors" > /dev/null
    says "and flies"
    ! ldd "$scratch/tree/fly" | grep -qE 'gomp|omp|hwloc|box2d|stdc\+\+'
    says "it needs no OpenMP, hwloc, Box2D nor C++"
    ! nm "$scratch/tree/fly" | grep -qE ' [Tt] (worker_|team_|block_push|pauses_)'
    says "nor a worker"
fi

echo nonsense > "$scratch/nonsense"
"$fly" "$scratch/nonsense" 2> "$scratch/error"
[ $? -eq 2 ] && grep -q nonsense "$scratch/error"
says "a file that is no policy is refused by name"
exit $failed
