/* SPDX-License-Identifier: MIT */
#include "global/shared_stats.h"

#include "base/memory.h"
#include "learn/normalizer.h"

#include <pthread.h>

struct shared_stats {
    pthread_mutex_t lock;
    int inputs;
    double *observations, *returns;
};

shared_stats *shared_stats_new(const learner_config *c) {
    if (!c->normalize_observations && !c->normalize_returns) return NULL;
    shared_stats *m = memory_new(sizeof *m);
    pthread_mutex_init(&m->lock, NULL);
    m->inputs = c->net->input_size;
    if (c->normalize_observations) m->observations = memory_array(double, running_stats_size(m->inputs));
    if (c->normalize_returns) m->returns = memory_array(double, running_stats_size(1));
    return m;
}

void shared_stats_free(shared_stats *m) {
    if (!m) return;
    pthread_mutex_destroy(&m->lock);
    memory_free(m->observations);
    memory_free(m->returns);
    memory_free(m);
}

void shared_stats_pull(shared_stats *m, learner *l) {
    if (!m) return;
    pthread_mutex_lock(&m->lock);
    learner_use_stats(l, m->observations, m->returns);
    pthread_mutex_unlock(&m->lock);
}

void shared_stats_push(shared_stats *m, const learner *l) {
    if (!m) return;
    pthread_mutex_lock(&m->lock);
    for (int e = 0; e < l->envs; e++) {
        if (m->observations)
            running_stats_merge(m->inputs, m->observations, l->batch_stats + (size_t)e * running_stats_size(m->inputs));
        if (m->returns) running_stats_merge(1, m->returns, l->batch_return_stats + (size_t)e * running_stats_size(1));
    }
    pthread_mutex_unlock(&m->lock);
}

double *shared_stats_observations(shared_stats *m) {
    return m ? m->observations : NULL;
}
double *shared_stats_returns(shared_stats *m) {
    return m ? m->returns : NULL;
}
