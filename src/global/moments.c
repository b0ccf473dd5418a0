/* SPDX-License-Identifier: MIT */
#include "global/moments.h"

#include "base/memory.h"
#include "learn/normalizer.h"

#include <pthread.h>

struct moments {
    pthread_mutex_t lock;
    int inputs;
    double *observations, *returns;
};

moments *moments_new(const learner_config *c) {
    if (!c->normalize_observations && !c->normalize_returns) return NULL;
    moments *m = memory_new(sizeof *m);
    pthread_mutex_init(&m->lock, NULL);
    m->inputs = c->net->input_size;
    if (c->normalize_observations) m->observations = memory_array(double, moments_size(m->inputs));
    if (c->normalize_returns) m->returns = memory_array(double, moments_size(1));
    return m;
}

void moments_free(moments *m) {
    if (!m) return;
    pthread_mutex_destroy(&m->lock);
    memory_free(m->observations);
    memory_free(m->returns);
    memory_free(m);
}

void moments_pull(moments *m, learner *l) {
    if (!m) return;
    pthread_mutex_lock(&m->lock);
    learner_use_moments(l, m->observations, m->returns);
    pthread_mutex_unlock(&m->lock);
}

void moments_push(moments *m, const learner *l) {
    if (!m) return;
    pthread_mutex_lock(&m->lock);
    for (int e = 0; e < l->envs; e++) {
        if (m->observations) moments_merge(m->inputs, m->observations, l->seen + (size_t)e * moments_size(m->inputs));
        if (m->returns) moments_merge(1, m->returns, l->seen_returns + (size_t)e * moments_size(1));
    }
    pthread_mutex_unlock(&m->lock);
}

double *moments_observations(moments *m) {
    return m ? m->observations : NULL;
}
double *moments_returns(moments *m) {
    return m ? m->returns : NULL;
}
