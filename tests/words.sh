#!/bin/sh
# SPDX-License-Identifier: MIT
# The words of documents, help texts, settings' meanings and messages are plain English and the field's: "N per X", "is not a X",
# and no name that this project once had for itself only.
root=$(cd "${A3C_SOURCE:-$(dirname "$0")/..}" && pwd)
. "$root/tests/shell/tap.sh"
cd "$root" || exit 1

# Everything that a user reads, a line each, with its place: documents as they are; string literals of the sources (literals that
# stand after each other are one), and the options of the lines of help that the program prints.
literals() {
    # shellcheck disable=SC2046 # names of sources have no blanks
    awk '
    function flush() { if (text != "") print place ": " text; text = "" }
    FNR == 1 { flush() }
    /^[ \t]*#[ \t]*include/ { next }
    {
        line = $0; gsub(/\\\\/, "", line); gsub(/\\"/, "\001", line); gsub(/\047\001\047|\047"\047/, "", line)
        while (match(line, /"[^"]*"/)) {
            if (substr(line, 1, RSTART - 1) ~ /[^ \t]/) flush()
            if (text == "") place = FILENAME ":" FNR
            text = text substr(line, RSTART + 1, RLENGTH - 2)
            line = substr(line, RSTART + RLENGTH)
        }
        if (line ~ /[^ \t]/) flush()
    }
    END { flush() }' $(find src -name '*.[ch]' | sort)
}
{
    grep -n '' README.md CONTRIBUTING.md CHANGELOG.md THIRD_PARTY.md findings/README.md examples/README.md config/*.yaml docs/*.md docs/a3c.1
    literals
    for command in "" $(a3c help | sed -n 's/^  a3c \([a-z]*\) .*/\1/p'); do a3c help $command | tr -s ' \n' ' ' | sed "s/^/a3c help $command: /"; echo; done
} > "$work/words"
true_number "there is something to read" "$(wc -l < "$work/words") > 3000"

# refused NAME PATTERN: no line has it; BUT is a pattern of what is meant otherwise
refused() {
    found=$(grep -E "$2" "$work/words" | grep -vE "${3:-^$}")
    if [ -z "$found" ]; then pass "$1"; else fail "$1" "$(printf '%s\n' "$found" | cut -c1-240 | head -20)"; fi
}

# What is counted, and what it is counted by.
things='observations?|arrays?|objects?|steps?|threads?|gradients?|environments?|updates?|runs?|seeds?|passes|samples?|episodes?|floats?|bytes|lines?|rows?|workers?|points?|times?|once|file|value|set|one|GFLOP/s|figures?|name|rates?|frames?|operations?|barriers?|learners?|instances?|tests?|words?|cores?|lock|push(es)?|pulls?|preset|number|curve|table|plot|page|entry|bars?|tasks?|key|folder|process|child|[0-9]+|[0-9] [kM]|million'
units='second|worker|thread|rollout|pass|step|episode|update|CPU|run|seed|row|line|minute|hour|core|environment|layer|element|mode|preset|task|module|point|machine|tensor|kernel|rung|candidate|cell|process|subcommand|command|group|column|push|pull|turn|time|batch|sample|key|kind|learner|instance|person|setting|level|shard|stripe|cycle|parameter'
refused 'rates are "N per X", not "N a X"' "(^|[^A-Za-z,])($things) an? ($units)s?([^A-Za-z]|\$)"
refused 'what something is not is "not a X"' '(is|are|was|it.s|this) no [a-z]' \
    '(there|There) (is|are|was) no |is no (longer|more|less|fewer|faster|slower|better|worse|larger|smaller|other|such)'
# A desk is a workspace, a crew a pool of workers, an env_kind an env_config.
refused 'no name of the former private dialect' \
    '(^|[^A-Za-z_])(desks?|crews?|crew_[a-z_]+|crew\.[ch]|learner_(walk|ask)|is_turned|held_row|env_kinds?|column_sum|dense_backward|behaviour_lag)([^A-Za-z_]|$)'
refused 'nobody speaks of "so many" or "so often"' '(^|[^A-Za-z])so (many|often)([^A-Za-z]|$)' 'so many (things|people)'
finish
