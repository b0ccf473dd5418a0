/* SPDX-License-Identifier: MIT
 * Experiment 1: what is installed, that seeding repeats, and one reset and step of four environments at once. */
#include "lecture.h"

#include "base/cpus.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/to_json.h"
#include "build_info.h"
#include "env/env.h"
#include "net/kernels.h"

#include <string.h>

enum { ENVS = 4, SIZE = 4, SEED = 2024, STEPS = 30, DRAWS = 1000 };

/* Four instances in a row, seeded SEED, SEED + 1, .. as Gymnasium's SyncVectorEnv does; observations [ENVS, SIZE]. */
static void reset_all(const env_config *kind, void *instances, float *observations) {
    for (int i = 0; i < ENVS; i++) {
        env_seed(kind, env_at(kind, instances, i), SEED + (uint64_t)i, NULL, 0);
        env_reset(kind, env_at(kind, instances, i), observations + i * SIZE);
    }
}

/* Mean and standard deviation of DRAWS normal numbers of a stream: the same each time for one seed. */
static void describe_stream(double *mean, double *sd) {
    random_stream stream = random_stream_new(SEED, 0, RANDOM_NOISE);
    double x[DRAWS];
    for (int i = 0; i < DRAWS; i++) x[i] = random_normal(&stream);
    *mean = statistics_mean(DRAWS, x);
    *sd = statistics_sd(DRAWS, x);
}

static void show_versions(lecture *l) {
    table t = {0};
    const char *const rows[][3] = {
        {"language", "Python 3.12.11", A3C_COMPILER},
        {"library", "PyTorch 2.7.1", "a3c " A3C_VERSION " (" A3C_COMMIT ")"},
        {"environments", "Gymnasium 1.2.0", "built in, Gymnasium's to the bit"},
        {"device", "cpu", words("cpu: %d CPUs, %s kernels", cpus_allowed(), kernels_get()->name)},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t row = table_row(&t);
        table_set(&t, row, "what", rows[i][0]);
        table_set(&t, row, "lecture", rows[i][1]);
        table_set(&t, row, "a3c", rows[i][2]);
    }
    lecture_table(l, &t);
    table_free(&t);
}

/* Random actions in all four for a while; the poles' angles. An environment whose episode ended stands still. */
static void draw_poles(lecture *l, const env_config *kind, void *instances, float *observations) {
    static double step[STEPS + 1], angle[ENVS][STEPS + 1];
    unsigned over[ENVS] = {0};
    random_stream stream = random_stream_new(SEED, 0, RANDOM_ACTION);
    reset_all(kind, instances, observations);
    for (int t = 0; t <= STEPS; t++) {
        step[t] = t;
        for (int i = 0; i < ENVS; i++) {
            angle[i][t] = observations[i * SIZE + 2];
            int32_t action = (int32_t)(random_word(&stream) & 1);
            double reward;
            if (!over[i])
                over[i] = env_step(kind, env_at(kind, instances, i), &action, observations + i * SIZE, &reward, NULL);
        }
    }
    plot_series series[ENVS];
    for (int i = 0; i < ENVS; i++)
        series[i] =
            (plot_series){.name = words("environment %d", i), .color = i, .n = STEPS + 1, .x = step, .y = angle[i]};
    plot p = {"Four environments, random actions",
              "step",
              "pole angle (rad)",
              .rule = 0,
              .series_count = ENVS,
              .series = series};
    lecture_plot(l, "poles", &p,
                 "The angles of the four poles, seeded 2024 to 2027; a line is level once its episode has ended.");
}

static void write_snapshot(lecture *l, const float *observations, const double *rewards) {
    text_buffer json = {0};
    text_append(&json, "{");
    to_json_key(&json, "version");
    to_json_string(&json, A3C_VERSION);
    to_json_key(&json, "compiler");
    to_json_string(&json, A3C_COMPILER);
    to_json_key(&json, "kernels");
    to_json_string(&json, kernels_get()->name);
    to_json_key(&json, "seed");
    to_json_double(&json, SEED);
    to_json_key(&json, "observations");
    text_append(&json, "[");
    for (int i = 0; i < ENVS * SIZE; i++) to_json_item(&json), to_json_float(&json, observations[i]);
    text_append(&json, "]");
    to_json_key(&json, "rewards");
    text_append(&json, "[");
    for (int i = 0; i < ENVS; i++) to_json_item(&json), to_json_double(&json, rewards[i]);
    text_append(&json, "]}\n");
    lecture_json(l, &json);
    text_free(&json);
}

int main(int argc, char **argv) {
    lecture l;
    lecture_begin(&l, argc, argv, "exp01", "Experiment 1: versions, seeding, a vector of environments");
    show_versions(&l);

    error e = {0};
    env_config kind;
    const a3c_env_def *def = env_find("CartPole-v1", false, &e);
    env_wrapping wrapping = {.max_episode_steps = -1, .frame_skip = 1, .frame_stack = 1};
    if (!def || env_config_make(&kind, def, NULL, 0, &wrapping, &e)) lecture_give_up(&e);
    void *instances = memory_new(memory_product(ENVS, kind.instance_stride));
    float first[ENVS * SIZE], again[ENVS * SIZE];
    reset_all(&kind, instances, first);
    reset_all(&kind, instances, again);
    bool repeats = memcmp(first, again, sizeof first) == 0;

    double rewards[ENVS];
    unsigned flags[ENVS];
    int32_t actions[ENVS] = {0, 1, 0, 1};
    int64_t frames = 0;
    env_step_batch(&kind, instances, ENVS, actions, again, SIZE, rewards, flags, &frames);

    table t = {0};
    for (int i = 0; i < ENVS; i++) {
        size_t row = table_row(&t);
        const float *o = first + i * SIZE;
        table_set(&t, row, "environment", words("%d", i));
        table_set(&t, row, "seed", words("%d", SEED + i));
        table_set(&t, row, "first observation", words("%.8f, %.8f, %.8f, %.8f", o[0], o[1], o[2], o[3]));
        table_set(&t, row, "reward of a step", words("%g", rewards[i]));
    }
    lecture_table(&l, &t);
    table_free(&t);
    write_snapshot(&l, first, rewards);
    draw_poles(&l, &kind, instances, again);
    memory_free(instances);

    double mean[2], sd[2];
    for (int i = 0; i < 2; i++) describe_stream(&mean[i], &sd[i]);
    bool ones = true;
    for (int i = 0; i < ENVS; i++) ones &= rewards[i] == 1;
    lecture_exact_text(&l, "shape of the observations", "(4, 4)", words("(%d, %d)", ENVS, kind.observation_size),
                       kind.observation_size == SIZE);
    lecture_exact_text(&l, "rewards of one step", "1, 1, 1, 1",
                       words("%g, %g, %g, %g", rewards[0], rewards[1], rewards[2], rewards[3]), ones);
    lecture_exact_text(&l, "the same seed, the same observations", "yes", repeats ? "yes" : "no", repeats);
    bool same = mean[0] == mean[1] && sd[0] == sd[1];
    lecture_exact_text(&l, "mean of 1,000 normal numbers, drawn twice", "reproducible",
                       words("%.6f, %.6f", mean[0], mean[1]), same);
    return lecture_end(&l);
}
