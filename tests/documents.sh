#!/bin/sh
# SPDX-License-Identifier: MIT
# The documents speak of what is there: every file they name exists, every command and key of a summary is described, and the generated
# page of environments has every environment.
cd "${A3C_SOURCE:-$(dirname "$0")/..}" || exit 1
failed=0

# empty WHAT TEXT: nothing is left over
empty() {
    if [ -z "$2" ]; then echo "ok - $1"; else echo "not ok - $1:" $2; failed=1; fi
}

# What stands in backquotes or links and looks like a path of this repository; docs/threading.md counts from src/.
missing=
for document in README.md CONTRIBUTING.md examples/README.md docs/*.md; do
    for name in $(grep -oE '`(src|tests|tools|docs|examples|include|config)/[A-Za-z0-9_./]*`' "$document" | tr -d '`' | grep -v NAME); do
        [ -e "$name" ] || missing="$missing $document:$name"
    done
    for name in $(grep -oE '\]\([A-Za-z0-9_./-]+' "$document" | cut -c3- | grep -v '^https'); do
        [ -e "$(dirname "$document")/$name" ] || missing="$missing $document:$name"
    done
done
for name in $(grep -oE '`(base|global|worker|sync_a2c|learn|net|record|trainer|env)/[a-z0-9_]+\.[ch]`' docs/threading.md | tr -d '`'); do
    [ -e "src/$name" ] || missing="$missing docs/threading.md:$name"
done
empty "every file that a document names exists" "$missing"

# Functions that docs/threading.md names, for the statements that rest on them.
missing=
for name in $(grep -oE '`[a-z][a-z0-9]*_[a-z0-9_]+`' docs/threading.md | tr -d '`' | sort -u); do
    grep -rqw --include='*.[ch]' --include='*.sh' "$name" src tests || missing="$missing $name"
done
empty "every function that docs/threading.md names exists" "$missing"

# The README's results are those of docs/results.md, rounded: both modes' interquartile means and the median seconds of training.
stale=$(sed -n '/^## Results/,/^## Commands/p' README.md | awk -F ' *[|] *' '
    function near(short, long) { return short - long <= .5 * unit(short) && long - short <= .5 * unit(short) }
    function unit(x,   digits) { digits = x ~ /[.]/ ? length(x) - index(x, ".") : 0; return 10 ^ -digits * 1.001 }
    FILENAME == "docs/results.md" { if ($3 == "async" || $3 == "sync") { iqm[$2 " " $3] = $4; seconds[$2 " " $3] = $NF == "" ? $(NF - 1) : $NF }; next }
    /async [/] sync/ {
        rows++
        split($4, a, " / "); split($6, t, " / ")
        for (i = 1; i <= 2; i++) {
            key = $2 (i == 1 ? " async" : " sync")
            if (!near(a[i], iqm[key]) || !near(t[i], seconds[key])) print key ": " a[i] ", " t[i] " s"
        }
    }
    END { if (!rows) print "no rows" }' docs/results.md -)
empty "the README's results are those of docs/results.md" "$stale"
[ "$(wc -l < README.md)" -lt 160 ] && echo "ok - the README stays below 160 lines" || { echo "not ok - the README stays below 160 lines"; failed=1; }

if [ -x "${A3C_BIN:-}" ]; then
    missing=
    for command in $("$A3C_BIN" help | sed -n 's/^  a3c \([a-z]*\) .*/\1/p' | grep -v help); do
        grep -q "a3c $command" README.md || missing="$missing $command"
    done
    empty "the README describes every command" "$missing"

    missing=
    for id in $("$A3C_BIN" env list | cut -d ' ' -f 1); do
        grep -q "| \`$id\` |" docs/environments.md || missing="$missing $id"
    done
    empty "docs/environments.md has every environment (tools/environments writes it)" "$missing"

    scratch=$(mktemp -d) && trap 'rm -rf "$scratch"' EXIT
    missing=
    for key in $("$A3C_BIN" identity --steps 200 --threads 1 --out "$scratch/run" --json 2> "$scratch/said" | sed -n 's/^  "\([a-z0-9_]*\)".*/\1/p') \
        $(head -1 "$scratch/run/metrics.jsonl" | grep -oE '"[a-z_]+":' | tr -d '":'); do
        grep -q "\`$key" docs/run.md || case $key in eval_return_*) ;; *) missing="$missing $key" ;; esac
    done
    empty "docs/run.md explains every key of summary.json and metrics.jsonl" "$missing"

    # The header is JSON text in front of the numbers: the settings, then the tensors by name.
    missing=
    names=$(tr -d '\000' < "$scratch/run/checkpoint.safetensors" | head -c 40000 | grep -aoE '"[a-z_.]+/[a-z_]+": *\{' | cut -d '"' -f 2 | sort -u)
    for name in ${names:-none}; do
        grep -q "\`$name\`" docs/run.md || [ "${name%/*}" = episodes ] || missing="$missing $name"
    done
    empty "docs/run.md explains the tensors of a checkpoint" "$missing"
fi
exit $failed
