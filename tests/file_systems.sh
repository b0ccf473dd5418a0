#!/bin/sh
# SPDX-License-Identifier: MIT
# File systems that have no locks or cannot flush: a warning, once, and the run trains; an error of the disk still ends it.
# The answers are made up by a small library that is loaded before the C library.
. "${A3C_SOURCE:-$(dirname "$0")/..}/tests/shell/tap.sh"
cc=${CC:-cc}
command -v "$cc" > /dev/null || exit 77

cat > answers.c << 'END'
#include <errno.h>
#include <stdlib.h>
static int answer(const char *name) {
    const char *number = getenv(name);
    if (number == NULL) return 0;
    errno = atoi(number);
    return -1;
}
int flock(int descriptor, int operation) { (void)descriptor, (void)operation; return answer("FLOCK"); }
int fsync(int descriptor) { (void)descriptor; return answer("FSYNC"); }
END
"$cc" -shared -fPIC -o answers.so answers.c || exit 1
LD_PRELOAD=$work/answers.so "$A3C_BIN" --version > preloaded 2>&1 || exit 77
grep -q 'ld.so' preloaded && exit 77 # a sanitizer wants to be first

# with VARIABLE NUMBER NAME: trains into $work/NAME with that answer; its status in $seen
with() {
    env "$1=$2" LD_PRELOAD="$work/answers.so" "$A3C_BIN" train identity --quiet --threads 1 --steps 4000 --out "$3" \
        --set checkpoint.interval_steps=1000 --set log.interval_steps=1000 > "$3.said" 2>&1
    seen=$?
}

# ENOSYS, ENOLCK, EOPNOTSUPP, EINVAL and the kernel's own ENOTSUPP
for number in 38 37 95 22 524; do
    with FLOCK $number lock$number
    same "flock that answers $number: the run trains" $seen 0
    same "flock that answers $number: one warning that names the file" "$(grep -c '^warning: cannot lock .*/.lock: ' lock$number.said)" 1
done
# EOPNOTSUPP, EBADF, ENOSYS, EINVAL, ENOTSUPP
for number in 95 9 38 22 524; do
    with FSYNC $number flush$number
    same "fsync that answers $number: the run trains" $seen 0
    same "fsync that answers $number: one warning" "$(grep -c '^warning: cannot flush ' flush$number.said)" 1
done
# EIO, ENOSPC
for number in 5 28; do
    with FSYNC $number broken$number
    same "fsync that answers $number: an error of the disk ends the run" $seen 1
done
with FLOCK 11 taken # EWOULDBLOCK
same "flock that answers EWOULDBLOCK: somebody else holds it" "$seen $(grep -c 'in use by another a3c' taken.said)" "1 1"
finish
