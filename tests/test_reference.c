/* SPDX-License-Identifier: MIT
 * The reference itself: its gradients against central differences, and everything it says against PyTorch in float64. */
#include "reference/batch.h"
#include "reference/cases.h"
#include "reference/optimize.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* d loss / d parameter k by a central difference. */
static double difference(reference_network *n, const batch *b, int k) {
    double kept = n->parameter[k], h = 1e-5;
    n->parameter[k] = kept + h;
    double above = batch_loss(n, b);
    n->parameter[k] = kept - h;
    double below = batch_loss(n, b);
    n->parameter[k] = kept;
    return (above - below) / (2 * h);
}

static void gradient_equals_differences(void **state) {
    golden *g = cases_load(*state);
    reference_network n = reference_from_golden(g);
    batch b = batch_from_golden(g);
    answer a = batch_answer(&n, &b);
    double *numeric = calloc((size_t)n.size, sizeof *numeric);
    for (int k = 0; k < n.size; k++) numeric[k] = difference(&n, &b, k);
    for (int i = 0; i < n.tensors; i++) {
        const reference_tensor *t = &n.tensor[i];
        cases_close(t->name, t->elements, a.gradient + t->offset, numeric + t->offset, 1e-6);
    }
    free(numeric);
    answer_free(&a);
    batch_free(&b);
    reference_free(&n);
    golden_free(g);
}

static void equals_torch(void **state) {
    golden *g = cases_load(*state);
    reference_network n = reference_from_golden(g);
    batch b = batch_from_golden(g);
    answer a = batch_answer(&n, &b);
    int rows = batch_rows(&b);
    cases_close("policy", rows * b.spec.policy_outputs, a.policy, golden_get(g, "policy")->value, 1e-9);
    cases_close("value", rows, a.value, golden_get(g, "value")->value, 1e-9);
    cases_close("log_probability", rows, a.log_probability, golden_get(g, "log_probability")->value, 1e-9);
    cases_close("entropy", rows, a.entropy, golden_get(g, "entropy")->value, 1e-9);
    cases_close("loss", 1, &a.loss, golden_get(g, "loss")->value, 1e-9);
    cases_close("loss_policy", 1, &a.policy_loss, golden_get(g, "loss_policy")->value, 1e-9);
    cases_close("loss_value", 1, &a.value_loss, golden_get(g, "loss_value")->value, 1e-9);
    cases_close("loss_entropy", 1, &a.entropy_sum, golden_get(g, "loss_entropy")->value, 1e-9);
    if (b.state_size)
        cases_close("state_after", b.envs * b.state_size, a.state_after, golden_get(g, "state_after")->value, 1e-9);
    for (int i = 0; i < n.tensors; i++) {
        const golden_tensor *t = golden_get(g, "gradient/%s", n.tensor[i].name);
        assert_int_equal(t->elements, n.tensor[i].elements);
        cases_close(t->name, t->elements, a.gradient + n.tensor[i].offset, t->value, 1e-9);
    }
    answer_free(&a);
    batch_free(&b);
    reference_free(&n);
    golden_free(g);
}

static void update(const char *kind, int n, double *p, double *s, const double *g, int t, double rate) {
    if (!strcmp(kind, "rmsprop"))
        optimize_rmsprop(n, p, s, g, rate, 0.99, 1e-5, false);
    else if (!strcmp(kind, "rmsprop_inside"))
        optimize_rmsprop(n, p, s, g, rate, 0.99, 1e-3, true);
    else if (!strcmp(kind, "adam"))
        optimize_adam(n, p, s, s + n, g, t, rate, 0.9, 0.999, 1e-5);
    else
        optimize_sgd(n, p, s, g, 10 * rate, 0.9);
}

/* Ten updates of one optimizer, each from a fresh forward and backward pass, against torch's. */
static void updates_equal_torch(const golden *g, const char *kind) {
    reference_network n = reference_from_golden(g);
    batch b = batch_from_golden(g);
    double *statistics = calloc(2 * (size_t)n.size, sizeof *statistics);
    int updates = (int)golden_number(g, "updates");
    for (int t = 1; t <= updates; t++) {
        answer a = batch_answer(&n, &b);
        double norm = optimize_clip(n.size, a.gradient, golden_number(g, "clip_norm"));
        cases_close("loss", 1, &a.loss, golden_get(g, "%s.loss", kind)->value + t - 1, 1e-8);
        cases_close("norm", 1, &norm, golden_get(g, "%s.norm", kind)->value + t - 1, 1e-8);
        update(kind, n.size, n.parameter, statistics, a.gradient, t, golden_number(g, "rate"));
        answer_free(&a);
    }
    cases_close(kind, n.size, n.parameter, golden_get(g, "%s.after", kind)->value, 1e-8);
    free(statistics);
    batch_free(&b);
    reference_free(&n);
}

static void optimizers_equal_torch(void **state) {
    golden *g = cases_load(*state);
    static const char *const kinds[] = {"rmsprop_inside", "adam", "sgd"};
    for (int i = 0; i < 3; i++) updates_equal_torch(g, kinds[i]);
    golden_free(g);
}

static void rmsprop_equals_torch(void **state) {
    golden *g = cases_load(*state);
    updates_equal_torch(g, "rmsprop");
    golden_free(g);
}

int main(void) {
    /* gSDE's gradient leaves out a path, from the deviations to the features */
    cases_add_all("gradient equals differences", "gsde", gradient_equals_differences);
    cases_add_all("equals torch", NULL, equals_torch);
    cases_add_all("ten updates equal torch", "vtrace", rmsprop_equals_torch); /* but V-trace's, whose targets move */
    cases_add("other optimizers equal torch", "dense_shared", optimizers_equal_torch);
    cases_add("other optimizers equal torch", "dense_separate", optimizers_equal_torch);
    return cases_run("reference");
}
