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

finish
