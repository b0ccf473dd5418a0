/* SPDX-License-Identifier: MIT
 * Experiment 4: the shared-trunk actor-critic 4 - 128 - 128 - (2 + 1), its parameters counted, and what an untrained
 * one answers. */
#include "lecture.h"

#include "base/memory.h"
#include "base/random.h"
#include "net/net.h"

#include <math.h>
#include <string.h>

enum { BATCH = 5, INPUTS = 4, ACTIONS = 2, NETWORKS = 400, BARS = 40 };

static size_t elements_of(const net *net, const char *prefix) {
    size_t sum = 0;
    for (int i = 0; i < net->tensor_count; i++)
        if (strncmp(net->tensor[i].name, prefix, strlen(prefix)) == 0) sum += net_tensor_elements(&net->tensor[i]);
    return sum;
}

static void show_tensors(lecture *l, const net *net) {
    table t = {0};
    for (int i = 0; i < net->tensor_count; i++) {
        const net_tensor *x = &net->tensor[i];
        size_t row = table_row(&t);
        table_set(&t, row, "tensor", x->name);
        table_set(&t, row, "shape",
                  x->dims == 2 ? words("[%d, %d]", x->shape[0], x->shape[1]) : words("[%d]", x->shape[0]));
        table_set(&t, row, "parameters", words("%zu", net_tensor_elements(x)));
    }
    lecture_table(l, &t);
    table_free(&t);
}

/* What many untrained networks answer, each to an input of its own: [networks] each. */
typedef struct answers {
    size_t networks;
    double *first, *second, *value;
} answers;

static answers ask(const net *net, const net_init_spec *init, int networks) {
    size_t n = (size_t)networks;
    answers a = {n, memory_array(double, n), memory_array(double, n), memory_array(double, n)};
    void *memory = memory_new(net_tape_bytes(net, BATCH, BATCH));
    net_tape tape;
    net_tape_place(net, BATCH, BATCH, memory, &tape);
    float *parameters = memory_array(float, net->size);
    double *work = memory_array(double, net_init_work(net));
    for (size_t i = 0; i < n; i++) {
        random_stream stream = random_stream_new(i, 0, RANDOM_NOISE);
        for (int row = 0; row < BATCH; row++)
            for (int k = 0; k < INPUTS; k++) tape.input[row * net->input_ld + k] = (float)random_normal(&stream);
        net_init(net, init, i, parameters, work);
        net_forward(net, parameters, &tape, 0, BATCH);
        a.first[i] = tape.policy[0];
        a.second[i] = tape.policy[1];
        a.value[i] = tape.value[0];
    }
    memory_free(work);
    memory_free(parameters);
    memory_free(memory);
    return a;
}

static void answers_free(answers *a) {
    memory_free(a->first);
    memory_free(a->second);
    memory_free(a->value);
}

static void count_outputs(const answers *a, const double *edges, double *counts) {
    const double *const columns[] = {a->first, a->second, a->value};
    for (int c = 0; c < 3; c++)
        for (size_t i = 0; i < a->networks; i++) {
            int bar = (int)floor((columns[c][i] - edges[0]) / (edges[1] - edges[0]));
            if (bar >= 0 && bar < BARS) counts[bar] += 1;
        }
}

static void draw_outputs(lecture *l, const answers *torch, const answers *orthogonal) {
    static double edges[BARS], counts[2][BARS];
    for (int i = 0; i < BARS; i++) edges[i] = -0.6 + 0.03 * i;
    count_outputs(torch, edges, counts[0]);
    count_outputs(orthogonal, edges, counts[1]);
    static const double theirs[] = {0.255, -0.069, -0.1787}, on_the_axis[] = {0, 0, 0};
    plot_series series[] = {
        {.name = "PyTorch's default", .style = PLOT_STEPS, .color = 0, .n = BARS, .x = edges, .y = counts[0]},
        {.name = "orthogonal", .style = PLOT_STEPS, .color = 1, .n = BARS, .x = edges, .y = counts[1]},
        {.name = "the lecture's three", .style = PLOT_POINTS, .color = 3, .n = 3, .x = theirs, .y = on_the_axis}};
    plot p = {"What untrained networks answer",
              "logit or value",
              "outputs",
              .y_zero = true,
              .rule = NAN,
              .series_count = 3,
              .series = series};
    lecture_plot(l, "outputs", &p, "Outputs of untrained networks for a normal input; the lecture's lie on the axis.");
}

static void compare(lecture *l, const char *how, answers *a) {
    lecture_drawn(l, words("first logit, %s", how), 0.255, a->networks, a->first, 3);
    lecture_drawn(l, words("second logit, %s", how), -0.069, a->networks, a->second, 3);
    lecture_drawn(l, words("value, %s", how), -0.1787, a->networks, a->value, 4);
}

int main(int argc, char **argv) {
    lecture l;
    lecture_begin(&l, argc, argv, "exp04", "Experiment 4: the actor-critic network");
    error e = {0};
    net net;
    layer_spec dense = {.kind = &layer_dense, .size = 128, .activation = ACTIVATION_RELU};
    net_spec spec = {.input = INPUT_VECTOR,
                     .input_dims = 1,
                     .input_shape = {INPUTS},
                     .layers = 2,
                     .layer = {dense, dense},
                     .policy_outputs = ACTIONS};
    if (net_plan(&net, &spec, &e)) lecture_give_up(&e);
    show_tensors(&l, &net);

    int networks = l.seeds ? l.seeds : NETWORKS;
    net_init_spec by_torch = {.kind = INIT_TORCH, .hidden_gain = 1, .policy_gain = 1, .value_gain = 1};
    net_init_spec by_orthogonal = {.kind = INIT_ORTHOGONAL, .hidden_gain = sqrt(2), .policy_gain = 1, .value_gain = 1};
    answers torch = ask(&net, &by_torch, networks), orthogonal = ask(&net, &by_orthogonal, networks);
    report_text(&l.part,
                "The lecture shows one untrained network's answer to one normal input, and not how it was initialized. "
                "%d networks of each of two kinds say what to expect: PyTorch's default (uniform within "
                "1/sqrt(inputs)), and orthogonal matrices with gain sqrt(2), heads with gain 1. The table says how "
                "rare the lecture's outputs are among those of either.",
                networks);
    draw_outputs(&l, &torch, &orthogonal);

    lecture_exact(&l, "parameters", 17539, (double)net.parameters, 0, 0);
    lecture_exact(&l, "of them the actor's head", 258, (double)elements_of(&net, "policy."), 0, 0);
    lecture_exact(&l, "of them the critic's head", 129, (double)elements_of(&net, "value."), 0, 0);
    lecture_exact(&l, "of them the trunk", 17539 - 258 - 129, (double)elements_of(&net, "trunk."), 0, 0);
    compare(&l, "PyTorch's default", &torch);
    compare(&l, "orthogonal", &orthogonal);
    answers_free(&torch);
    answers_free(&orthogonal);
    return lecture_end(&l);
}
