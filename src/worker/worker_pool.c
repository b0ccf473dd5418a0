/* SPDX-License-Identifier: MIT
 * Memory of the workers and of their workspaces. */
#include "worker/worker_pool.h"

#include "base/cpus.h"
#include "base/memory.h"

worker_pool *worker_pool_new(async *a, const env_config *const *configs, int threads, bool turns_stay_open,
                             const optimizer *o) {
    worker_pool *c = memory_new(sizeof *c);
    int envs = a->training->envs_per_worker, slots = a->own_statistics ? optimizer_slots(o) : 0;
    size_t parameters = a->training->learning->net->size,
           episodes = (size_t)a->training->learning->rollout_steps * (size_t)envs;
    c->async = a;
    c->threads = threads;
    c->workers = memory_array(worker, (size_t)a->training->workers);
    c->workspaces = memory_array(workspace, (size_t)threads);
    for (int i = 0; i < a->training->workers; i++) {
        worker *w = &c->workers[i];
        const env_config *const *mine = configs + (size_t)i * (size_t)envs;
        w->index = i;
        w->memory = memory_new(learner_bytes(a->training->learning, mine, envs));
        learner_place(&w->learner, a->training->learning, mine, envs, i * envs, w->memory);
        w->turn.episodes = memory_array(episode, episodes);
        if (turns_stay_open) w->gradient = memory_array(float, parameters);
        for (int k = 0; k < slots; k++) w->statistics[k] = memory_array(float, parameters);
    }
    return c;
}

void worker_pool_bind_thread(worker_pool *c, int thread) {
    const learner_config *learning = c->async->training->learning;
    int envs = c->async->training->envs_per_worker;
    workspace *d = &c->workspaces[thread];
    cpus_pin(thread, c->threads);
    cpus_flush_denormals();
    if (d->memory) return;
    size_t parameters = line_floats(learning->net->size) * sizeof(float), bytes = rollout_bytes(learning, envs);
    size_t history = c->async->behavior_delay > 0 ? (size_t)(c->async->behavior_delay + 1) * learning->net->size : 0;
    d->memory = memory_new(bytes + 2 * parameters + history * sizeof(float));
    rollout_place(learning, envs, d->memory, &d->rollout);
    d->parameters = (float *)((char *)d->memory + bytes);
    d->gradient = (float *)((char *)d->memory + bytes + parameters);
    if (history) d->history = (float *)((char *)d->memory + bytes + 2 * parameters);
    d->version = -1;
}

void worker_pool_free(worker_pool *c) {
    if (!c) return;
    for (int i = 0; i < c->async->training->workers; i++) {
        worker *w = &c->workers[i];
        memory_free(w->memory);
        memory_free(w->turn.episodes);
        memory_free(w->gradient);
        for (int k = 0; k < OPTIMIZER_SLOTS; k++) memory_free(w->statistics[k]);
    }
    for (int i = 0; i < c->threads; i++) memory_free(c->workspaces[i].memory);
    memory_free(c->workers);
    memory_free(c->workspaces);
    memory_free(c);
}
