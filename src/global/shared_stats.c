/* SPDX-License-Identifier: MIT
 * Running statistics of observations and returns that all workers share. */
#include "global/shared_stats.h"

#include "base/memory.h"
#include "learn/normalizer.h"

#include <pthread.h>
#include <string.h>

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

/* A row: statistics of observations, then of returns. */
static size_t observations_size(const shared_stats *m) {
    return m->observations ? running_stats_size(m->inputs) : 0;
}

size_t shared_stats_size(const shared_stats *m) {
    return m ? observations_size(m) + (m->returns ? running_stats_size(1) : 0) : 0;
}

void shared_stats_copy(const shared_stats *m, const learner *l, double *rows) {
    for (int e = 0; m && e < l->envs; e++) {
        double *row = rows + (size_t)(l->first_env + e) * shared_stats_size(m);
        size_t n = observations_size(m), returns = shared_stats_size(m) - n;
        if (n) memcpy(row, l->batch_stats + (size_t)e * n, n * sizeof *row);
        if (returns) memcpy(row + n, l->batch_return_stats + (size_t)e * returns, returns * sizeof *row);
    }
}

void shared_stats_add(shared_stats *m, int envs, const double *rows) {
    if (!m) return;
    pthread_mutex_lock(&m->lock);
    for (int e = 0; e < envs; e++) {
        const double *row = rows + (size_t)e * shared_stats_size(m);
        if (m->observations) running_stats_merge(m->inputs, m->observations, row);
        if (m->returns) running_stats_merge(1, m->returns, row + observations_size(m));
    }
    pthread_mutex_unlock(&m->lock);
}

double *shared_stats_observations(shared_stats *m) {
    return m ? m->observations : NULL;
}
double *shared_stats_returns(shared_stats *m) {
    return m ? m->returns : NULL;
}
