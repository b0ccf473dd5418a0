#!/bin/sh
# SPDX-License-Identifier: MIT
# What a study's report says of made-up tables of runs: every number and sentence follows from the rows, whichever way they go.
. "${A3C_SOURCE:-$(dirname "$0")/..}/tests/shell/tap.sh"

# cell FILE COLUMN N: that column of row N; commas in quotes do not separate
cell() {
    sed 's/"[^"]*"/quoted/g' "$1" | awk -F, -v column="$2" -v n="$3" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) c = i } NR == n + 1 { print $c; exit }'
}
contains() { if grep -qF "$2" "$3"; then pass "$1"; else fail "$1" "no '$2' in $3: $(head -c 400 "$3")"; fi; }
lacks() { if grep -qF "$2" "$3"; then fail "$1" "'$2' in $3"; else pass "$1"; fi; }

# ---- scale: workers, threads and CPUs are three numbers ----
scale_rows() { # MODE: rates of a serial share of about 3 %, on eight CPUs
    for pair in 1:1000000 2:1900000 4:3600000 8:6500000 16:9500000; do
        w=${pair%%:*} threads=$w
        if [ "$1" = sync ] && [ "$w" -gt 8 ]; then threads=8; fi
        for seed in 1 2; do echo "$1-w$w,$1,$w,$threads,8,5,1,${pair#*:},$seed"; done
    done
}
{ echo cell,mode,workers,threads,cpus,rollout_steps,envs_per_worker,steps_per_second,seed && scale_rows sync && scale_rows async; } > scale.csv
status "scale makes its tables from rows" 0 a3c scale --from scale.csv --out scale
for row in 1 2; do
    mode=$(sed -n "$((row + 1))s/^\"*\([a-z]*\).*/\1/p" scale/fits.csv)
    true_number "$mode: the law is fitted to workers that have a CPU" "$(cell scale/fits.csv amdahl_serial_share $row) > 0.0314 && $(cell scale/fits.csv amdahl_serial_share $row) < 0.0316"
done
same "each number of workers is a point of its own" "$(cut -d, -f1-3 scale/scaling.csv | sort | uniq -d | wc -l | tr -d ' ')" 0
same "sixteen sync workers stand at sixteen" "$(cell scale/scaling.csv workers 5)" 16
same "on the threads that they had" "$(cell scale/scaling.csv threads 5)" 8
same "and are in no fit" "$(cell scale/scaling.csv in_fit 5)" false
true_number "efficiency is per worker" "$(cell scale/scaling.csv efficiency 5) == 9.5 / 16"
contains "the caption names the CPUs" "The machine gives 8 CPUs" scale/report.md

# ---- compare: sentences by the tests, with A's staleness above V's, below it, the same, scattered, and one seed ----
# ladder NAME SEEDS A V [SCATTER]: returns, rates and seconds of A and D follow A and V too
ladder() {
    {
        echo cell,env,preset,rung,workers,mode,schedule,eval_return_mean,solved,solved_at_step,solved_at_seconds,total_steps,wall_seconds,steps_per_second,staleness_mean,solved_return,random_return
        awk -v seeds="$2" -v a="$3" -v v="$4" -v scatter="${5:-0.001}" 'BEGIN { for (i = 1; i <= seeds; i++) {
            noise = scatter * ((i * 7) % seeds - (seeds - 1) / 2); other = scatter * ((i * 3) % seeds - (seeds - 1) / 2 + 0.1)
            printf "a,X,x,A,4,async,threads,%g,true,%g,%g,1000,9,%g,%g,20,0\n", 20 + a + noise, 500 / (a + noise), 5 / (a + noise), 1000 * (a + noise), a + noise
            printf "v,X,x,V (virtual),4,async,simulated,%g,true,%g,n/a,1000,9,n/a,%g,20,0\n", 20 + v + other, 500 / (v + other), v + other
            printf "d,X,x,D tuned,4,sync,threads,%g,true,%g,%g,1000,9,%g,n/a,20,0\n", 20 + v + other, 500 / (v + other), 5 / (v + other), 1000 * (v + other) } }'
    } > "$1.csv"
    status "$1: compare makes its tables" 0 a3c compare --from "$1.csv" --out "$1"
}
row_of_a() { grep 'A: real threads' "$1/report.md" > row; }
ladder above 12 4 2
row_of_a above
contains "A's staleness above V's is said to be" "| mostly above V's |" row
contains "a mean above W - 1 is explained" "In 1 of 1 places A's mean is above W - 1" above/report.md
contains "A that is faster is said to be" "(A is better)" above/report.md
ladder below 12 2 4
row_of_a below
contains "A's staleness below V's is said to be" "| mostly below V's |" row
lacks "a mean below W - 1 is not explained away" "above W - 1" below/report.md
contains "A that is slower is said to be" "(A is worse)" below/report.md
lacks "nothing is said to be better" "A is better" below/report.md
ladder same 12 2.5 2.5
row_of_a same
contains "equal staleness is said to be equal" "| V's within 5 % |" row
ladder open 4 2.5 2.5 1
row_of_a open
contains "what was not shown is not said" "| not told apart from V's |" row
ladder single 1 4 2
row_of_a single
contains "one seed is not tested" "| not tested |" row
for name in above below same open single; do
    lacks "$name: no fixed verdict" "not that of V" $name/report.md
    lacks "$name: no number that is none" nan $name/report.md
done
lacks "without one worker nothing is said about it" "With one worker" above/report.md

# ---- sweep: no claim about seeds that it did not have ----
printf '%s\n' "cell,vary:discount,seed,eval_return_mean" "a,0.9,1,5" "b,0.99,1,6" > sweep.csv
status "a sweep with the seeds of compare" 0 a3c sweep --from sweep.csv --out sweep
lacks "is not said to have others" "none of those" sweep/report.md
finish
