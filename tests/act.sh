#!/bin/sh
# SPDX-License-Identifier: MIT
# a3c act as a server: what it takes, what it answers, and how long it lives. (What it answers in numbers: train_policies.)
. "${A3C_SOURCE:-$(dirname "$0")/..}/tests/shell/tap.sh"
a3c train cartpole --quiet --threads 1 --steps 400 --set eval.episodes=1 --out run > /dev/null || exit 1
a3c train frozen_lake --quiet --threads 1 --steps 400 --set eval.episodes=1 --out lake > /dev/null || exit 1
plain=$(echo '[0.1,0,0.02,0]' | a3c act run)

same "an observation alone in an object" "$(echo '{"observation": [0.1,0,0.02,0]}' | a3c act run)" "$plain"
same "lines that end with CR LF" "$(printf '[0.1,0,0.02,0]\r\n' | a3c act run)" "$plain"
same "a byte order mark" "$(printf '\357\273\277[0.1,0,0.02,0]\n' | a3c act run)" "$plain"
same "a last line without an end" "$(printf '[0.1,0,0.02,0]' | a3c act run)" "$plain"

printf '\n[0.1,0,0.02,0]\n  \n[0.1,0,0.02,0]\n' | a3c act run > answers
same "blank lines: the status" $? 0
same "blank lines: an answer for each line" "$(grep -c '"error"' answers) $(grep -c '"action"' answers)" "2 2"
printf '[1]\n[0.1,0,0.02,0]\n' | a3c act run > answers 2> said
same "a bad line is the end" "$? $(wc -l < answers | tr -d ' ')" "2 0"
printf '[1]\nnonsense\n{"observation": 3}\n{"x": [0,0,0,0]}\n[null,0,0,0]\n[0.1,0,0.02,0]\n' | a3c act run --keep-going > answers 2> said
same "--keep-going: it lives on" "$? $(grep -c '"error"' answers) $(tail -1 answers)" "0 5 $plain"
same "--keep-going: the answers are JSON with line and remedy" "$(grep -c '^{"error": "standard input:[1-5]: expected an observation of CartPole-v1, 4 finite numbers, found ' answers)" 5

printf '{"reset":true}\n[0.1,0,0.02,0]\n' | a3c act run > answers
same "a reset has no answer" "$(wc -l < answers | tr -d ' ')" 1
printf '{"reset":true}\n[0.1,0,0.02,0]\n' | a3c act run --answer-resets > answers
same "--answer-resets: it has one" "$(sed -n 1p answers)" '{"reset":true}'
same "a reset with an observation" "$(echo '{"reset":true,"observation":[0.1,0,0.02,0]}' | a3c act run)" "$plain"

echo 16 | a3c act lake > answers 2> said
same "a range that is left: status 2" $? 2
same "a range that is left: the message has it" "$(grep -c 'FrozenLake-v1, an index 0 .. 15, found 16' said)" 1
status "--env with an environment of the same spaces" 0 sh -c 'echo "[0.1,0,0.02,0]" | "$A3C_BIN" act run --env CartPole-v0'
same "--env: the same answer" "$(cat said)" "$plain"
status "--env with one of others" 1 sh -c 'echo "[0.1,0,0.02,0]" | "$A3C_BIN" act run --env Acrobot-v1'
finish
