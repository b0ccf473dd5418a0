/* SPDX-License-Identifier: MIT
 * Action distributions against the double-precision reference (log-probability, entropy, gradients by automatic
 * differentiation), masks, what is sampled, and noise that lasts. */
#include "base/memory.h"
#include "learn/policy_distribution.h"
#include "reference/cases.h"
#include "reference/head.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 9, LD = 32, FEATURES = 21, FEATURES_LD = 32, PARAMETERS = ACTION_DIMS * FEATURES_LD };

/* The outputs of a policy head and all that belongs to them. */
typedef struct subject {
    distribution d;
    distribution_rows rows;
    float *output, *features, *parameters;
    uint8_t allowed[LD];
    bool masked;
} subject;

static subject subject_new(distribution d, uint64_t seed) {
    subject s = {.d = d,
                 .output = memory_array(float, LD *ROWS),
                 .features = memory_array(float, FEATURES_LD *ROWS),
                 .parameters = memory_array(float, PARAMETERS)};
    s.rows = (distribution_rows){.output = s.output,
                                 .ld = LD,
                                 .log_probability = memory_array(float, LD *ROWS),
                                 .probability = memory_array(float, LD *ROWS),
                                 .entropy = memory_array(float, ROWS),
                                 .features = s.features,
                                 .variance = memory_array(float, PARAMETERS)};
    random_stream stream = random_stream_new(seed, 0, RANDOM_INIT);
    for (int r = 0; r < ROWS; r++) {
        for (int i = 0; i < d.outputs; i++) s.output[r * LD + i] = (float)(1.5 * random_normal(&stream));
        for (int f = 0; f < FEATURES; f++) s.features[r * FEATURES_LD + f] = (float)random_normal(&stream);
    }
    for (int j = 0; j < d.dims; j++)
        for (int f = 0; f < (d.noise == NOISE_GSDE ? FEATURES : 1); f++)
            s.parameters[d.noise == NOISE_GSDE ? j * FEATURES_LD + f : j] = (float)(0.4 * random_normal(&stream) - 0.5);
    return s;
}

static void subject_free(subject *s) {
    memory_free(s->output), memory_free(s->features), memory_free(s->parameters);
    memory_free(s->rows.log_probability), memory_free(s->rows.probability), memory_free(s->rows.entropy),
        memory_free(s->rows.variance);
}

static const distribution categorical = {.kind = &distribution_categorical, .dims = 1, .n = {5}, .outputs = 5};
static const distribution multi_discrete = {
    .kind = &distribution_multi_discrete, .dims = 3, .n = {3, 18, 2}, .outputs = 23};
static const distribution gaussian = {.kind = &distribution_gaussian, .dims = 3, .outputs = 3};
static const distribution softplus = {.kind = &distribution_softplus, .dims = 2, .outputs = 4};
static const distribution gsde = {
    .kind = &distribution_gsde, .dims = 2, .outputs = 2, .noise = NOISE_GSDE, .features = FEATURES};

/* ---- Against the reference ---- */

/* Variables of one row, for the reference: outputs, log standard deviations. */
typedef struct leaves {
    var output[LD], log_std[PARAMETERS];
} leaves;

static var gsde_log_std(const subject *s, int row, const leaves *x, int j) {
    var variance = var_new(1e-6);
    for (int f = 0; f < FEATURES; f++) {
        double feature = s->features[row * FEATURES_LD + f];
        variance = var_add(
            variance, var_affine(var_exp(var_affine(x->log_std[j * FEATURES_LD + f], 2, 0)), feature * feature, 0));
    }
    return var_affine(var_log(variance), 0.5, 0);
}

static head_result reference(const subject *s, int row, const action_word *action, leaves *x) {
    const distribution *d = &s->d;
    tape_reset();
    for (int i = 0; i < d->outputs; i++) x->output[i] = var_new(s->output[row * LD + i]);
    for (int i = 0; i < PARAMETERS; i++) x->log_std[i] = var_new(s->parameters[i]);
    if (d->kind == &distribution_categorical)
        return head_categorical(d->n[0], x->output, action[0].index, s->masked ? s->allowed : NULL);
    if (d->kind == &distribution_multi_discrete) {
        int index[ACTION_DIMS];
        for (int c = 0; c < d->dims; c++) index[c] = action[c].index;
        return head_multi_discrete(d->dims, d->n, x->output, index, NULL);
    }
    double number[ACTION_DIMS];
    for (int j = 0; j < d->dims; j++) number[j] = action[j].number;
    if (d->kind == &distribution_softplus)
        return head_gaussian_softplus(d->dims, x->output, x->output + d->dims, 0, number);
    if (d->noise != NOISE_GSDE) return head_gaussian(d->dims, x->output, x->log_std, number);
    var log_std[ACTION_DIMS];
    for (int j = 0; j < d->dims; j++) log_std[j] = gsde_log_std(s, row, x, j);
    return head_gaussian(d->dims, x->output, log_std, number);
}

static void row_equals_the_reference(subject *s, int row, const action_word *action) {
    const double weight = 0.7, entropy_weight = 0.03;
    leaves x;
    head_result want = reference(s, row, action, &x);
    double log_probability = distribution_log_probability(&s->d, &s->rows, row, action), entropy = s->rows.entropy[row];
    double wanted[2] = {var_value(want.log_probability), var_value(want.entropy)};
    cases_close("log-probability", 1, &log_probability, &wanted[0], 1e-6);
    cases_close("entropy", 1, &entropy, &wanted[1], 2e-6);

    tape_backward(var_add(var_affine(want.log_probability, -weight, 0), var_affine(want.entropy, -entropy_weight, 0)));
    float d_output[LD], d_log_std[PARAMETERS] = {0};
    for (int i = 0; i < LD; i++) d_output[i] = 77;
    distribution_gradient(&s->d, &s->rows, row, action, (float)weight, (float)entropy_weight, d_output, d_log_std);
    double got[PARAMETERS], expected[PARAMETERS];
    for (int i = 0; i < s->d.outputs; i++) got[i] = d_output[i], expected[i] = var_gradient(x.output[i]);
    cases_close("gradient of the outputs", s->d.outputs, got, expected, 2e-6);
    for (int i = 0; i < PARAMETERS; i++) got[i] = d_log_std[i], expected[i] = var_gradient(x.log_std[i]);
    cases_close("gradient of log_std", PARAMETERS, got, expected, 2e-6);
    for (int i = s->d.outputs; i < LD; i++) assert_true(d_output[i] == 77); /* the value's place beside is left alone */
}

static void distribution_equals_the_reference(distribution d) {
    subject s = subject_new(d, 1);
    random_stream stream = random_stream_new(2, 0, RANDOM_ACTION);
    distribution_evaluate(&s.d, s.parameters, &s.rows, 0, 4); /* in two pieces */
    distribution_evaluate(&s.d, s.parameters, &s.rows, 4, ROWS - 4);
    for (int row = 0; row < ROWS; row++)
        for (int k = 0; k < 4; k++) {
            action_word action[ACTION_DIMS];
            distribution_sample(&s.d, &s.rows, row, &stream, action);
            row_equals_the_reference(&s, row, action);
        }
    subject_free(&s);
}

static void categorical_equals_the_reference(void **state) {
    (void)state, distribution_equals_the_reference(categorical);
}
static void multi_discrete_equals_the_reference(void **state) {
    (void)state, distribution_equals_the_reference(multi_discrete);
}
static void gaussian_equals_the_reference(void **state) {
    (void)state, distribution_equals_the_reference(gaussian);
}
static void softplus_equals_the_reference(void **state) {
    (void)state, distribution_equals_the_reference(softplus);
}
static void gsde_equals_the_reference(void **state) {
    (void)state, distribution_equals_the_reference(gsde);
}

/* Softplus far out on both sides: nothing overflows, small variances keep their digits. */
static void softplus_at_its_ends(void **state) {
    (void)state;
    subject s = subject_new(softplus, 3);
    const float raw[ROWS] = {-120, -80, -30, -17, -5, 0, 5, 30, 3000};
    for (int r = 0; r < ROWS; r++) s.output[r * LD + 2] = s.output[r * LD + 3] = raw[r];
    distribution_evaluate(&s.d, s.parameters, &s.rows, 0, ROWS);
    for (int r = 0; r < ROWS; r++) {
        double x = raw[r], want = sqrt(fmax(x, 0) + log1p(exp(-fabs(x)))), std = s.rows.probability[r * LD];
        if (r > 0) cases_close("deviation", 1, &std, &want, 1e-6);
        assert_true(std > 0 && isfinite(s.rows.entropy[r]));
        action_word action[2] = {{.number = s.output[r * LD]}, {.number = s.output[r * LD + 1]}};
        float d_output[4];
        distribution_gradient(&s.d, &s.rows, r, action, 1, 0.1f, d_output, NULL);
        for (int i = 0; i < 4; i++) assert_true(isfinite(d_output[i]));
    }
    subject_free(&s);
}

/* ---- Masks ---- */

static void masked_actions_are_impossible(void **state) {
    (void)state;
    subject s = subject_new(categorical, 4);
    s.masked = true;
    for (int i = 0; i < 5; i++) s.allowed[i] = i != 1 && i != 4;
    for (int r = 0; r < ROWS; r++) {
        s.output[r * LD + 4] = 50; /* the likeliest, were it allowed */
        distribution_mask(&s.d, s.allowed, s.output + r * LD);
    }
    distribution_evaluate(&s.d, s.parameters, &s.rows, 0, ROWS);
    random_stream stream = random_stream_new(5, 0, RANDOM_ACTION);
    for (int r = 0; r < ROWS; r++) {
        action_word greedy, action;
        distribution_greedy(&s.d, &s.rows, r, &greedy);
        assert_true(s.allowed[greedy.index]);
        for (int k = 0; k < 200; k++) {
            distribution_sample(&s.d, &s.rows, r, &stream, &action);
            assert_true(s.allowed[action.index]);
        }
        float d_output[5];
        distribution_gradient(&s.d, &s.rows, r, &action, 1, 0.1f, d_output, NULL);
        assert_true(d_output[1] == 0 && d_output[4] == 0);
        assert_true(s.rows.probability[r * LD + 1] == 0 && s.rows.probability[r * LD + 4] == 0);
        /* the same as a distribution of the three others alone */
        distribution three = {.kind = &distribution_categorical, .dims = 1, .n = {3}, .outputs = 3};
        subject t = subject_new(three, 1);
        t.output[0] = s.output[r * LD], t.output[1] = s.output[r * LD + 2], t.output[2] = s.output[r * LD + 3];
        distribution_evaluate(&t.d, t.parameters, &t.rows, 0, 1);
        assert_true(fabsf(t.rows.entropy[0] - s.rows.entropy[r]) < 1e-6f);
        assert_true(fabsf(t.rows.probability[2] - s.rows.probability[r * LD + 3]) < 1e-6f);
        subject_free(&t);
    }
    subject_free(&s);
}

static void masks_of_several_components(void **state) {
    (void)state;
    subject s = subject_new(multi_discrete, 6);
    memset(s.allowed, 1, sizeof s.allowed);
    s.allowed[0] = s.allowed[2] = s.allowed[3 + 17] = s.allowed[21] = 0;
    for (int r = 0; r < ROWS; r++) distribution_mask(&s.d, s.allowed, s.output + r * LD);
    distribution_evaluate(&s.d, s.parameters, &s.rows, 0, ROWS);
    random_stream stream = random_stream_new(7, 0, RANDOM_ACTION);
    for (int r = 0; r < ROWS; r++)
        for (int k = 0; k < 100; k++) {
            action_word action[3];
            float d_output[23];
            distribution_sample(&s.d, &s.rows, r, &stream, action);
            assert_int_equal(action[0].index, 1);
            assert_true(action[1].index < 17);
            assert_int_equal(action[2].index, 1);
            distribution_gradient(&s.d, &s.rows, r, action, 1, 0.5f, d_output, NULL);
            for (int i = 0; i < 23; i++) assert_true(isfinite(d_output[i]) && (s.allowed[i] || d_output[i] == 0));
            assert_true(isfinite(s.rows.entropy[r]) &&
                        isfinite(distribution_log_probability(&s.d, &s.rows, r, action)));
        }
    subject_free(&s);
}

/* ---- Sampling ---- */

/* The action is the first index whose cumulative probability exceeds the stream's next number. */
static void sampling_inverts_the_distribution(void **state) {
    (void)state;
    subject s = subject_new(categorical, 8);
    distribution_evaluate(&s.d, s.parameters, &s.rows, 0, ROWS);
    random_stream stream = random_stream_new(9, 0, RANDOM_ACTION);
    enum { DRAWS = 20000 };
    for (int r = 0; r < ROWS; r++) {
        int counts[5] = {0};
        for (int k = 0; k < DRAWS; k++) {
            random_stream same = stream;
            action_word action;
            distribution_sample(&s.d, &s.rows, r, &stream, &action);
            float u = random_uniform(&same), below = 0;
            for (int i = 0; i < action.index; i++) below += s.rows.probability[r * LD + i];
            assert_true(below <= u);
            assert_true(below + s.rows.probability[r * LD + action.index] > u || action.index == 4);
            counts[action.index]++;
        }
        for (int i = 0; i < 5; i++) {
            double p = s.rows.probability[r * LD + i];
            assert_true(fabs(counts[i] - DRAWS * p) < 5 * sqrt(DRAWS * p * (1 - p)) + 1);
        }
    }
    subject_free(&s);
}

static void greedy_is_the_first_of_the_best(void **state) {
    (void)state;
    subject s = subject_new(multi_discrete, 10), g = subject_new(gaussian, 10);
    float *z = s.output;
    memset(z, 0, 23 * sizeof *z);
    z[1] = z[2] = 3, z[3 + 16] = 1;
    distribution_evaluate(&s.d, s.parameters, &s.rows, 0, 1);
    action_word action[3];
    distribution_greedy(&s.d, &s.rows, 0, action);
    assert_int_equal(action[0].index, 1);
    assert_int_equal(action[1].index, 16);
    assert_int_equal(action[2].index, 0);
    distribution_evaluate(&g.d, g.parameters, &g.rows, 0, ROWS);
    distribution_greedy(&g.d, &g.rows, 3, action);
    for (int j = 0; j < 3; j++) assert_true(action[j].number == g.output[3 * LD + j]);
    subject_free(&s), subject_free(&g);
}

/* ---- Noise ---- */

typedef struct sample_moments {
    double mean, variance;
} sample_moments;

static sample_moments moments_of(const double *x, int n) {
    double sum = 0, squares = 0;
    for (int i = 0; i < n; i++) sum += x[i];
    for (int i = 0; i < n; i++) squares += (x[i] - sum / n) * (x[i] - sum / n);
    return (sample_moments){sum / n, squares / n};
}

enum { DRAWS = 20000 };

/* Mean and standard deviation of what is drawn, fresh or with noise newly drawn each time, are those that the rows
 * name. */
static void drawn_numbers_have_the_stated_moments(distribution d) {
    subject s = subject_new(d, 11);
    static double drawn[ACTION_DIMS][DRAWS];
    float *noise = memory_array(float, distribution_noise_size(&d) + 1);
    random_stream stream = random_stream_new(12, 0, RANDOM_NOISE);
    distribution_evaluate(&s.d, s.parameters, &s.rows, 0, ROWS);
    for (int row = 0; row < ROWS; row += 4) {
        for (int k = 0; k < DRAWS; k++) {
            action_word action[ACTION_DIMS];
            if (d.noise == NOISE_FRESH) {
                distribution_sample(&d, &s.rows, row, &stream, action);
            } else {
                distribution_noise_draw(&d, s.parameters, &stream, noise);
                distribution_sample_noise(&d, &s.rows, row, noise, action);
            }
            for (int j = 0; j < d.dims; j++) drawn[j][k] = action[j].number;
        }
        for (int j = 0; j < d.dims; j++) {
            sample_moments m = moments_of(drawn[j], DRAWS);
            double std = s.rows.probability[row * LD + j];
            assert_true(fabs(m.mean - s.output[row * LD + j]) < 5 * std / sqrt(DRAWS));
            assert_true(fabs(sqrt(m.variance) / std - 1) < 0.03);
        }
    }
    memory_free(noise);
    subject_free(&s);
}

/* Every row is the one found for what it says it is for; choices have no noise that lasts, gSDE no deviations of the
 * network's. */
static void rows_are_found(void **state) {
    (void)state;
    for (const distribution_kind *const *row = distribution_kinds; *row; row++)
        for (int action = A3C_ACTION_DISCRETE; action <= A3C_ACTION_BOX; action++)
            for (int noise = NOISE_FRESH; noise <= NOISE_GSDE; noise++)
                if ((*row)->actions & 1u << action && (*row)->noises & 1u << noise)
                    assert_ptr_equal(distribution_find(action, (noise_kind)noise, (*row)->state_dependent_std), *row);
    assert_ptr_equal(distribution_find(A3C_ACTION_DISCRETE, NOISE_FRESH, true), &distribution_categorical);
    assert_null(distribution_find(A3C_ACTION_MULTI_DISCRETE, NOISE_HELD, false));
    assert_null(distribution_find(A3C_ACTION_BOX, NOISE_GSDE, true));
}

static void fresh_noise(void **state) {
    (void)state;
    assert_int_equal(distribution_noise_size(&gaussian), 0);
    assert_int_equal(distribution_noise_size(&categorical), 0);
    drawn_numbers_have_the_stated_moments(gaussian);
    drawn_numbers_have_the_stated_moments(softplus);
}

static void held_noise(void **state) {
    (void)state;
    distribution d = gaussian;
    d.noise = NOISE_HELD;
    assert_int_equal(distribution_noise_size(&d), 3);
    drawn_numbers_have_the_stated_moments(d);
    /* held: the same z in every row */
    subject s = subject_new(d, 13);
    const float z[3] = {1, -2, 0.5f};
    distribution_evaluate(&s.d, s.parameters, &s.rows, 0, ROWS);
    for (int row = 0; row < ROWS; row++) {
        action_word action[3];
        distribution_sample_noise(&s.d, &s.rows, row, z, action);
        for (int j = 0; j < 3; j++)
            assert_true(action[j].number == s.output[row * LD + j] + s.rows.probability[row * LD + j] * z[j]);
    }
    subject_free(&s);
}

static void gsde_noise(void **state) {
    (void)state;
    assert_int_equal(distribution_noise_size(&gsde), 2 * FEATURES_LD);
    drawn_numbers_have_the_stated_moments(gsde);
    /* kept: the same features have the same noise, twice the features twice the noise */
    subject s = subject_new(gsde, 14);
    float noise[2 * FEATURES_LD] __attribute__((aligned(CACHE_LINE)));
    random_stream stream = random_stream_new(15, 0, RANDOM_NOISE);
    distribution_noise_draw(&s.d, s.parameters, &stream, noise);
    for (int f = 0; f < FEATURES_LD; f++) {
        s.features[FEATURES_LD + f] = s.features[f];
        s.features[2 * FEATURES_LD + f] = 2 * s.features[f];
        if (f >= FEATURES) assert_true(noise[f] == 0 && noise[FEATURES_LD + f] == 0);
    }
    memset(s.output, 0, ROWS * LD * sizeof *s.output);
    distribution_evaluate(&s.d, s.parameters, &s.rows, 0, ROWS);
    action_word action[3][2];
    for (int row = 0; row < 3; row++) distribution_sample_noise(&s.d, &s.rows, row, noise, action[row]);
    for (int j = 0; j < 2; j++) {
        double want = 0;
        for (int f = 0; f < FEATURES; f++) want += (double)noise[j * FEATURES_LD + f] * s.features[f];
        assert_true(fabs(action[0][j].number - want) < 1e-5 * (1 + fabs(want)));
        assert_true(action[1][j].number == action[0][j].number && action[2][j].number == 2 * action[0][j].number);
    }
    subject_free(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(categorical_equals_the_reference),
        cmocka_unit_test(multi_discrete_equals_the_reference),
        cmocka_unit_test(gaussian_equals_the_reference),
        cmocka_unit_test(softplus_equals_the_reference),
        cmocka_unit_test(gsde_equals_the_reference),
        cmocka_unit_test(softplus_at_its_ends),
        cmocka_unit_test(masked_actions_are_impossible),
        cmocka_unit_test(masks_of_several_components),
        cmocka_unit_test(sampling_inverts_the_distribution),
        cmocka_unit_test(greedy_is_the_first_of_the_best),
        cmocka_unit_test(rows_are_found),
        cmocka_unit_test(fresh_noise),
        cmocka_unit_test(held_noise),
        cmocka_unit_test(gsde_noise),
    };
    return cmocka_run_group_tests_name("distribution", tests, NULL, NULL);
}
