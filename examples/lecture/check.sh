#!/bin/sh
# SPDX-License-Identifier: MIT
# The lecture from outside: everything runs, its exact figures hold, the report has all its parts, and the goal's runs are
# those that the command line makes. Prints TAP lines.
A3C_SOURCE=${A3C_SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}
. "$A3C_SOURCE/tests/shell/tap.sh"
lecture=$A3C_SOURCE/tools/lecture

# ours FIGURE EXPERIMENT: what a3c found for a figure of an experiment, from its CSV
ours() { awk -F, -v figure="$1" '$1 == figure { print $3; exit }' "lecture/$2.csv"; }

status "every experiment runs and every exact figure holds" 0 "$lecture" all
same "it prints where the page is" "$(tail -1 said)" "$work/lecture/report.html"
for name in exp01 exp02 exp03 exp04 exp05 exp06 exp07 exp08 exp09 goal; do
    if [ -s lecture/$name.csv ] && ls lecture/plots/$name-*.svg > /dev/null 2>&1; then
        pass "$name has figures and a plot"
    else
        fail "$name has figures and a plot" "$(ls lecture lecture/plots)"
    fi
done
same "the page has every plot in it" "$(grep -o '<svg' lecture/report.html | wc -l)" "$(find lecture/plots -name '*.svg' | wc -l)"
same "the page asks for nothing from a network" "$(sed 's|http://www.w3.org/2000/svg||g' lecture/report.html | grep -cE 'https?:|<script|src=')" 0
same "no figure is wrong" "$(grep -c WRONG lecture/report.md)" 0

same "the gradient in closed form" "$(ours "backward pass" exp03)" 0.425557
same "the network's parameters" "$(ours parameters exp04)" 17539
true_number "are its trunk's, its actor's and its critic's" \
    "$(ours "of them the trunk" exp04) + $(ours "of them the actor's head" exp04) + $(ours "of them the critic's head" exp04) == 17539"
same "of which the actor's are" "$(ours "of them the actor's head" exp04)" 258
same "and the critic's" "$(ours "of them the critic's head" exp04)" 129
same "discounting explains the lecture's values" "$(ours "V(s_4) that follows from V(s_0) = 19.70" exp02)" 16.41
same "experiment 9's summary" "$(value steps lecture/exp09.json)" 10240

a3c cartpole --mode sync --workers 16 --set rollout_steps=128 --steps 1024000 --seed 1 --quiet --out run \
    --set eval.episodes=1 > said 2>&1
fingerprint=$(value params_fingerprint run/summary.json)
if [ -n "$fingerprint" ] && grep -q "preset | 1 | reached .*$fingerprint" lecture/report.md; then
    pass "the goal is reached by the run that the command line makes"
else
    fail "the goal is reached by the run that the command line makes" "$fingerprint; $(grep "preset | 1" lecture/report.md)"
fi

status "one experiment alone" 0 "$lecture" exp03
same "its page has only its own" "$(grep -c '^## ' lecture/report.md)" 1
status "an unknown experiment is refused" 2 "$lecture" exp10
same "with the list of those that there are" "$(grep -c 'exp10.*exp01 .*exp09 goal' said)" 1
status "a hyperparameter can be changed" 0 env A3C_LECTURE_SEEDS=1 "$lecture" exp08 --set optimizer.learning_rate=1e-2
same "and the page says so" "$(grep -c 'optimizer.learning_rate=1e-2' lecture/report.md)" 1
same "one run has no interval" "$(grep -c 'nan' lecture/report.md)" 0
status "one that there is not is refused" 2 "$lecture" exp08 --set optimizer.learning_rat=1
status "one where nothing trains too" 2 "$lecture" exp03 --set discount=0.9
mkdir -p other/lecture/parts && echo mine > other/lecture/parts/notes
(cd other && "$lecture" exp03) > said 2>&1
same "a folder that it did not make is refused" $? 2
same "and left as it is" "$(cat other/lecture/parts/notes)" mine
status "experiment 4 again, with all its seeds" 0 env -u A3C_LECTURE_SEEDS "$lecture" exp04
same "PyTorch's default has heads with weights" "$(awk -F'[][,]' '/^"*first logit, PyTorch/ { for (i = 1; i <= NF; i++) if ($i ~ /^ *-0\.[0-9]+$/) { print ($i < -0.2); exit } }' lecture/exp04.csv)" 1
finish
