#!/bin/sh
# SPDX-License-Identifier: MIT
# init.from takes the parameters of files that others have saved again, and says when nothing vouches for them; a newer format is refused.
. "${A3C_SOURCE:-$(dirname "$0")/..}/tests/shell/tap.sh"
a3c train cartpole --quiet --threads 1 --steps 2000 --set eval.episodes=1 --out good || exit 1
new="--quiet --threads 1 --steps 200 --set eval.episodes=1"

# header FILE: the JSON of a safetensors file; rebuild FILE: the file with the JSON on standard input instead
header_size() { od -An -tu8 -N8 "$1" | tr -d ' '; }
header() { tail -c +9 "$1" | head -c "$(header_size "$1")"; }
rebuild() {
    json=$(cat) size=${#json}
    printf "$(printf '\\%03o\\%03o\\%03o\\%03o\\0\\0\\0\\0' $((size & 255)) $((size >> 8 & 255)) $((size >> 16 & 255)) $((size >> 24 & 255)))"
    printf '%s' "$json"
    tail -c +$((9 + $(header_size "$1"))) "$1"
}

# shellcheck disable=SC2086
status "a run's own file" 0 a3c train cartpole $new --set init.from=good --out own
same "a run's own file: nothing to warn of" "$(grep -c warning said)" 0
header good/checkpoint.safetensors | sed -e 's/"format": *"1"/"format":"pt"/' -e 's/"params_fingerprint"/"a"/' -e 's/"config"/"b"/' -e 's/"program"/"c"/' -e 's/"\([a-z_]*\)_hash"/"\1"/g' | rebuild good/checkpoint.safetensors > again.safetensors
header again.safetensors | grep -q params_fingerprint && fail "the metadata are gone" "$(header again.safetensors | head -c 300)"
# shellcheck disable=SC2086
status "a file saved again without the metadata" 0 a3c train cartpole $new --set init.from=again.safetensors --out again
same "a file saved again: it says that it was not verified" "$(grep -c 'warning: init.from: .*not verified' said)" 1
same "a file saved again: the same start" "$(value params_fingerprint again/summary.json)" "$(value params_fingerprint own/summary.json)"
header good/checkpoint.safetensors | sed 's/"format": *"1"/"format":"99"/' | rebuild good/checkpoint.safetensors > newer.safetensors
# shellcheck disable=SC2086
status "a newer format: init.from" 1 a3c train cartpole $new --set init.from=newer.safetensors --out newer
same "a newer format: the message" "$(grep -c 'format 99' said)" 1
status "a newer format: eval" 1 a3c eval newer.safetensors
cp -r good resumed
cp newer.safetensors resumed/checkpoint.safetensors
status "a newer format: --resume" 1 a3c train --resume resumed --quiet --steps 4000
finish
