/* SPDX-License-Identifier: MIT
 * The second pass over a rollout, and PPO: the surrogate against its definition, central differences and PyTorch's
 * numbers; the cutting and shuffling of minibatches. */
#include "base/memory.h"
#include "learn/ppo.h"
#include "learn/second_pass.h"
#include "reference/cases.h"
#include "reference/subject.h"

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

static second_pass pass_of(subject *s) {
    rollout *r = &s->rollout;
    return (second_pass){&s->net, &s->config.distribution, &r->tape, &r->rows, r->action, r->allowed};
}

/* After other parameters have been over the tape, a second pass leaves what a first one would have: whole, or
 * environment by environment. */
static void a_second_pass_is_a_first_one(void **state) {
    golden *g = cases_load(*state);
    batch b = batch_from_golden(g);
    reference_network reference = reference_from_golden(g);
    int rows = batch_rows(&b);
    subject *first = subject_new(&b, reference.parameter), *second = subject_new(&b, reference.parameter);
    float *log_probability = memory_array(float, (size_t)rows), *value = memory_array(float, (size_t)rows);
    second_pass p = pass_of(second);
    subject_forward(first, &b);
    for (int columns = 0; columns < 2; columns++) {
        for (int k = 0; k < reference.size; k++) reference.parameter[k] *= 0.5;
        subject_parameters(second, reference.parameter);
        second_pass_run(&p, second->parameters, 0, rows, 1, NULL, NULL);
        for (int k = 0; k < reference.size; k++) reference.parameter[k] *= 2;
        subject_parameters(second, reference.parameter);
        for (int e = 0; columns && e < b.envs; e++)
            second_pass_run(&p, second->parameters, e, b.steps, b.envs, log_probability, value);
        if (!columns) second_pass_run(&p, second->parameters, 0, rows, 1, log_probability, value);
        for (int r = 0; r < rows; r++) {
            const rollout *one = &first->rollout;
            assert_true(log_probability[r] == distribution_log_probability(&first->config.distribution, &one->rows, r,
                                                                           one->action + r * b.dims));
            assert_true(value[r] == one->value[r]);
            assert_true(second->rollout.rows.entropy[r] == one->rows.entropy[r]);
        }
    }
    memory_free(log_probability), memory_free(value);
    subject_free(first), subject_free(second);
    reference_free(&reference);
    batch_free(&b);
    golden_free(g);
}

static void masks_hold_in_a_second_pass(void **state) {
    (void)state;
    golden *g = cases_load("masked");
    batch b = batch_from_golden(g);
    reference_network reference = reference_from_golden(g);
    subject *s = subject_new(&b, reference.parameter);
    second_pass p = pass_of(s);
    const distribution_rows *made = &s->rollout.rows;
    int outputs = b.spec.policy_outputs, rows = batch_rows(&b), forbidden = 0;
    second_pass_run(&p, s->parameters, 0, rows, 1, NULL, NULL);
    for (int i = 0; i < rows * outputs; i++) {
        float probability = made->probability[(size_t)(i / outputs) * (size_t)made->ld + (size_t)(i % outputs)];
        assert_true(b.allowed[i] ? probability > 0 : probability == 0);
        forbidden += !b.allowed[i];
    }
    assert_true(forbidden > rows / 4);
    subject_free(s);
    reference_free(&reference);
    batch_free(&b);
    golden_free(g);
}

/* Loss and gradient of PPO, unit by unit as minibatches take them, are PyTorch's. */
static void units_add_up_to_torch(void **state) {
    (void)state;
    golden *g = cases_load("ppo");
    batch b = batch_from_golden(g);
    reference_network reference = reference_from_golden(g);
    subject *s = subject_new(&b, reference.parameter);
    gradient_scale scale = {
        .samples = batch_rows(&b), .entropy_coef = b.loss.entropy_coef, .advantage_deviation = 1, .clip = b.ppo_clip};
    int rows = batch_rows(&b), segments = 3, clipped = 0;
    for (int u = 0; u < b.envs * segments; u++) {
        int t = ppo_cut(b.steps, segments, u % segments), count = ppo_cut(b.steps, segments, u % segments + 1) - t;
        learner_revisit(&s->learner, s->parameters, u / segments, t, count);
        learner_gradient_ppo(&s->learner, s->parameters, u / segments, t, count, &scale, u > 0, s->gradient,
                             &s->learner.sums);
    }
    for (int r = 0; r < rows; r++) clipped += fabs(exp((double)s->rollout.log_rho[r]) - 1) > b.ppo_clip;
    assert_true(clipped > 0 && clipped < rows);
    double loss = subject_loss(s, &b);
    cases_close("loss", 1, &loss, golden_get(g, "loss")->value, 1e-5);
    const double *flat = subject_flatten(s, s->gradient);
    for (int i = 0; i < s->net.tensor_count; i++) {
        const golden_tensor *want = golden_get(g, "gradient/%s", s->net.tensor[i].name);
        cases_close(want->name, want->elements, flat, want->value, 1e-5);
        flat += want->elements;
    }
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
    cases_add("units add up to torch", "ppo", units_add_up_to_torch);
    return cases_run("ppo");
}
