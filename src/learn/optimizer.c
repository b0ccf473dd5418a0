/* SPDX-License-Identifier: MIT
 * One step of RMSProp, Adam or SGD over a range of parameters. */
#include "learn/optimizer.h"

#include "net/kernels.h"

#include <math.h>

int optimizer_slots(const optimizer *o) {
    return o->kind == OPTIMIZER_ADAM ? 2 : 1;
}

const char *optimizer_slot_name(const optimizer *o, int slot) {
    switch (o->kind) {
    case OPTIMIZER_RMSPROP:
        return "rmsprop.g";
    case OPTIMIZER_ADAM:
        return slot == 0 ? "adam.m" : "adam.v";
    default:
        return "sgd.m";
    }
}

optimizer_numbers optimizer_numbers_make(const optimizer *o, float scale, float rate, int64_t t) {
    optimizer_numbers n = {.scale = scale, .rate = rate};
    if (o->kind == OPTIMIZER_ADAM) {
        double beta1 = (float)o->beta1,
               beta2 = (float)o->beta2; /* the kernel's own: its weights then add up to what is divided by */
        n.rate1 = (float)(rate / (1 - pow(beta1, (double)t)));
        n.root2 = (float)(1 / sqrt(1 - pow(beta2, (double)t)));
    }
    return n;
}

void optimizer_step(const optimizer *o, const optimizer_numbers *numbers, size_t n, float *theta,
                    float *const slots[OPTIMIZER_SLOTS], const float *gradient) {
    const kernels *k = kernels_get();
    float scale = numbers->scale, rate = numbers->rate;
    switch (o->kind) {
    case OPTIMIZER_RMSPROP:
        k->rmsprop(n, theta, slots[0], gradient, scale, rate, (float)o->decay, (float)o->epsilon,
                   o->epsilon_inside_root);
        break;
    case OPTIMIZER_ADAM:
        k->adam(n, theta, slots[0], slots[1], gradient, scale, numbers->rate1, numbers->root2, (float)o->beta1,
                (float)o->beta2, (float)o->epsilon);
        break;
    case OPTIMIZER_SGD:
        k->sgd(n, theta, slots[0], gradient, scale, rate, (float)o->momentum);
        break;
    }
}

double optimizer_clip(double norm, double max_norm) {
    return max_norm > 0 && norm > max_norm ? max_norm / norm : 1;
}
