/* SPDX-License-Identifier: MIT
 * The quota of a control group, from a made-up /proc and /sys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cpu_quota.h"
#include "base/file.h"
#include "scratch.h"

#include <stdio.h>
#include <string.h>

static const char *root;

static void put(const char *path, const char *text) {
    char folder[SCRATCH_PATH], whole[SCRATCH_PATH];
    error e = {0};
    snprintf(whole, sizeof whole, "%s%s", root, path);
    snprintf(folder, sizeof folder, "%s", whole);
    *strrchr(folder, '/') = '\0';
    if (file_make_folders(folder, &e) || file_replace(whole, text, strlen(text), &e)) fail_msg("%s", e.text);
}

static void none(void **state) {
    root = *state;
    assert_int_equal(cpu_quota(root), 0);
    put("/proc/self/cgroup", "0::/\n");
    put("/proc/self/mountinfo", "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    assert_int_equal(cpu_quota(root), 0);
    put("/sys/fs/cgroup/cpu.max", "max 100000\n");
    assert_int_equal(cpu_quota(root), 0);
}

/* Version 2: the process's own folder, and those around it. */
static void nested(void **state) {
    root = *state;
    put("/proc/self/cgroup", "0::/system.slice/job:1/step\n");
    put("/proc/self/mountinfo",
        "20 1 0:1 / /proc rw - proc proc rw\n31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    put("/sys/fs/cgroup/system.slice/job:1/step/cpu.max", "650000 100000\n");
    assert_int_equal(cpu_quota(root), 7);
    put("/sys/fs/cgroup/system.slice/job:1/cpu.max", "300000 100000\n");
    assert_int_equal(cpu_quota(root), 3);
    put("/sys/fs/cgroup/system.slice/cpu.max", "50000 100000\n");
    assert_int_equal(cpu_quota(root), 1);
}

/* Version 1, cpu beside cpuacct, with version 2 mounted for other controllers; a folder of the mount is all that is seen. */
static void version_one(void **state) {
    root = *state;
    put("/proc/self/cgroup", "4:memory:/other\n3:cpuacct,cpu:/docker/abc/inner\n2:cpuset:/\n0::/\n");
    put("/proc/self/mountinfo",
        "32 31 0:29 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
        "33 31 0:30 /docker/abc /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpuacct,cpu\n"
        "34 31 0:31 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
    put("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
    put("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
    assert_int_equal(cpu_quota(root), 0);
    put("/sys/fs/cgroup/cpu,cpuacct/inner/cpu.cfs_quota_us", "150000\n");
    put("/sys/fs/cgroup/cpu,cpuacct/inner/cpu.cfs_period_us", "50000\n");
    assert_int_equal(cpu_quota(root), 3);
    put("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "200000\n");
    assert_int_equal(cpu_quota(root), 2);
}

/* Nothing of it is believed further than it goes. */
static void nonsense(void **state) {
    root = *state;
    put("/proc/self/cgroup", "\n0:\nno colons\n0::/a/b\n");
    put("/proc/self/mountinfo", "\nx - \n31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw");
    put("/sys/fs/cgroup/a/b/cpu.max", "100000 0\n");
    put("/sys/fs/cgroup/a/cpu.max", "-5 100000\n");
    put("/sys/fs/cgroup/cpu.max", "9223372036854775807 1\n");
    assert_int_equal(cpu_quota(root), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {SCRATCH_TEST(none), SCRATCH_TEST(nested), SCRATCH_TEST(version_one),
                                       SCRATCH_TEST(nonsense)};
    return cmocka_run_group_tests_name("cpu_quota", tests, NULL, NULL);
}
