/* SPDX-License-Identifier: MIT
 * Settings: what is read, what is refused and how, precedence, presets, and the text that repeats a run. */
#include "settings/settings.h"

#include "base/file.h"
#include "base/memory.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static settings s;
static error e;

static int parse(const char *text) {
    e = (error){0};
    return settings_parse(&s, "f.yaml", text, strlen(text), &e);
}

static void expect_ok(const char *text) {
    if (parse(text)) fail_msg("%s\nis refused: %s", text, e.text);
}

/* Refused, with a message that begins with `beginning` and says `words`. */
static void expect_error(const char *text, const char *beginning, const char *words) {
    if (parse(text) == 0) fail_msg("%s\nis accepted", text);
    if (e.status != STATUS_USAGE || strncmp(e.text, beginning, strlen(beginning)) != 0 || !strstr(e.text, words))
        fail_msg("%s\ngives status %d: %s\nexpected: %s ... %s", text, e.status, e.text, beginning, words);
}

static int load(const char *base, const char *env, size_t count, const settings_override *overrides) {
    e = (error){0};
    settings_request request = {.base = base, .env = env, .overrides = overrides, .override_count = count};
    return settings_load(&s, &request, &e);
}

static int set(const char *key, const char *value) {
    return load(NULL, NULL, 1, &(settings_override){.option = "--set", .key = key, .value = value});
}

static void expect_set_error(const char *key, const char *value, const char *beginning, const char *words) {
    if (set(key, value) == 0) fail_msg("--set %s=%s is accepted", key, value);
    if (e.status != STATUS_USAGE || strncmp(e.text, beginning, strlen(beginning)) != 0 || !strstr(e.text, words))
        fail_msg("--set %s=%s gives status %d: %s", key, value, e.status, e.text);
}

/* ---- Values ---- */

static void integers_are_exact(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint64_t seed;
    } good[] = {{"5", 5},
                {"+5", 5},
                {"0", 0},
                {"-0", 0},
                {"1e6", 1000000},
                {"1E6", 1000000},
                {"2.0", 2},
                {"1.5e1", 15},
                {"100e-2", 1},
                {"0.1e1", 1},
                {"18446744073709551615", UINT64_MAX},
                {"9007199254740993", 9007199254740993u},
                {"1.8446744073709551615e19", UINT64_MAX},
                {"0e99", 0}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        char text[64];
        snprintf(text, sizeof text, "seed: %s\n", good[i].text);
        expect_ok(text);
        assert_true(s.seed == good[i].seed);
    }
    static const char *const bad[] = {"18446744073709551616",
                                      "1e20",
                                      "1e999999999999",
                                      "-1",
                                      "1.5",
                                      "1e-1",
                                      "0x10",
                                      "0o7",
                                      "010",
                                      "1_000",
                                      "1:30",
                                      "5 steps",
                                      "5,",
                                      "'5'",
                                      "\"5\"",
                                      "five",
                                      "true",
                                      ".nan",
                                      ".inf",
                                      "inf",
                                      "nan",
                                      "e5",
                                      ".",
                                      "1e",
                                      "1e+",
                                      "--1",
                                      "[1]",
                                      "{a: 1}",
                                      "0b1",
                                      "1f"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[64];
        snprintf(text, sizeof text, "seed: %s\n", bad[i]);
        expect_error(text, "f.yaml:1:", "seed: expected ");
    }
}

static void reals_are_finite_and_in_range(void **state) {
    (void)state;
    expect_ok("optimizer: {learning_rate: 7.0e-4}");
    assert_true(s.optimizer.learning_rate == 7e-4);
    expect_ok("discount: .5");
    assert_true(s.discount == 0.5);
    expect_ok("exploration: {log_std_init: -0}");
    assert_false(signbit(s.exploration.log_std_init));
    expect_error("discount: 1.0000001", "f.yaml:1:11: discount: expected a number 0 .. 1", "out of range");
    expect_error("discount: 1e400", "f.yaml:1:11: discount:", "too large");
    expect_error("discount: 1e-400", "f.yaml:1:11: discount:", "too small");
    static const char *const bad[] = {".nan",  "nan", ".inf", "-.inf", "infinity", "0x1p3",
                                      "1.0.0", "1e",  "00.5", "'0.5'", "true"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[64];
        snprintf(text, sizeof text, "discount: %s\n", bad[i]);
        expect_error(text, "f.yaml:1:11: discount: expected a number 0 .. 1, found ", "");
    }
}

static void words_are_exact(void **state) {
    (void)state;
    expect_ok("rollout_until_done: true\nenvs_per_worker: 1");
    assert_true(s.rollout_until_done);
    expect_error("rollout_until_done: yes", "f.yaml:1:21: rollout_until_done: expected true or false", "\"yes\"");
    expect_error("rollout_until_done: 'true'", "f.yaml:1:21: rollout_until_done:", "");
    expect_error("optimizer:\n  schedule: linaer",
                 "f.yaml:2:13: optimizer.schedule: expected one of constant, linear, cosine", "did you mean linear?");
    expect_ok("threads: auto");
    assert_int_equal(s.threads, 0);
    expect_error("threads: 0", "f.yaml:1:10: threads: expected an integer 1 .. 1024, or auto", "");
    expect_error("workers: auto", "f.yaml:1:10: workers:", "");
    expect_ok("env: {max_episode_steps: registered, solved_return: registered, clip_reward: sign}");
    assert_int_equal(s.env.max_episode_steps, -1);
    assert_true(isnan(s.env.solved_return) && s.env.reward_sign && s.env.clip_reward == 0);
    expect_ok("env: {max_episode_steps: 0, solved_return: -100, clip_reward: 1.5}");
    assert_true(s.env.max_episode_steps == 0 && s.env.solved_return == -100 && !s.env.reward_sign &&
                s.env.clip_reward == 1.5);
    expect_error("env: {max_episode_steps: -1}", "f.yaml:1:26: env.max_episode_steps:", "out of range");
}

static void nothing_is_no_value(void **state) {
    (void)state;
    static const char *const empty[] = {"", "~", "null", "Null", "NULL"};
    static const char *const keys[] = {"seed", "discount", "mode", "rollout_until_done", "async", "network"};
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
        for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
            char text[64], beginning[64];
            snprintf(text, sizeof text, "%s: %s\n", keys[k], empty[i]);
            snprintf(beginning, sizeof beginning, "f.yaml:1:%zu: %s: a value is missing", strlen(keys[k]) + 2 + (i > 0),
                     keys[k]);
            expect_error(text, beginning, "expected");
            expect_set_error(keys[k], empty[i], "--set: ", "a value is missing");
        }
    expect_error("env:\n  id:\n", "f.yaml:2:6: env.id: a value is missing", "");
    expect_error("env:\n  options:\n", "f.yaml:2:11: env.options: a value is missing", "");
    expect_error("env:\n  options: {p: }\n", "f.yaml:2:", "env.options.p: a value is missing");
    expect_error("network:\n  layers:\n", "f.yaml:2:10: network.layers: a value is missing", "");
}

static void texts_are_printable(void **state) {
    (void)state;
    expect_error("env: {id: \"a\\eb\"}", "f.yaml:1:11: env.id: expected printable text", "\"a?b\"");
    expect_error("env: {id: \"a\\u009b\"}", "f.yaml:1:11: env.id: expected printable text", "");
    expect_error("env: {id: \"a\\0b\"}", "f.yaml:1:11: ", "zero byte");
    expect_error("env: {id: ''}", "f.yaml:1:11: env.id:", "empty");
    expect_error("\"a\\e[31m\": 1", "f.yaml:1:1: a?[31m: unknown key", "");
    expect_ok("env: {id: \"h\\u00e9 \\\"x\\\"\"}");
    assert_string_equal(s.env.id[0], "h\xc3\xa9 \"x\"");
    char text[2000] = "env: {id: ";
    memset(text + strlen(text), 'x', 300);
    strcat(text, "}");
    expect_error(text, "f.yaml:1:11: env.id: expected at most 255 bytes", "300");
}

static void lists_are_read(void **state) {
    (void)state;
    expect_ok("env: {id: [A, B], mask: [1, velocity]}");
    assert_true(s.env.count == 2 && s.env.mask_count == 2);
    assert_string_equal(s.env.id[1], "B");
    assert_string_equal(s.env.mask[1], "velocity");
    expect_ok("env: {id: [A], options: {is_slippery: false, p: 0.5}}");
    assert_int_equal(s.env.option_count, 2);
    assert_string_equal(s.env.options[0].key, "is_slippery");
    assert_string_equal(s.env.options[1].value, "0.5");
    expect_error("env: {id: []}", "f.yaml:1:11: env.id:", "");
    expect_error("env: {id: [A,B,C,D,E,F,G,H,I]}", "f.yaml:1:11: env.id:", "9");
    expect_error("env: {id: [[A]]}", "f.yaml:1:12: env.id:", "found a list");
    expect_error("env: {options: {a: 1, a: 2}}", "f.yaml:1:23: env.options:", "twice");
    expect_error("env: {options: {a: [1]}}", "f.yaml:1:20: env.options.a:", "");
    expect_error("env: {options: [a]}", "f.yaml:1:16: env.options:", "mapping");
    expect_error("env: {options: {a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q}}", "f.yaml:1:", "");
}

static void layers_are_read(void **state) {
    (void)state;
    expect_ok("network:\n  layers: [{dense: 64, activation: relu}, {conv: 16, kernel: 8, stride: 4, padding: 1, "
              "activation: silu}, {lstm: 32, "
              "forget_bias: 2}, {layer_norm: true}, {dense: 3}, {lstm: 4}, {conv: 5}]");
    const layer_spec *l = s.network.layers;
    assert_int_equal(s.network.layer_count, 7);
    assert_true(l[0].kind == &layer_dense && l[0].size == 64 && l[0].activation == ACTIVATION_RELU);
    assert_true(l[1].kind == &layer_conv && l[1].size == 16 && l[1].kernel == 8 && l[1].stride == 4 &&
                l[1].padding == 1);
    assert_true(l[1].activation == ACTIVATION_SILU);
    assert_true(l[2].kind == &layer_lstm && l[2].size == 32 && l[2].forget_bias == 2);
    assert_true(l[3].kind == &layer_norm && l[4].activation == ACTIVATION_TANH);
    assert_true(l[6].kernel == 3 && l[6].stride == 1 && l[6].padding == 0);
    expect_ok("network: {layers: []}");
    assert_int_equal(s.network.layer_count, 0);
    expect_ok("network: {layers: dqn}");
    assert_int_equal(s.network.layer_count, 4);
    assert_true(l[1].kind == &layer_conv && l[1].size == 64 && l[1].kernel == 4 && l[1].stride == 2 &&
                l[3].size == 512);
    expect_ok("network: {layers: a3c}");
    assert_true(s.network.layer_count == 3 && l[0].size == 16 && l[2].kind == &layer_dense && l[2].size == 256);
    expect_ok("network: {layers: minatar}");
    assert_true(s.network.layer_count == 2 && l[0].kernel == 3 && l[1].size == 128 && l[2].size == 0);
    expect_error("network: {layers: dqm}", "f.yaml:1:19: network.layers: expected a list", "did you mean dqn?");
    expect_error("network: {layers: [{dense: 64, activation: gelu}]}",
                 "f.yaml:1:44: network.layers[0].activation: expected one of", "gelu");
    expect_error("network: {layers: [{dense: 0}]}", "f.yaml:1:28: network.layers[0].dense:", "out of range");
    expect_error("network: {layers: [{dense: 4, kernel: 3}]}",
                 "f.yaml:1:31: network.layers[0]: a dense layer has no key \"kernel\"", "");
    expect_error("network: {layers: [{dense: 4, activaton: relu}]}",
                 "f.yaml:1:31: network.layers[0]:", "did you mean activation?");
    expect_error("network: {layers: [{dense: 4, dense: 3}]}", "f.yaml:1:31: network.layers[0]", "");
    expect_error("network: {layers: [{dense: 4, activation: relu, activation: tanh}]}",
                 "f.yaml:1:49: network.layers[0].activation:", "twice");
    expect_error("network: {layers: [{dense: 4, lstm: 3}]}", "f.yaml:1:31: network.layers[0]:", "lstm beside dense");
    expect_error("network: {layers: [{activation: tanh}]}", "f.yaml:1:20: network.layers[0]: expected a layer", "");
    expect_error("network: {layers: [{layer_norm: false}]}", "f.yaml:1:20: network.layers[0]:", "");
    expect_error("network: {layers: [{conv: 4, kernel: 3, padding: 3}]}", "f.yaml:1:20: network.layers[0]:", "padding");
    expect_error("network: {layers: [5]}", "f.yaml:1:20: network.layers[0]:", "");
    expect_error("network: {layers: {dense: 5}}", "f.yaml:1:20: network.layers:", "");
    char text[1000] = "network: {layers: [";
    for (int i = 0; i <= NET_LAYERS; i++) strcat(text, "{dense: 1}, ");
    strcat(text, "]}");
    expect_error(text, "f.yaml:1:19: network.layers: expected a list of up to 12 layers", "");
}

/* ---- Values a mode ---- */

static void a_key_has_a_value_a_mode(void **state) {
    (void)state;
    expect_ok("optimizer: {learning_rate: {async: 1e-3, sync: 3e-3}}");
    assert_true(s.optimizer.learning_rate == 1e-3);
    expect_ok("mode: sync\noptimizer: {learning_rate: {async: 1e-3, sync: 3e-3}}");
    assert_true(s.optimizer.learning_rate == 3e-3);
    expect_ok("optimizer: {learning_rate: {async: 1e-3, sync: 3e-3}}\nmode: sync");
    assert_true(s.optimizer.learning_rate == 3e-3);
    expect_ok("mode: sync\nnetwork: {layers: {async: [], sync: [{dense: 5}]}}\nenv: {id: {async: A, sync: [B, C]}, "
              "options: {p: {async: 1, "
              "sync: 2}}}");
    assert_true(s.network.layer_count == 1 && s.env.count == 2);
    assert_string_equal(s.env.options[0].value, "2");
    expect_error("mode: async\noptimizer: {learning_rate: {async: 1e-3, sync: 1e9}}",
                 "f.yaml:2:48: optimizer.learning_rate:", "range");
    expect_error("mode: sync\noptimizer: {learning_rate: {async: -1, sync: 1e-3}}",
                 "f.yaml:2:36: optimizer.learning_rate:", "range");
    expect_error("seed: {async: 1}", "f.yaml:1:7: seed: expected the values of both modes", "");
    expect_error("seed: {async: 1, sync: 2, other: 3}", "f.yaml:1:27: seed:", "");
    expect_error("seed: {async: 1, async: 2}", "f.yaml:1:18: seed:", "twice");
    expect_error("seed: {async: {async: 1, sync: 2}, sync: 2}", "f.yaml:1:15: seed:", "found a mapping");
    expect_error("seed: {}", "f.yaml:1:7: seed:", "");
    expect_error("mode: {async: sync, sync: async}", "f.yaml:1:7: mode: expected one value", "");
}

static void the_command_line_replaces_both_modes(void **state) {
    (void)state;
    const settings_override async[] = {{"--set", "optimizer.learning_rate", "5e-3", false}};
    const settings_override sync[] = {{"--set", "optimizer.learning_rate", "5e-3", false},
                                      {"--mode", "mode", "sync", false}};
    assert_int_equal(load("cartpole", NULL, 1, async), 0);
    assert_true(s.optimizer.learning_rate == 5e-3);
    assert_int_equal(load("cartpole", NULL, 2, sync), 0);
    assert_true(s.optimizer.learning_rate == 5e-3 && s.mode == MODE_SYNC);
}

static void the_other_column_is_had(void **state) {
    (void)state;
    settings own, other;
    settings_request request = {.base = "cartpole"};
    assert_int_equal(settings_load(&own, &request, &e), 0);
    request.other_column = true;
    assert_int_equal(settings_load(&other, &request, &e), 0);
    assert_true(own.mode == MODE_ASYNC && other.mode == MODE_ASYNC);
    assert_true(own.optimizer.learning_rate == 2.5e-3 && other.optimizer.learning_rate == 4e-3);
}

/* ---- Keys and documents ---- */

static void keys_are_known(void **state) {
    (void)state;
    expect_error("seeed: 1", "f.yaml:1:1: seeed: unknown key", "did you mean seed?");
    expect_error("learning_rate: 1", "f.yaml:1:1: learning_rate: unknown key",
                 "did you mean optimizer.learning_rate, which is");
    expect_error("optimizer:\n  learning_rat: 1", "f.yaml:2:3: optimizer.learning_rat: unknown key",
                 "optimizer.learning_rate?");
    expect_error("optimizer.learning_rate: 1", "f.yaml:1:1: optimizer.learning_rate: a dot is a level of nesting", "");
    expect_error("t_max: 5", "f.yaml:1:1: t_max: unknown key", "");
    expect_error("optimizer: 5", "f.yaml:1:12: optimizer: expected keys inside this section", "");
    expect_error("optimizer: []", "f.yaml:1:12: optimizer:", "");
    expect_error("seed: 1\nseed: 1", "f.yaml:2:1: seed: the key is given twice", "");
    expect_error("env: {delay: {}}\nenv: {}", "f.yaml:2:1: env: the key is given twice", "");
    expect_error("env: {delay: {}, delay: {}}", "f.yaml:1:18: env.delay: the key is given twice", "");
    expect_error("? [a]\n: 1", "f.yaml:1:3: settings: expected the name of a key", "");
    expect_error("'': 1", "f.yaml:1:1: : unknown key", "");
}

static void former_names_are_read_with_a_warning(void **state) {
    (void)state;
    expect_ok("async: {behaviour_delay: 3}");
    assert_int_equal(s.async.behavior_delay, 3);
    expect_error("async: {behaviour_delay: 3, behavior_delay: 3}",
                 "f.yaml:1:29: async.behavior_delay: the key is given twice", "");
    text_buffer warnings = {0};
    settings_override o = {.option = "--set", .key = "async.behaviour_delay", .value = "2"};
    settings_request request = {.overrides = &o, .override_count = 1, .warnings = &warnings};
    assert_int_equal(settings_load(&s, &request, &e), 0);
    assert_string_equal(text_string(&warnings),
                        "--set: async.behaviour_delay: this key is now called async.behavior_delay\n");
    text_free(&warnings);
}

static void documents_are_one_and_plain(void **state) {
    (void)state;
    expect_ok("{}");
    expect_ok("---\nseed: 7\n...\n");
    expect_ok("%YAML 1.1\n---\nseed: 7\n");
    expect_ok("seed: 7 # comment\n");
    assert_true(s.seed == 7);
    expect_error("", "f.yaml:1:1: there are no settings here", "");
    expect_error("# nothing\n", "f.yaml:1:1: there are no settings here", "");
    expect_error("- 1", "f.yaml:1:1: settings: expected keys and values", "");
    expect_error("word", "f.yaml:1:1: settings: expected keys and values", "");
    expect_error("seed: 1\n---\nseed: 2", "f.yaml:2:1: a second document", "");
    expect_error("seed: 1\n--- x", "f.yaml:2:1: a second document", "");
    expect_error("optimizer:\n\tkind: sgd", "f.yaml:2:1: ", "expected YAML");
    expect_error("seed: [1", "f.yaml:", "expected YAML");
    expect_error("seed: 1\n}", "f.yaml:2:1: ", "expected YAML");
    expect_error("seed: 'a", "f.yaml:", "expected YAML");
    expect_error("seed: 1\n\x80", "f.yaml:2:1: ", "UTF-8");
    expect_error("seed: 1\nab\x01", "f.yaml:2:3: ", "control characters");
    expect_error("seed: !foo 5", "f.yaml:1:7: ", "tag");
    expect_error("seed: !!int 5", "f.yaml:1:7: ", "tag");
}

static void aliases_are_honored_and_bounded(void **state) {
    (void)state;
    expect_ok("seed: &x 9\nworkers: *x");
    assert_int_equal(s.workers, 9);
    expect_ok("optimizer:\n  learning_rate: &rate {async: 1e-3, sync: 2e-3}\nloss: {value_coef: *rate}");
    assert_true(s.loss.value_coef == 1e-3);
    expect_error("optimizer: &o {kind: sgd}\nloss:\n  <<: *o", "f.yaml:3:3: ", "merge key");
    expect_error("seed: *x", "f.yaml:1:7: ", "alias");
    expect_error("network: &a {layers: *a}", "f.yaml:1:14: network.layers:", "");
    expect_error("network: {layers: &a [*a]}", "f.yaml:1:19: network.layers[0]:", "");
    expect_error("env: &a {options: *a}", "f.yaml:1:", "env.options");
    expect_error("env: &a {delay: *a}", "f.yaml:1:10: env.delay.delay: unknown key", "");
    expect_error("a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]",
                 "f.yaml:1:1: a:", "");
}

static void floods_are_refused(void **state) {
    (void)state;
    size_t size = 300000;
    char *text = malloc(size + 1);
    memset(text, '[', size);
    text[size] = '\0';
    expect_error(text, "f.yaml: more than 262144 bytes", "");
    text[200000] = '\0';
    expect_error(text, "f.yaml: more than 64 brackets", "");
    memset(text, 'x', 200000);
    memcpy(text, "env: {id: ", 10);
    text[199999] = '}';
    expect_error(text, "f.yaml:1:11: env.id: expected at most 255 bytes", "");
    memcpy(text, "xxxxxxxxxx", 10);
    memcpy(text + 199990, ": 1\n\0", 5);
    expect_error(text, "f.yaml:1:", "");
    free(text);
}

static void newer_formats_are_refused(void **state) {
    (void)state;
    expect_ok("format: 1");
    expect_error("new_key: 3\nformat: 7", "f.yaml:2:9: format: this file has format 7, this program reads up to 1", "");
    expect_error("format: 0", "f.yaml:1:9: format:", "range");
    expect_set_error("format", "2", "--set: format:", "format 2");
}

/* ---- The command line ---- */

static void set_reads_one_flow_value(void **state) {
    (void)state;
    assert_int_equal(set("seed", "5 # five"), 0);
    assert_true(s.seed == 5);
    assert_int_equal(set("network.layers", "[{dense: 64, activation: tanh}]"), 0);
    assert_int_equal(s.network.layer_count, 1);
    assert_int_equal(set("optimizer", "{kind: adam, learning_rate: 1e-4}"), 0);
    assert_true(s.optimizer.kind == OPTIMIZER_ADAM && s.optimizer.learning_rate == 1e-4 &&
                s.optimizer.max_grad_norm == 0.5);
    assert_int_equal(set("env.options.sutton_barto_reward", "true"), 0);
    assert_string_equal(s.env.options[0].key, "sutton_barto_reward");
    assert_int_equal(set("init.from", "\"\""), 0);
    static const char *const bad[] = {"1, 2", "1] , [2", "]",   "{",   "[1",  "5\nmode: sync",
                                      "*a",   "5 6",     "'5'", "\"5", "\t5x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) expect_set_error("seed", bad[i], "--set: seed", "");
    expect_set_error("sede", "1", "--set: sede: unknown key", "did you mean seed?");
    expect_set_error("", "1", "--set: expected KEY=VALUE", "");
    expect_set_error("env.options.", "1", "--set: env.options.:", "");
    expect_set_error("env.options.nope", "1", "--set: env.options.nope: CartPole-v1 has no such option", "");
    expect_set_error("env.mask", "[x]", "--set: env.mask: CartPole-v1 has no component", "");
    expect_set_error("env.id", "CartPol-v1", "--set: env.id: there is no environment", "CartPole");
    expect_set_error("workers", "0", "--set: workers: expected an integer 1 .. 4096", "");
    expect_set_error("async.record", "true", "--set: async.record: needs async.update: locked", "");
}

static void precedence(void **state) {
    (void)state;
    char path[] = "/tmp/a3c_settings_XXXXXX.yaml";
    int file = mkstemps(path, 5);
    assert_true(file >= 0);
    static const char text[] = "seed: 3\nworkers: 2\n";
    assert_int_equal(write(file, text, sizeof text - 1), sizeof text - 1);
    close(file);
    const settings_override o[] = {{"--workers", "workers", "5", false}, {"--set", "workers", "7", false}};
    assert_int_equal(load(path, "Acrobot-v1", 2, o), 0);
    assert_true(s.seed == 3 && s.workers == 7 && s.total_steps == 500000);
    assert_string_equal(s.env.id[0],
                        "Acrobot-v1"); /* --env with a file takes nothing else of the environment's preset */
    assert_true(s.network.trunk == SETTINGS_TRUNK_SHARED);
    unlink(path);
    assert_int_equal(load(path, NULL, 0, NULL), -1);
    assert_non_null(strstr(e.text, "No such file"));
    assert_int_equal(load("/tmp", NULL, 0, NULL), -1);
    assert_int_equal(load("/dev/zero", NULL, 0, NULL), -1);
    assert_int_equal(load("/dev/null", NULL, 0, NULL), -1);
}

static void environments_bring_their_preset(void **state) {
    (void)state;
    assert_int_equal(load(NULL, NULL, 0, NULL), 0);
    assert_string_equal(s.env.id[0], "CartPole-v1");
    assert_string_equal(s.preset, "cartpole");
    assert_int_equal(load(NULL, "Acrobot-v1", 0, NULL), 0);
    assert_true(s.network.trunk == SETTINGS_TRUNK_SEPARATE);
    assert_string_equal(s.preset, "acrobot");
    assert_int_equal(load(NULL, "CartPole-v1", 0, NULL), 0);
    assert_string_equal(s.preset, "cartpole"); /* and not cartpole_novel */
    assert_int_equal(load(NULL, "CartPole-v0", 0, NULL), 0);
    assert_string_equal(s.preset, "CartPole-v0"); /* no preset: the defaults */
    assert_int_equal(load("cartpole", "Acrobot-v1", 0, NULL), 0);
    assert_true(s.network.trunk == SETTINGS_TRUNK_SHARED && s.env.reward_scale == 0.1);
    assert_int_equal(load(NULL, "Nope-v1", 0, NULL), -1);
    assert_int_equal(load("nope", NULL, 0, NULL), -1);
    assert_non_null(strstr(e.text, "no such preset"));
}

static void plugins_are_named_on_the_command_line_alone(void **state) {
    (void)state;
    expect_ok("env: {id: ./mine.so}");
    assert_false(s.env.on_command_line);
    env_config kind;
    assert_int_equal(settings_env_kind(&s, 0, &kind, &e), -1);
    assert_non_null(strstr(e.text, "only when the command line names it"));
    assert_int_equal(load(NULL, "./does-not-exist.so", 0, NULL), -1);
    assert_non_null(strstr(e.text, "no such file"));
}

static void resumed_runs_change_little(void **state) {
    (void)state;
    assert_int_equal(load(NULL, NULL, 0, NULL), 0);
    settings original = s;
    const settings_override good[] = {{"--threads", "threads", "2", false},
                                      {"--steps", "total_steps", "9e5", false},
                                      {"--workers", "workers", "4", false},
                                      {"--set", "pin_threads", "never", false},
                                      {"--set", "stop.seconds", "5", false},
                                      {"--set", "checkpoint.interval_steps", "1000", false},
                                      {"--set", "checkpoint.interval_seconds", "1", false},
                                      {"--env", "env.id", "CartPole-v1", true}};
    if (settings_resume(&s, good, sizeof good / sizeof good[0], &e)) fail_msg("%s", e.text);
    assert_true(s.threads == 2 && s.total_steps == 900000 && s.env.on_command_line);
    s = original;
    assert_int_equal(settings_resume(&s, &(settings_override){"--workers", "workers", "16", false}, 1, &e), -1);
    assert_string_equal(e.text, "workers: a resumed run cannot change it from 4 to 16; it may change threads, "
                                "pin_threads, total_steps, stop.* and "
                                "checkpoint.*");
}

/* ---- Combinations ---- */

static void combinations(void **state) {
    (void)state;
    static const struct {
        const char *text, *beginning, *words;
    } bad[] = {
        {"rollout_steps: 0", "f.yaml:1:16: rollout_steps:", "1 .. 65536"},
        {"workers: 4097", "f.yaml:1:10: workers:", "1 .. 4096"},
        {"advantage: {estimator: monte_carlo}",
         "f.yaml:1:13: advantage.estimator: monte_carlo needs rollout_until_done", ""},
        {"rollout_until_done: true\nenvs_per_worker: 2", "f.yaml:1:1: rollout_until_done:", "envs_per_worker"},
        {"rollout_schedule: linear\nrollout_initial: 9\nrollout_steps: 8", "f.yaml:2:1: rollout_initial:", ""},
        {"rollout_steps: 15\nenvs_per_worker: 1\nadvantage: {normalize: true}",
         "f.yaml:3:13: advantage.normalize: needs 16 samples", "15"},
        {"rollout_steps: 65536\nenvs_per_worker: 4096", "f.yaml:1:1: rollout_steps:", "268435456"},
        {"loss: {kind: ppo}", "f.yaml:1:8: loss.kind: ppo needs mode: sync", ""},
        {"mode: sync\nloss: {kind: ppo}\nadvantage: {estimator: vtrace}", "f.yaml:2:8: loss.kind:", "vtrace"},
        {"mode: sync\nworkers: 1\nrollout_steps: 3\nloss: {kind: ppo, ppo: {minibatches: 5}}",
         "f.yaml:4:25: loss.ppo.minibatches:", "3"},
        {"mode: sync\noptimizer: {statistics: worker}", "f.yaml:2:13: optimizer.statistics:", "async"},
        {"optimizer: {momentum: 0.9}", "f.yaml:1:13: optimizer.momentum:", "sgd"},
        {"optimizer: {kind: adam, epsilon_inside_root: true}",
         "f.yaml:1:25: optimizer.epsilon_inside_root:", "rmsprop"},
        {"total_steps: 100\noptimizer: {warmup_steps: 100}", "f.yaml:2:13: optimizer.warmup_steps:", "total_steps"},
        {"exploration: {noise: gsde, state_dependent_std: true}",
         "f.yaml:1:15: exploration.noise:", "state_dependent_std"},
        {"async: {record: true}", "f.yaml:1:9: async.record:", "locked"},
        {"mode: sync\nasync: {record: true, update: locked}", "f.yaml:2:9: async.record:", "async"},
        {"mode: sync\nasync: {schedule: simulated}", "f.yaml:2:9: async.schedule: simulated needs mode: async", ""},
        {"mode: sync\nasync: {behavior_delay: 1}", "f.yaml:2:9: async.behavior_delay:", ""},
        {"async: {schedule: replay}", "f.yaml:1:9: async.schedule: replay needs async.recording", ""},
        {"async: {recording: x}", "f.yaml:1:9: async.recording:", "replay"},
        {"threads: 2\nasync: {schedule: simulated}", "f.yaml:1:1: threads:", "one thread"},
        {"workers: 1\nenv: {id: [A, B]}", "f.yaml:2:7: env.id: 2 tasks", ""},
        {"env: {delay: {kind: constant}}", "env.delay.mean_us:", ""},
        {"env: {delay: {mean_us: 5}}", "f.yaml:1:15: env.delay.mean_us:", "env.delay.kind"},
        {"mode: sync\nrollout_until_done: true\nenvs_per_worker: 1\nsync: {barrier: step}",
         "f.yaml:4:8: sync.barrier:", ""},
        {"mode: sync\nworkers: 4\nenvs_per_worker: 2\nsync: {shards: 9}",
         "f.yaml:4:8: sync.shards: 9 are more than the 8", "auto"},
        {"sync: {shards: 0}", "f.yaml:1:16: sync.shards:", "auto"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) expect_error(bad[i].text, bad[i].beginning, bad[i].words);
    expect_ok("rollout_steps: 16\nenvs_per_worker: 1\nadvantage: {normalize: true}");
    expect_ok("mode: sync\nworkers: 4\nrollout_steps: 4\nenvs_per_worker: 1\nadvantage: {normalize: true}");
    expect_ok("mode: sync\nadvantage: {estimator: vtrace}");
    expect_ok("async: {record: true, update: locked}");
    expect_ok("advantage: {estimator: monte_carlo}\nrollout_until_done: true\nenvs_per_worker: 1");
    expect_ok("async: {schedule: simulated}\nworkers: 1024");
}

/* ---- Text ---- */

static void same(const settings *a, const settings *b) {
    for (size_t k = 0; k < settings_keys(); k++) {
        char *x = settings_value(a, k), *y = settings_value(b, k);
        if (strcmp(x, y) != 0) fail_msg("%s: %s became %s", settings_key(k), x, y);
        memory_free(x);
        memory_free(y);
    }
}

static void round_trip(const settings *original) {
    char *text = settings_text(original);
    settings copy;
    if (settings_parse(&copy, "config.yaml", text, strlen(text), &e)) fail_msg("%s\n%s", e.text, text);
    same(original, &copy);
    char *again = settings_text(&copy);
    assert_string_equal(text, again);
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (*line && *line != '#' && strcspn(line, "\n") > 0) assert_null(memchr(line, '\t', strcspn(line, "\n")));
        if (!*line) break;
    }
    memory_free(text);
    memory_free(again);
}

static void the_text_repeats_the_settings(void **state) {
    (void)state;
    expect_ok(
        "mode: sync\nseed: 18446744073709551615\noptimizer: {learning_rate: 0.1, epsilon: 1.2345678901234567e-9}\n"
        "env: {id: [\"h\\u00e9 \\\"q\\\" # no\", '1', 'null', '-', 'x: y', '~', ' z ', '[a]'], options: {b: 'true', n: "
        "'0.5', t: 'a b'}, "
        "mask: ['2', 'a, b'], clip_reward: sign, reward_scale: -1e-300, solved_return: -1e9}\n"
        "network: {layers: [{conv: 3, padding: 2}, {lstm: 4, forget_bias: 0.25}, {layer_norm: true}, {dense: 7, "
        "activation: none}]}\n"
        "init: {from: \"a\\\\b\\\"c d\"}\ntotal_steps: 1e15\n");
    round_trip(&s);
    expect_ok("network: {layers: []}\nenv: {id: CartPole-v1}");
    round_trip(&s);
}

static void every_preset_is_whole(void **state) {
    (void)state;
    assert_true(settings_presets() >= 30);
    for (size_t i = 0; i < settings_presets(); i++)
        for (int mode = 0; mode < 2; mode++) {
            const settings_override o = {"--mode", "mode", mode ? "sync" : "async", false};
            const char *name = settings_preset_name(i);
            bool optional = strncmp(name, "lunar_lander", 12) == 0; /* where Box2D was not found */
            if (load(name, NULL, 1, &o) && optional && strstr(e.text, "install libbox2d-dev")) continue;
            if (e.status) fail_msg("%s: %s", name, e.text);
            assert_string_equal(s.preset, name);
            round_trip(&s);
            if (i > 0) assert_true(strcmp(settings_preset_name(i - 1), name) < 0);
        }
}

static void the_cartpole_preset_has_the_tuned_numbers(void **state) {
    (void)state;
    assert_int_equal(load("cartpole", NULL, 0, NULL), 0);
    assert_true(s.workers == 4 && s.envs_per_worker == 4 && s.rollout_steps == 32 && s.total_steps == 200000);
    assert_true(s.optimizer.learning_rate == 2.5e-3 && s.env.reward_scale == 0.1 && s.env.solved_return == 475 &&
                s.discount == 0.99);
    assert_true(s.optimizer.schedule == SCHEDULE_LINEAR && s.optimizer.kind == OPTIMIZER_RMSPROP &&
                !s.normalize.returns);
    assert_true(s.network.layer_count == 2 && s.network.layers[1].size == 128 &&
                s.network.trunk == SETTINGS_TRUNK_SHARED);
}

/* config/default.yaml and docs/settings.md are what the program would write; A3C_WRITE_DOCUMENTS=1 writes them anew. */
static void expect_file(const char *path, char *text) {
    if (getenv("A3C_WRITE_DOCUMENTS")) assert_int_equal(file_replace(path, text, strlen(text), &e), 0);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char *committed = calloc(1, 1 << 20);
    size_t length = fread(committed, 1, (1 << 20) - 1, file);
    fclose(file);
    if (length != strlen(text) || memcmp(committed, text, length) != 0)
        fail_msg("%s is not in step with the schema", path);
    free(committed);
    memory_free(text);
}

static void documents_are_in_step(void **state) {
    (void)state;
    expect_file(A3C_SOURCE "/config/default.yaml", settings_default_text());
    expect_file(A3C_SOURCE "/docs/settings.md", settings_markdown());
}

/* Files with bytes changed, cut out or doubled are read or refused with a place; never anything else. */
static void mutated_files_are_read_or_refused(void **state) {
    (void)state;
    char *whole = settings_default_text(), *text = malloc(2 * strlen(whole) + 1);
    size_t length = strlen(whole), refused = 0;
    uint64_t random = 1;
    for (int round = 0; round < 2000; round++) {
        memcpy(text, whole, length + 1);
        size_t n = length;
        for (int change = 0; change < 1 + round % 4; change++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            size_t at = (size_t)(random >> 33) % n, count = 1 + (size_t)(random >> 20) % 40;
            if (count > n - at) count = n - at;
            switch ((random >> 16) % 3) {
            case 0:
                text[at] = "\n\t :{}[],&*#!|>'\"%@`-?0aZ\x80\x01"[(random >> 24) % 26];
                break;
            case 1:
                memmove(text + at, text + at + count, n - at - count);
                n -= count;
                break;
            default:
                if (n + count > 2 * length) break;
                memmove(text + at + count, text + at, n - at);
                n += count;
            }
        }
        e = (error){0};
        if (settings_parse(&s, "f.yaml", text, n, &e) == 0) continue;
        refused++;
        bool placed = strncmp(e.text, "f.yaml:", 7) == 0 || e.text[strcspn(e.text, " :")] == ':';
        if (e.status != STATUS_USAGE || !placed) fail_msg("status %d: %s", e.status, e.text);
    }
    assert_true(refused > 500);
    free(text);
    memory_free(whole);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_exact),
        cmocka_unit_test(reals_are_finite_and_in_range),
        cmocka_unit_test(words_are_exact),
        cmocka_unit_test(nothing_is_no_value),
        cmocka_unit_test(texts_are_printable),
        cmocka_unit_test(lists_are_read),
        cmocka_unit_test(layers_are_read),
        cmocka_unit_test(a_key_has_a_value_a_mode),
        cmocka_unit_test(the_command_line_replaces_both_modes),
        cmocka_unit_test(the_other_column_is_had),
        cmocka_unit_test(keys_are_known),
        cmocka_unit_test(former_names_are_read_with_a_warning),
        cmocka_unit_test(documents_are_one_and_plain),
        cmocka_unit_test(aliases_are_honored_and_bounded),
        cmocka_unit_test(floods_are_refused),
        cmocka_unit_test(newer_formats_are_refused),
        cmocka_unit_test(set_reads_one_flow_value),
        cmocka_unit_test(precedence),
        cmocka_unit_test(environments_bring_their_preset),
        cmocka_unit_test(plugins_are_named_on_the_command_line_alone),
        cmocka_unit_test(resumed_runs_change_little),
        cmocka_unit_test(combinations),
        cmocka_unit_test(the_text_repeats_the_settings),
        cmocka_unit_test(every_preset_is_whole),
        cmocka_unit_test(the_cartpole_preset_has_the_tuned_numbers),
        cmocka_unit_test(documents_are_in_step),
        cmocka_unit_test(mutated_files_are_read_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
