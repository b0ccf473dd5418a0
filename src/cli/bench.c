/* SPDX-License-Identifier: MIT
 * a3c bench: how fast this machine and this build are. */
#include "cli/cli.h"

#include "base/cpus.h"
#include "base/file.h"
#include "base/memory.h"
#include "build_info.h"
#include "bench/bench_environments.h"
#include "bench/bench_kernels.h"
#include "bench/bench_sharing.h"
#include "bench/bench_train.h"
#include "net/kernels.h"

#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { OPTION_JSON = 256, OPTION_OUT };

typedef struct arguments {
    const char *what, *out, *environment;
    bool json;
    error e;
} arguments;

static const struct argp_option options[] = {{"json", OPTION_JSON, NULL, 0, "print JSON and no table", 0},
                                             {"out", OPTION_OUT, "FILE", 0, "write the JSON there too", 0},
                                             {0}};

static const char *const parts[] = {"kernels", "sharing", "environments", "train", NULL};

static error_t parse(int key, char *argument, struct argp_state *state) {
    arguments *a = state->input;
    switch (key) {
    case OPTION_JSON:
        a->json = true;
        return 0;
    case OPTION_OUT:
        a->out = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (a->what && !a->environment && strcmp(a->what, "environments") == 0) {
            a->environment = argument;
            return 0;
        }
        if (a->what) return cli_extra(argument, &a->e);
        for (size_t i = 0; parts[i]; i++)
            if (strcmp(parts[i], argument) == 0) a->what = parts[i];
        if (a->what) return 0;
        error_set(&a->e, STATUS_USAGE, "%.40s: expected kernels, sharing, environments or train", argument);
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* The processor's name as the kernel tells it. */
static void cpu_name(char *name, size_t size) {
    FILE *f = fopen("/proc/cpuinfo", "r");
    char line[512];
    snprintf(name, size, "unknown");
    while (f && fgets(line, sizeof line, f)) {
        char *value = strncmp(line, "model name", 10) == 0 ? strchr(line, ':') : NULL;
        if (!value) continue;
        value[strcspn(value, "\n")] = 0;
        snprintf(name, size, "%s", value + 2);
        break;
    }
    if (f) fclose(f);
}

/* How the kernel schedules this program: a rate that was measured beside other work says little without it. */
static const char *scheduling(void) {
    int policy = sched_getscheduler(0);
    return policy == SCHED_FIFO ? "real-time, fifo" : policy == SCHED_RR ? "real-time, round robin" : "normal";
}

static json_t *describe_machine(void) {
    char cpu[256], date[32];
    double load[1] = {0};
    time_t now = time(NULL);
    struct tm utc;
    cpu_name(cpu, sizeof cpu);
    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
    getloadavg(load, 1);
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:i,s:s,s:s,s:f}", "date", date, "version", A3C_VERSION, "commit",
                     A3C_COMMIT, "compiler", A3C_COMPILER, "flags", A3C_FLAGS, "cpu", cpu, "cpus", cpus_allowed(),
                     "isa", kernels_get()->name, "scheduling", scheduling(), "load", load[0]);
}

static int run_part(const char *name, const char *environment, FILE *table, json_t *result, error *e) {
    json_t *part = NULL;
    if (table) fprintf(table, "\n%s\n", name);
    if (strcmp(name, "kernels") == 0)
        bench_kernels(table, part = json_object());
    else if (strcmp(name, "sharing") == 0)
        part = bench_sharing(table);
    else if (strcmp(name, "environments") == 0)
        part = bench_environments(table, environment, 0.3, e);
    else
        part = bench_train(table, e);
    return part && json_object_set_new(result, name, part) == 0 ? 0 : -1;
}

static int write_json(const json_t *result, const char *path, bool print, error *e) {
    char *text = json_dumps(result, JSON_INDENT(1));
    CHECK(text);
    int failed = path ? file_replace(path, text, strlen(text), e) : 0;
    if (print) puts(text);
    free(text);
    return failed;
}

int command_bench(int argc, char **argv) {
    static const struct argp parser = {options,
                                       parse,
                                       "[kernels|sharing|environments [ID]|train]",
                                       "Measures this machine and this build: the kernels against the processor's "
                                       "peak, the sharing of parameters, raw "
                                       "stepping of the environments, and whole runs. Without an argument: all of it.",
                                       NULL,
                                       NULL,
                                       NULL};
    arguments a = {0};
    if (cli_parse(&parser, argc, argv, &a, &a.e)) return cli_fail(&a.e);
    FILE *table = a.json ? NULL : stdout;
    json_t *result = describe_machine();
    if (table)
        printf("%s, %d CPUs, %s; a3c %s (%s), %s\n", json_string_value(json_object_get(result, "cpu")), cpus_allowed(),
               kernels_get()->name, A3C_VERSION, A3C_COMMIT, A3C_COMPILER);
    int failed = 0;
    for (size_t i = 0; parts[i] && !failed; i++)
        if (!a.what || strcmp(a.what, parts[i]) == 0) failed = run_part(parts[i], a.environment, table, result, &a.e);
    if (!failed) failed = write_json(result, a.out, a.json, &a.e);
    json_decref(result);
    return failed ? cli_fail(&a.e) : cli_finish();
}
