#!/bin/sh
# SPDX-License-Identifier: MIT
# a3c watch where there is no terminal: lines of text, animated GIFs, what is refused. (The terminal: test_view, test_terminal.)
. "${A3C_SOURCE:-$(dirname "$0")/..}/tests/shell/tap.sh"

a3c --help | grep -q ' watch ' || exit 77

a3c train cartpole --quiet --steps 4000 --out run || exit 1

a3c watch run --seed 3 > text
same "text: the status is 0" $? 0
a3c eval run --seed 3 --episodes 1 --json > eval.json
same "text: the episode is eval's" "$(tail -1 text | sed 's/.*return \([0-9.e+-]*\) .*/\1/')" "$(value eval_return_mean eval.json)"
steps=$(tail -1 text | sed 's/.*step \([0-9]*\) .*/\1/')
same "text: one line per step, and one for the start" "$(wc -l < text | tr -d ' ')" "$((steps + 1))"
case $(sed -n 1p text) in *"step 0 "*"value "*"action "*) pass "text: value and action" ;; *) fail "text: value and action" "$(sed -n 1p text)" ;; esac
same "text: no escape sequences" "$(tr -cd '\033' < text | wc -c | tr -d ' ')" 0
a3c watch run --seed 3 --episodes 2 > both
same "text: two episodes" "$(grep -c '^episode 2  step 0 ' both)" 1
same "text: the first is the same" "$(head -n "$((steps + 1))" both | cksum)" "$(cksum < text)"
a3c watch run --steps 5 --policy sample > short
same "text: an episode can be left" "$(sed -n '$p' short | grep -c 'step 5 .*left')" 1

status "GIF: written" 0 a3c watch run --gif run.gif --steps 20
same "GIF: its signature" "$(head -c 6 run.gif)" GIF89a
same "GIF: its last byte" "$(tail -c 1 run.gif | od -An -tx1 | tr -d ' ')" 3b
same "GIF: a control extension for each frame and the last one's hold" \
    "$(od -An -v -tx1 run.gif | tr -d ' \n' | grep -o '21f904' | wc -l | tr -d ' ')" 22
size=$(wc -c < run.gif)
mkdir links
: > links/old.gif
ln -s links/old.gif link.gif
status "GIF: through a symbolic link" 0 a3c watch run --gif link.gif --steps 20
same "GIF: the link is a link still" "$(readlink link.gif)" links/old.gif
same "GIF: its file is the new one" "$(wc -c < links/old.gif)" "$size"
ln -s links/new.gif dangling.gif
status "GIF: through a link to a file that is not there yet" 0 a3c watch run --gif dangling.gif --steps 20
same "GIF: the file is where the link leads" "$(wc -c < links/new.gif)" "$size"
mkfifo pipe
wc -c < pipe > counted &
status "GIF: into a pipe" 0 a3c watch run --gif pipe --steps 20
wait
same "GIF: all of it went through the pipe" "$(tr -d ' ' < counted)" "$size"
[ -p pipe ]
same "GIF: the pipe is a pipe still" $? 0
a3c watch run --gif - --steps 20 > stdout.gif 2> stdout.said
same "GIF: to standard output" "$(wc -c < stdout.gif)" "$size"
same "GIF: nothing is left beside it" "$(find . -name '*.tmp' -o -name '-' | wc -l | tr -d ' ')" 0
if [ -w /dev/full ]; then
    status "GIF: a full device" 1 a3c watch run --gif /dev/full --steps 20
    [ -c /dev/full ]
    same "GIF: the device is a device still" $? 0
fi
status "GIF: a folder that is not there" 1 a3c watch run --gif nowhere/run.gif
status "no run" 2 a3c watch
status "a run that is not there" 2 a3c watch elsewhere
status "an impossible rate" 2 a3c watch run --fps 0
status "a word too many" 2 a3c watch run walk
finish
