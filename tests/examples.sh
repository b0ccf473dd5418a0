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

echo nonsense > "$scratch/nonsense"
"$fly" "$scratch/nonsense" 2> "$scratch/error"
[ $? -eq 2 ] && grep -q nonsense "$scratch/error"
says "a file that is no policy is refused by name"
exit $failed
