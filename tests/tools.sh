#!/bin/sh
# SPDX-License-Identifier: MIT
# The tools that compare builds and run findings do what their first lines say.
root=$(cd "${A3C_SOURCE:-$(dirname "$0")/..}" && pwd)
. "$root/tests/shell/tap.sh"
python3 -c '' 2> /dev/null || exit 77

# A finding of each kind, one of them in a folder of its own with a file of its own.
mkdir findings
export A3C_FINDINGS_FROM="$work/findings" A3C_FINDINGS="$work/venvs"
same "no findings are no failure" "$("$root/tools/findings")" "no findings in $work/findings"
cat > findings/division.py << 'END'
"""
Finding: integer division rounds down.
Library: Python 3
"""
import pathlib
import sys
pathlib.Path("left_behind").write_text("")
sys.exit(0 if -1 // 2 == -1 else 1)
END
cat > findings/sorted.sh << 'END'
# Finding: sort is stable.
# Library: coreutils
echo "it is not"
exit 1
END
status "a finding that holds ends with 0" 0 "$root/tools/findings" division
same "and has a row" "$(grep -c '^division .* Python 3 .* holds .* integer division rounds down\.$' said)" 1
[ ! -e left_behind ] && pass "it runs in a folder of its own" || fail "it runs in a folder of its own" "$(ls)"
status "a finding that no longer holds ends with 1" 1 "$root/tools/findings"
same "and its output is shown" "$(grep -cE '^sorted .* changed|^    it is not$' said)" 2
status "an unknown finding is named" 2 "$root/tools/findings" nothing
case $(cat said) in *"nothing: no such finding"*) pass "with the remedy" ;; *) fail "with the remedy" "$(cat said)" ;; esac

# One build against a copy of itself that is a tenth of a second late.
printf '#!/bin/sh\nsleep .1\nexec "%s" "$@"\n' "$A3C_BIN" > slow
chmod +x slow
status "a slower build is found" 1 "$root/tools/compare_builds" --rounds 2 --least .98 --json ratios.json "$A3C_BIN" slow "env list"
same "its row is named" "$(grep -c '^below 0.98: env list$' said)" 1
same "every measurement is kept" "$(grep -c '"ratios"' ratios.json)" 1
status "what is no build is refused" 2 "$root/tools/compare_builds" "$A3C_BIN" no_such_commit "env list"
case $(cat said) in *"no_such_commit: neither a program"*) pass "and named" ;; *) fail "and named" "$(cat said)" ;; esac
finish
