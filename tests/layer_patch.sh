#!/bin/sh
# SPDX-License-Identifier: MIT
# tests/patches/scale_layer.patch adds a kind of layer by one file and one line; what comes of it is trained, saved and loaded.
. "${A3C_SOURCE:-$(dirname "$0")/..}/tests/shell/tap.sh"

patched=$(dirname "$A3C_BIN")/tests/a3c_scale_layer patch=$A3C_SOURCE/tests/patches/scale_layer.patch
[ -x "$patched" ] || exit 77
same "one new file" "$(grep -c '^--- /dev/null' "$patch")" 1
same "one file changed" "$(grep -c '^--- a/' "$patch")" 1
same "by one line" "$(sed '/^--- \/dev\/null/,$d' "$patch" | grep -c '^[-+][^-+]')" 1

layers='[{dense: 24, activation: silu}, {scale: true}, {dense: 24, activation: tanh}]'
status "without the patch there is no such layer" 2 a3c train cartpole --steps 100 --set "network.layers=$layers" --out none
case $(cat said) in *"expected a layer: dense, "*) pass "and the kinds are named" ;; *) fail "and the kinds are named" "$(cat said)" ;; esac

# weights RUN: the sixteen first of trunk.1.weight in its checkpoint
weights() {
    file=$1/checkpoint.safetensors
    size=$(od -An -t u8 -N 8 "$file" | tr -d ' ')
    from=$(head -c $((size + 8)) "$file" | tail -c "$size" | tr -d '\n ' | sed 's/.*"param\/trunk\.1\.weight":{[^}]*"data_offsets":\[\([0-9]*\),.*/\1/')
    od -v -An -t f4 -j $((8 + size + from)) -N 64 "$file" | tr -s ' ' '\n' | grep .
}

A3C_BIN=$patched
options="--steps 4000 --seed 3 --workers 4 --set log.interval_steps=2000"
for mode in async sync; do
    # shellcheck disable=SC2086
    train $mode --mode $mode --threads 1 $options --set "network.layers=$layers"
    different "$mode: it trains" "$fingerprint" none
    status "$mode: the settings are written as they were read" 0 grep -F "layers: $layers" $mode/config.yaml
    scales=$(weights $mode)
    same "$mode: there are scales near 1" "$(echo "$scales" | awk '$1 > 0.5 && $1 < 2 { n++ } END { print n }')" 16
    different "$mode: which have been learned" "$(echo "$scales" | grep -cvx 1)" 0
    status "$mode: it is loaded and evaluated" 0 a3c eval $mode --episodes 2
done
one=$(value params_fingerprint sync/summary.json)
for isa in portable avx2 avx512; do
    if ! has_isa $isa; then
        skip "instruction set $isa" "not on this CPU"
        continue
    fi
    export A3C_ISA=$isa
    # shellcheck disable=SC2086
    train sync-$isa --mode sync --threads 2 $options --set "network.layers=$layers"
    unset A3C_ISA
    same "the same bits: two threads, instruction set $isa" "$fingerprint" "$one"
done
finish
