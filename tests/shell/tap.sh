# SPDX-License-Identifier: MIT
# What the test scripts share; read with `.`. Prints TAP lines; `finish` ends the script.
#
# A3C_BIN is the program; without one the script ends as skipped (77). $work is a folder of its own, gone at the end.
set -u
[ -n "${A3C_BIN:-}" ] && [ -x "$A3C_BIN" ] || exit 77
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export NO_COLOR=1
cd "$work" || exit 1
failures=0

a3c() { "$A3C_BIN" "$@"; }

pass() { echo "ok - $1"; }
fail() { # name, what was seen
    echo "not ok - $1"
    [ -z "${2:-}" ] || printf '%s\n' "$2" | sed 's/^/#   /'
    failures=$((failures + 1))
}
skip() { echo "ok - $1 # SKIP $2"; }
finish() { exit $((failures > 0)); }

# same NAME A B: passes when A equals B and is not empty
same() {
    if [ -n "$2" ] && [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "$2, expected $3"; fi
}
different() {
    if [ -n "$2" ] && [ -n "$3" ] && [ "$2" != "$3" ]; then pass "$1"; else fail "$1" "$2 and $3"; fi
}
# true_number NAME CONDITION: an awk expression
true_number() {
    if awk "BEGIN { exit !($2) }" < /dev/null; then pass "$1"; else fail "$1" "$2"; fi
}
# status NAME EXPECTED COMMAND...: runs it, output in $work/said
status() {
    name=$1 expected=$2
    shift 2
    "$@" > "$work/said" 2>&1
    seen=$?
    if [ $seen -eq "$expected" ]; then pass "$name"; else fail "$name" "status $seen, expected $expected: $(head -c 600 "$work/said")"; fi
}

# value KEY FILE: the number, word or null that KEY has in a JSON file of one object; nothing when it is not there
value() {
    tr -d '\n' < "$2" | sed -n "s/.*\"$1\" *: *\(\"[^\"]*\"\|[^][,{}\"]*\).*/\1/p" | tr -d '" '
}

# train NAME OPTIONS...: a quiet run in $work/NAME; its fingerprint in $fingerprint, empty when it failed
# shellcheck disable=SC2034 # fingerprint is for the caller
train() {
    run=$1
    shift
    if a3c train cartpole --quiet --out "$work/$run" --set eval.episodes=1 "$@" > "$work/$run.said" 2>&1; then
        fingerprint=$(value params_fingerprint "$work/$run/summary.json")
    else
        fingerprint=
        sed 's/^/#   /' "$work/$run.said"
    fi
}

# The lines of a metrics.jsonl without what the clock says.
timeless() { sed -e 's/"time": *[^,}]*/"time":0/' -e 's/"steps_per_second": *[^,}]*/"steps_per_second":0/' "$1"; }

# has_isa NAME: whether this CPU and this build have that instruction set
has_isa() { A3C_ISA=$1 a3c --version 2>&1 | grep -qx "instruction set: $1"; }
