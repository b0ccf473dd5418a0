#!/bin/sh
# SPDX-License-Identifier: MIT
# The command line from outside: help, suggestions, exit status, config, env.
A3C_SOURCE=${A3C_SOURCE:-$(cd "$(dirname "$0")/.." && pwd)}
. "$A3C_SOURCE/tests/shell/tap.sh"

# says NAME STATUS WORDS COMMAND...: the status, and words on standard error
says() {
    name=$1 expected=$2 words=$3
    shift 3
    "$@" > "$work/out" 2> "$work/err" < /dev/null
    seen=$?
    if [ $seen -ne "$expected" ]; then fail "$name" "status $seen: $(head -c 400 "$work/err")"
    elif ! grep -qF -- "$words" "$work/err"; then fail "$name" "says: $(head -c 400 "$work/err")"
    else pass "$name"; fi
}
# prints NAME WORDS COMMAND...: status 0, words on standard output
prints() {
    name=$1 words=$2
    shift 2
    "$@" > "$work/out" 2> "$work/err" < /dev/null
    seen=$?
    if [ $seen -eq 0 ] && grep -qF -- "$words" "$work/out"; then pass "$name"; else fail "$name" "status $seen: $(head -c 400 "$work/out" "$work/err")"; fi
}

# ---- help and version
prints "--help lists the commands" "a3c env" a3c --help
prints "help lists the presets" "mountain_car" a3c help
prints "--version tells the commit" "commit" a3c --version
prints "--version tells the instruction set" "instruction set: " a3c --version
for command in $(a3c --help | sed -n 's/^  a3c \([a-z]*\) .*/\1/p' | grep -v '^help$'); do
    prints "help $command" "Usage: a3c $command" a3c help "$command"
    prints "$command --help" "--help" a3c "$command" --help
done
prints "train --help has every option" "--resume" a3c train --help
prints "train --help has every key" "advantage.rho_clip" a3c train --help

missing=
for command in $(a3c --help | sed -n 's/^  a3c \([a-z]*\) .*/\1/p' | grep -v '^help$'); do
    for option in $(a3c help $command | grep -o '^ *\(-., \)\{0,1\}--[a-z]*' | grep -o -- '--[a-z]*' | grep -v -e --help -e --usage -e --version); do
        grep -q "$(printf '%s' "$option" | sed 's/-/\\\\-/g')" "$A3C_SOURCE/docs/a3c.1" || missing="$missing $command$option"
    done
done
same "the man page has every option of every command" "none$missing" none
missing=
for command in $(a3c --help | sed -n 's/^  a3c \([a-z]*\) .*/\1/p'); do
    sed -n '/^.SH SYNOPSIS/,/^.SH DESCRIPTION/p' "$A3C_SOURCE/docs/a3c.1" | sed "s|.f[BR]| |g" | grep -qw "$command" || missing="$missing $command"
done
same "the man page's synopsis has every command" "none$missing" none

# ---- what is wrong is said, and what was meant
says "an unknown command" 2 "did you mean train?" a3c trian
says "an unknown preset" 2 "did you mean cartpole?" a3c cartpol
says "an unknown word" 2 "there is no such command or preset" a3c zzzzzz
says "an unknown option" 2 "did you mean --workers?" a3c --wokers 3
says "an unknown option of a command" 2 "did you mean --episodes?" a3c eval x --episode5 3
says "an option without its value" 2 "--workers needs a value" a3c train --workers
says "a value for an option that takes none" 2 "takes no value" a3c train --quiet=1
says "two presets" 2 "one argument too many" a3c train cartpole acrobot
says "a wrong value of an option" 2 "--workers: workers: expected an integer" a3c --workers many
says "an empty value of an option" 2 "a value is missing" a3c --seed ""
says "--set without a value" 2 "a value is missing" a3c --set seed=
says "--set without =" 2 "expected KEY=VALUE" a3c --set seed
says "a file that is not there" 2 "No such file" a3c ./nope.yaml
says "--resume beside a preset" 2 "no preset or file beside --resume" a3c cartpole --resume x
says "eval without a run" 2 "RUN" a3c eval
says "an unknown environment" 2 "did you mean CartPole" a3c --env CartPol-v1

# ---- files
printf 'seed: 1\noptimizer:\n  learning_rat: 1\n' > "$work/f.yaml"
says "an error begins with its place" 2 "./f.yaml:3:3: optimizer.learning_rat: " a3c train ./f.yaml

# file NAME WORDS TEXT: what a file of settings with this text is told, with its place
file() {
    printf "$3" > "$work/f.yaml"
    says "$1" 2 "$2" a3c train ./f.yaml --quiet --steps 100 --out "$work/none"
}
file "an unknown section" "./f.yaml:2:1: optimiser: unknown key; did you mean optimizer?" 'seed: 1\noptimiser:\n  learning_rate: 1e-3\n'
file "a key at a wrong level" "./f.yaml:1:1: learning_rate: unknown key; did you mean optimizer.learning_rate, which is learning_rate inside optimizer?" 'learning_rate: 1\n'
file "a key inside a wrong section" "optimizer.discount: unknown key; did you mean discount, which stands outside every section?" 'optimizer: {discount: 1}\n'
file "a section that lies in another" "did you mean loss.ppo, which is ppo inside loss?" 'ppo: {clip: 1}\n'
file "a wrong mode of a pair" './f.yaml:4:5: optimizer.learning_rate: expected one value, or one per mode: {async: A, sync: B}, found the key "snyc"; did you mean sync?' \
    'optimizer:\n  learning_rate:\n    async: 1e-3\n    snyc: 2e-3\n'
file "an unknown layer" './f.yaml:4:7: network.layers[1]: expected a layer: dense, conv, lstm, gru or layer_norm; found "dens"; did you mean dense?' \
    'network:\n  layers:\n    - dense: 32\n    - dens: 64\n      activation: tanh\n'
file "an unknown option of an environment" "./f.yaml:4:5: env.options.nope: CartPole-v1 has no such option; it has sutton_barto_reward" \
    'env:\n  options:\n    sutton_barto_reward: true\n    nope: 1\n'
file "a wrong value of an option" "./f.yaml:4:5: env.options.sutton_barto_reward: 'maybe' is neither true nor false" \
    'env:\n  id: CartPole-v1\n  options:\n    sutton_barto_reward: maybe\n'
file "a masked component that is none" "f.yaml:1:7: env.mask: CartPole-v1 has no component" 'env: {mask: [speed]}\n'
says "the same on the command line" 2 '--set: network.layers[0]: expected a layer: dense, conv, lstm, gru or layer_norm; found "dens"' a3c --set 'network.layers=[{dens: 5}]'

# ---- what is asked for is done, and said in numbers that agree
a3c --workers 1 --threads 1 --steps 10 --out one-worker --set eval.episodes=1 > said 2>&1
same "one of a kind is not plural" "$(grep -cE '(^|[^0-9.])1 (workers|threads|updates|episodes)' said)" 0
status "an environment with fewer steps than its preset's warm-up" 0 a3c train --env Acrobot-v1 --quiet --steps 100 --out short
if a3c env list | grep -q LunarLander-v3; then
    status "also where the preset warms up" 0 a3c train --env LunarLander-v3 --quiet --steps 2000 --out warm
    same "in proportion" "$(value optimizer.warmup_steps warm/summary.json)$(sed -n 's/^ *warmup_steps: //p' warm/config.yaml)" 20
    says "a warm-up that somebody asked for is refused" 2 "optimizer.warmup_steps: 10000 is not below total_steps, 500" \
        a3c lunar_lander --set optimizer.warmup_steps=10000 --steps 500
fi
a3c train cartpole --quiet --steps 100 --out start > /dev/null
a3c acrobot --quiet --steps 100 --set init.from=start --out other 2> said
same "init.from names a file once" "$(grep -o 'start/checkpoint.safetensors' said | wc -l)" 1

printf 'env: {id: "a\\e[31mb"}\n' > "$work/f.yaml"
a3c train ./f.yaml 2> "$work/err"
same "no control characters are printed" "$(tr -d '\n -~' < "$work/err" | wc -c)" 0

# ---- config
a3c config --mode sync > one.yaml
a3c config ./one.yaml > two.yaml
same "config prints what config reads" "$(cksum < one.yaml)" "$(cksum < two.yaml)"
prints "config takes the options of train" "workers: 3" a3c config --workers 3
prints "a later option holds" "workers: 5" a3c config --workers 3 --set workers=5
prints "--env without a preset brings its own" "trunk: separate" a3c config --env Acrobot-v1
prints "--env beside a preset replaces the id alone" "trunk: shared" a3c config cartpole --env Acrobot-v1
same "config keeps quiet about what is right" "$(a3c config 2>&1 > "$work/out" | wc -c)" 0
[ -w /dev/full ] && says "a full disk is noticed" 1 "No space left" sh -c '"$A3C_BIN" config > /dev/full'

# ---- env
prints "env list begins with ids" "CartPole-v1 " a3c env list
prints "env info" "angular_velocity" a3c env info CartPole-v1
prints "env check" "all checks hold" a3c env check CartPole-v1
says "env without a verb" 2 "list, info, run or check" a3c env
says "env with an unknown verb" 2 "did you mean list?" a3c env lst
says "env run without actions" 2 "--actions" a3c env run CartPole-v1 --steps 3
says "env run at random without steps" 2 "--steps" a3c env run CartPole-v1 --actions random
says "a seed that is none" 2 "--seed: expected an integer 0 .. 18446744073709551615" a3c env run CartPole-v1 --seed -1 --steps 1 --actions random
says "an option that is none" 2 "did you mean is_slippery?" a3c env run FrozenLake-v1 --set env.options.is_slipery=false --steps 1 --actions random
printf '1\n0\n' > actions
a3c env run CartPole-v1 --seed 18446744073709551615 --steps 9 --actions actions > out
same "env run ends at the end of the file" "$(wc -l < out)" 3
a3c env run CartPole-v1 --seed 18446744073709551615 --steps 9 --actions - < actions > again
same "a file and standard input are the same" "$(cksum < out)" "$(cksum < again)"
a3c env run CartPole-v1 --seed 18446744073709551614 --steps 9 --actions actions > again
different "the last bit of a seed counts" "$(cksum < out)" "$(cksum < again)"
same "env run: a reset line, then steps" "$(tr -d ' ' < out | grep -o '^{"[a-z]*"' | tr '\n' ' ')" '{"observation" {"action" {"action" '
for bad in 2 -1 1.0 '"a"' '[1]' '' '1 1' '{' null true; do
    printf '0\n%s\n' "$bad" > actions
    says "an action that is none: $bad" 2 "actions:2: expected an action 0 .. 1" a3c env run CartPole-v1 --steps 9 --actions actions
    same "the answers before it were given: $bad" "$(wc -l < "$work/out")" 2
done
printf '[2.5]\n' > actions
a3c env run MountainCarContinuous-v0 --steps 1 --actions actions > out
a3c env run MountainCarContinuous-v0 --steps 1 --actions - > again << 'END'
[1.0]
END
different "a box action arrives unclipped" "$(sed 's/.*"reward"/"reward"/' out | tail -1)" "$(sed 's/.*"reward"/"reward"/' again | tail -1)"
same "a box action is printed as it was given" "$(tail -1 out | tr -d ' ' | grep -o '"action":\[2.5\]')" '"action":[2.5]'
a3c env run bsuite/bandit --steps 3 --actions random > out
same "no reset line stands at the end" "$(tail -1 out | grep -c action)" 1
same "an ended episode is followed by a reset line" "$(grep -cv action out)" 3
finish
