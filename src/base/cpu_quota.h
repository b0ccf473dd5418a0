/* SPDX-License-Identifier: MIT
 * The CPU time that the process's control group (a container, a job) may use. */
#ifndef BASE_CPU_QUOTA_H
#define BASE_CPU_QUOTA_H

/* The least quota of the process's own control group and of those around it, in CPUs, rounded up; 0: none. Version 1 and 2,
 * and both beside each other. `root` is put in front of /proc and of the mount points: "" but in tests. */
int cpu_quota(const char *root);

#endif
