/* SPDX-License-Identifier: MIT
 * Experiment 3: the gradient of log pi(0) by theta, three ways. The policy has two actions with logits theta and 0, so
 * pi(0) = sigmoid(theta) and d log pi(0) / d theta = 1 - sigmoid(theta). */
#include "lecture.h"

#include "base/memory.h"
#include "learn/policy_distribution.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { CURVE = 61 };

/* A linear network with one input (always 1): its policy weight is theta. */
typedef struct policy {
    net net;
    distribution distribution;
    net_tape tape;
    distribution_rows rows;
    float *parameters, *gradient;
    size_t theta; /* its place in the parameters */
    void *memory;
} policy;

static void policy_make(policy *p) {
    error e = {0};
    net_spec spec = {.input = INPUT_VECTOR, .input_dims = 1, .input_shape = {1}, .policy_outputs = 2};
    if (net_plan(&p->net, &spec, &e)) lecture_give_up(&e);
    p->distribution = (distribution){.kind = &distribution_categorical, .dims = 1, .n = {2}, .outputs = 2};
    p->memory = memory_new(net_tape_bytes(&p->net, 1, 1));
    net_tape_place(&p->net, 1, 1, p->memory, &p->tape);
    p->parameters = memory_array(float, p->net.size);
    p->gradient = memory_array(float, p->net.size);
    p->rows = (distribution_rows){.output = p->tape.policy,
                                  .ld = p->net.policy_ld,
                                  .log_probability = memory_array(float, (size_t)p->net.policy_ld),
                                  .probability = memory_array(float, (size_t)p->net.policy_ld),
                                  .entropy = memory_array(float, 1)};
    for (int i = 0; i < p->net.tensor_count; i++)
        if (strcmp(p->net.tensor[i].name, "policy.weight") == 0) p->theta = p->net.tensor[i].offset;
    p->tape.input[0] = 1;
}

static void policy_free(policy *p) {
    memory_free(p->rows.log_probability);
    memory_free(p->rows.probability);
    memory_free(p->rows.entropy);
    memory_free(p->parameters);
    memory_free(p->gradient);
    memory_free(p->memory);
}

/* log pi(0), in the trainer's float arithmetic. */
static float log_probability(policy *p, float theta) {
    const action_word action = {.index = 0};
    p->parameters[p->theta] = theta;
    net_forward(&p->net, p->parameters, &p->tape, 0, 1);
    distribution_evaluate(&p->distribution, p->parameters, &p->rows, 0, 1);
    return distribution_log_probability(&p->distribution, &p->rows, 0, &action);
}

/* Its gradient by the backward pass that training uses. A weight of -1 turns a loss into what is to be raised. */
static double backward(policy *p, float theta) {
    const action_word action = {.index = 0};
    log_probability(p, theta);
    distribution_gradient(&p->distribution, &p->rows, 0, &action, -1, 0, p->tape.d_policy, NULL);
    p->tape.d_value[0] = 0;
    net_backward(&p->net, p->parameters, &p->tape, 0, 1, 1, false, p->gradient);
    return p->gradient[p->theta];
}

static double closed_form(double theta) {
    return 1 - 1 / (1 + exp(-theta));
}

static double log_sigmoid(double theta) {
    return -log1p(exp(-theta));
}

int main(int argc, char **argv) {
    lecture l;
    lecture_begin(&l, argc, argv, "exp03", "Experiment 3: the policy gradient, three ways");
    policy p = {0};
    policy_make(&p);
    const double theta = 0.3, h = 1e-3;
    float up = log_probability(&p, (float)(theta + h)), down = log_probability(&p, (float)(theta - h));
    double in_float = ((double)up - down) / (2 * h);
    double in_double = (log_sigmoid(theta + h) - log_sigmoid(theta - h)) / (2 * h);
    /* Both values of log pi, near 0.55, are known to a few units in the last place. */
    double rounding = 4 * FLT_EPSILON * 0.55 / (2 * h);

    static double x[CURVE], exact[CURVE], ours[CURVE];
    for (int i = 0; i < CURVE; i++) {
        x[i] = -3 + 0.1 * i;
        exact[i] = closed_form(x[i]);
        ours[i] = backward(&p, (float)x[i]);
    }
    double worst = 0;
    for (int i = 0; i < CURVE; i++) worst = fmax(worst, fabs(ours[i] - closed_form((float)x[i])));
    plot_series series[] = {{.name = "closed form", .color = 0, .n = CURVE, .x = x, .y = exact},
                            {.name = "backward pass", .style = PLOT_POINTS, .color = 1, .n = CURVE, .x = x, .y = ours}};
    plot picture = {"d log pi(0) / d theta", "theta", "gradient", .rule = NAN, .series_count = 2, .series = series};
    report_text(
        &l.part,
        "Two actions with logits theta and 0; theta = 0.3. The backward pass is the one that training uses, in "
        "single precision; central differences are taken with h = 0.001, where rounding alone moves the one in single "
        "precision by up to %.4f.",
        rounding);
    lecture_plot(&l, "gradient", &picture,
                 "The closed form, and what the backward pass gives, for theta from -3 to 3.");

    lecture_exact(&l, "closed form, 1 - sigmoid(0.3)", 0.425557, closed_form(theta), 5e-7, 6);
    lecture_exact(&l, "backward pass", 0.425557, backward(&p, (float)theta), 1e-6, 6);
    lecture_exact(&l, "central difference, double precision", 0.425557, in_double, 1e-6, 6);
    lecture_exact_text(&l, "central difference, single precision", "0.425547", words("%.6f", in_float),
                       fabs(in_float - closed_form(theta)) <= rounding &&
                           fabs(0.425547 - closed_form(theta)) <= rounding);
    lecture_exact_text(&l, "largest error of the backward pass", "n/a", words("%.1e", worst), worst < 1e-6);
    policy_free(&p);
    return lecture_end(&l);
}
