/* SPDX-License-Identifier: MIT
 * The second pass over a rollout, and PPO: the surrogate against its definition, central differences and PyTorch's
 * numbers; the cutting and shuffling of minibatches. */
#include "base/memory.h"
#include "learn/ppo.h"
#include "learn/second_pass.h"
#include "reference/batch.h"
#include "reference/cases.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* ---- The surrogate ---- */

static void surrogate_is_the_papers(void **state) {
    (void)state;
    const double clip = 0.2, step = 1e-6;
    for (double log_ratio = -0.6; log_ratio < 0.6; log_ratio += 0.037)
        for (int sign = -1; sign <= 1; sign += 2) {
            double advantage = 1.7 * sign, r = exp(log_ratio), held = fmin(fmax(r, 1 - clip), 1 + clip);
            ppo_sample s = ppo_surrogate(log_ratio, advantage, clip);
            assert_true(fabs(s.loss + fmin(r * advantage, held * advantage)) < 1e-12);
            double slope = (ppo_surrogate(log_ratio + step, advantage, clip).loss -
                            ppo_surrogate(log_ratio - step, advantage, clip).loss) /
                           (2 * step);
            assert_true(fabs(s.weight + slope) < 1e-5);
            assert_int_equal(s.clipped, fabs(r - 1) > clip);
            assert_true(fabs(s.divergence - (r - 1 - log_ratio)) < 1e-12 && s.divergence >= 0);
        }
    ppo_sample same = ppo_surrogate(0, -2, clip); /* where nothing changed: the actor-critic's gradient */
    assert_true(same.weight == -2 && same.loss == 2 && !same.clipped && same.divergence == 0);
}

/* ---- Minibatches ---- */

static void a_shuffle_is_a_permutation(void **state) {
    (void)state;
    enum { N = 7, SHUFFLES = 7000 };
    int order[N], again[N], places[N][N] = {{0}}, changed = 0;
    for (int k = 0; k < SHUFFLES; k++) {
        int seen = 0;
        ppo_shuffle(3, k / 4, k % 4, N, order);
        ppo_shuffle(3, k / 4, k % 4, N, again);
        assert_memory_equal(order, again, sizeof order);
        for (int i = 0; i < N; i++) seen |= 1 << order[i], places[i][order[i]]++;
        assert_int_equal(seen, (1 << N) - 1);
        ppo_shuffle(4, k / 4, k % 4, N, again);
        changed += memcmp(order, again, sizeof order) != 0;
    }
    assert_true(changed > SHUFFLES * 99 / 100);
    double chi = 0, expected = (double)SHUFFLES / N; /* 36 degrees of freedom: beyond 75 once in 5,000 */
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) chi += (places[i][j] - expected) * (places[i][j] - expected) / expected;
    assert_true(chi < 75);
}

static void units_cover_the_batch_once(void **state) {
    (void)state;
    const struct {
        int envs, steps, minibatches, recurrent, segments;
    } cases[] = {{8, 128, 4, 0, 2}, {8, 128, 4, 1, 1}, {1, 20, 4, 0, 16},
                 {1, 3, 4, 0, 3},   {64, 5, 4, 0, 1},  {6, 10, 5, 0, 4}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        int envs = cases[c].envs, steps = cases[c].steps, m = cases[c].minibatches, covered = 0;
        int segments = ppo_segments(envs, steps, m, cases[c].recurrent), units = envs * segments;
        assert_int_equal(segments, cases[c].segments);
        assert_int_equal(ppo_cut(units, m, 0), 0);
        assert_int_equal(ppo_cut(units, m, m), units);
        for (int u = 0; u < units; u++) {
            int first = ppo_cut(steps, segments, u % segments), end = ppo_cut(steps, segments, u % segments + 1);
            assert_true(first < end);
            if (u % segments == 0) assert_int_equal(first, 0);
            if (u % segments == segments - 1) assert_int_equal(end, steps);
            covered += end - first;
        }
        assert_int_equal(covered, envs * steps);
    }
}

/* ---- A rollout from a golden case ---- */

typedef struct subject {
    net net;
    distribution distribution;
    net_tape tape;
    distribution_rows rows;
    action_word *action;
    float *parameters, *gradient, *log_probability, *value;
    void *memory;
} subject;

static const distribution_kind kinds[] = {DISTRIBUTION_CATEGORICAL, DISTRIBUTION_MULTI_DISCRETE, DISTRIBUTION_GAUSSIAN,
                                          DISTRIBUTION_GAUSSIAN};

static void set_parameters(subject *s, const double *from, double scale) {
    float *flat = memory_array(float, s->net.parameters);
    for (size_t k = 0; k < s->net.parameters; k++) flat[k] = (float)(from[k] * scale);
    net_import(&s->net, flat, s->parameters);
    memory_free(flat);
}

static subject *subject_new(const batch *b) {
    subject *s = memory_new(sizeof *s);
    error e = {0};
    size_t rows = (size_t)batch_rows(b);
    if (net_plan(&s->net, &b->spec, &e)) fail_msg("%s", e.text);
    s->distribution = (distribution){.kind = kinds[b->head],
                                     .dims = b->dims,
                                     .outputs = b->spec.policy_outputs,
                                     .log_std = s->net.log_std,
                                     .state_dependent_std = b->head == HEAD_GAUSSIAN_SOFTPLUS};
    for (int i = 0; i < b->dims; i++) s->distribution.n[i] = b->n[i];
    s->memory = memory_new(net_tape_bytes(&s->net, (int)rows, b->envs));
    net_tape_place(&s->net, (int)rows, b->envs, s->memory, &s->tape);
    size_t outputs = rows * (size_t)s->net.policy_ld;
    s->rows = (distribution_rows){.output = s->tape.policy,
                                  .ld = s->net.policy_ld,
                                  .log_probability = memory_array(float, outputs),
                                  .probability = memory_array(float, outputs),
                                  .entropy = memory_array(float, rows)};
    s->action = memory_array(action_word, rows * (size_t)b->dims);
    s->parameters = memory_array(float, s->net.size);
    s->gradient = memory_array(float, s->net.size);
    s->log_probability = memory_array(float, rows);
    s->value = memory_array(float, rows);
    for (size_t r = 0; r < rows; r++) {
        for (int k = 0; k < b->input_size; k++)
            s->tape.input[r * (size_t)s->net.input_ld + (size_t)k] =
                (float)b->input[r * (size_t)b->input_size + (size_t)k];
        for (int d = 0; d < b->dims; d++) {
            double a = b->action[r * (size_t)b->dims + (size_t)d];
            action_word *to = &s->action[r * (size_t)b->dims + (size_t)d];
            if (b->head >= HEAD_GAUSSIAN)
                to->number = (float)a;
            else
                to->index = (int32_t)a;
        }
        s->tape.start[r] = b->start[r];
    }
    return s;
}

static void subject_free(subject *s) {
    memory_free(s->memory), memory_free(s->rows.log_probability), memory_free(s->rows.probability),
        memory_free(s->rows.entropy);
    memory_free(s->action), memory_free(s->parameters), memory_free(s->gradient), memory_free(s->log_probability);
    memory_free(s->value), memory_free(s);
}

static second_pass pass_of(subject *s) {
    return (second_pass){
        .net = &s->net, .distribution = &s->distribution, .tape = &s->tape, .rows = &s->rows, .action = s->action};
}

/* After other parameters have been over the tape, a second pass leaves what a first one would have: whole, or
 * environment by environment. */
static void a_second_pass_is_a_first_one(void **state) {
    golden *g = cases_load(*state);
    batch b = batch_from_golden(g);
    reference_network reference = reference_from_golden(g);
    int rows = batch_rows(&b);
    subject *first = subject_new(&b), *second = subject_new(&b);
    set_parameters(first, reference.parameter, 1);
    for (int t = 0; t < b.steps; t++) {
        net_forward(&first->net, first->parameters, &first->tape, t * b.envs, b.envs);
        distribution_evaluate(&first->distribution, first->parameters, &first->rows, t * b.envs, b.envs);
    }
    for (int columns = 0; columns < 2; columns++) {
        second_pass p = pass_of(second);
        set_parameters(second, reference.parameter, 0.5);
        second_pass_run(&p, second->parameters, 0, rows, 1, NULL, NULL);
        set_parameters(second, reference.parameter, 1);
        for (int e = 0; columns && e < b.envs; e++)
            second_pass_run(&p, second->parameters, e, b.steps, b.envs, second->log_probability, second->value);
        if (!columns) second_pass_run(&p, second->parameters, 0, rows, 1, second->log_probability, second->value);
        for (int r = 0; r < rows; r++) {
            assert_true(second->log_probability[r] == distribution_log_probability(&first->distribution, &first->rows,
                                                                                   r, first->action + r * b.dims));
            assert_true(second->value[r] == first->tape.value[(size_t)r * (size_t)first->net.value_ld]);
            assert_true(second->rows.entropy[r] == first->rows.entropy[r]);
        }
    }
    subject_free(first), subject_free(second);
    reference_free(&reference);
    batch_free(&b);
    golden_free(g);
}

static void masks_hold_in_a_second_pass(void **state) {
    (void)state;
    golden *g = cases_load("dense_shared");
    batch b = batch_from_golden(g);
    reference_network reference = reference_from_golden(g);
    subject *s = subject_new(&b);
    second_pass p = pass_of(s);
    int outputs = s->distribution.outputs, rows = batch_rows(&b);
    uint8_t *allowed = memory_array(uint8_t, (size_t)(rows * outputs));
    for (int i = 0; i < rows * outputs; i++)
        allowed[i] = (i % outputs + i / outputs) % outputs != 0 || s->action[i / outputs].index == i % outputs;
    p.allowed = allowed;
    set_parameters(s, reference.parameter, 1);
    second_pass_run(&p, s->parameters, 0, rows, 1, s->log_probability, NULL);
    int forbidden = 0;
    for (int i = 0; i < rows * outputs; i++) {
        float probability = s->rows.probability[(size_t)(i / outputs) * (size_t)s->rows.ld + (size_t)(i % outputs)];
        assert_true(allowed[i] ? probability > 0 : probability == 0);
        forbidden += !allowed[i];
    }
    assert_true(forbidden > rows / 4);
    memory_free(allowed);
    subject_free(s);
    reference_free(&reference);
    batch_free(&b);
    golden_free(g);
}

/* Loss and gradient of PPO, unit by unit as minibatches take them, are PyTorch's. */
static void ppo_equals_torch(void **state) {
    (void)state;
    golden *g = cases_load("ppo");
    batch b = batch_from_golden(g);
    reference_network reference = reference_from_golden(g);
    subject *s = subject_new(&b);
    second_pass p = pass_of(s);
    int rows = batch_rows(&b), segments = 3, clipped = 0;
    double policy_loss = 0;
    set_parameters(s, reference.parameter, 1);
    for (int u = 0; u < b.envs * segments; u++) {
        int t0 = ppo_cut(b.steps, segments, u % segments), count = ppo_cut(b.steps, segments, u % segments + 1) - t0;
        int first = t0 * b.envs + u / segments;
        second_pass_run(&p, s->parameters, first, count, b.envs, s->log_probability, s->value);
        for (int r = first; r < first + count * b.envs; r += b.envs) {
            ppo_sample sample =
                ppo_surrogate(s->log_probability[r] - b.old_log_probability[r], b.advantage[r], b.ppo_clip);
            distribution_gradient(&s->distribution, &s->rows, r, s->action + r * b.dims, (float)(sample.weight / rows),
                                  (float)(b.loss.entropy_coef / rows),
                                  s->tape.d_policy + (size_t)r * (size_t)s->net.policy_ld, NULL);
            s->tape.d_value[(size_t)r * (size_t)s->net.value_ld] =
                (float)(b.loss.value_coef * (s->value[r] - b.target[r]) / rows);
            policy_loss += sample.loss / rows;
            clipped += sample.clipped;
        }
        net_backward(&s->net, s->parameters, &s->tape, first, count, b.envs, u > 0, s->gradient);
    }
    assert_true(clipped > 0 && clipped < rows);
    cases_close("policy loss", 1, &policy_loss, golden_get(g, "loss_policy")->value, 1e-5);
    float *flat = memory_array(float, s->net.parameters), *at = flat;
    net_export(&s->net, s->gradient, flat);
    for (int i = 0; i < s->net.tensor_count; i++) {
        const golden_tensor *want = golden_get(g, "gradient/%s", s->net.tensor[i].name);
        double *got = memory_array(double, (size_t)want->elements);
        for (int k = 0; k < want->elements; k++) got[k] = *at++;
        cases_close(want->name, want->elements, got, want->value, 1e-5);
        memory_free(got);
    }
    memory_free(flat);
    subject_free(s);
    reference_free(&reference);
    batch_free(&b);
    golden_free(g);
}

int main(void) {
    cases_add("surrogate", "definition", surrogate_is_the_papers);
    cases_add("shuffle", "permutations", a_shuffle_is_a_permutation);
    cases_add("units", "cover the batch", units_cover_the_batch_once);
    cases_add_all("second pass is a first one", NULL, a_second_pass_is_a_first_one);
    cases_add("second pass", "masks", masks_hold_in_a_second_pass);
    cases_add("surrogate equals torch", "ppo", ppo_equals_torch);
    return cases_run("ppo");
}
