/* SPDX-License-Identifier: MIT
 * Who has the next turn: threads that take turns as they come, the order of a recording, or virtual time. Each runs
 * until the run's pauses end it (or its steps are taken), and returns with every turn either pushed or left open for a
 * checkpoint. */
#ifndef WORKER_WORKER_POOL_H
#define WORKER_WORKER_POOL_H

#include "base/random.h"
#include "worker/turn.h"

/* The workers and the workspaces of a run. */
typedef struct worker_pool {
    async *async;
    worker *workers;       /* [async->training->workers] */
    workspace *workspaces; /* [threads] */
    int threads;
} worker_pool;

/* `configs` [workers * envs_per_worker]; gradients: one per worker under replay and simulation, one per thread otherwise. */
worker_pool *worker_pool_new(async *a, const env_config *const *configs, int threads, bool turns_stay_open,
                             const optimizer *o);
void worker_pool_free(worker_pool *c);
/* Binds the calling thread to its CPU and takes the memory of its workspace, so that it lies near; once a thread. */
void worker_pool_bind_thread(worker_pool *c, int thread);

/* async.schedule: threads. Thread i serves workers i, i + threads, .. in turn, switching between a push and the next
 * pull. */
void run_threads(worker_pool *c);

/* async.schedule: replay. Pulls and pushes happen in the order of events[*next ..), collecting and differentiating in
 * between on any number of threads. *next is the number of the next event, also while a pause acts. */
void run_replay(worker_pool *c, const uint32_t *events, int64_t count, int64_t *next);

/* async.schedule: simulated. One thread; a turn takes virtual time drawn from a distribution. */
typedef enum cost_kind { COST_CONSTANT, COST_UNIFORM, COST_EXPONENTIAL, COST_LOGNORMAL, COST_MEASURED } cost_kind;
typedef struct turn_cost {
    cost_kind kind;
    double mean, spread; /* microseconds; standard deviation over the mean */
    uint64_t seed;
    const double *measured; /* [measured_count] microseconds, drawn from with equal chance */
    int measured_count;
} turn_cost;

typedef struct virtual_time {
    turn_cost cost;
    double now;
    random_stream *stream; /* [workers] */
} virtual_time;

void run_simulated(worker_pool *c, virtual_time *v);
/* Microseconds [count] that turns take on this machine: the turns of workers 0 .. workers - 1 of `a` one after the
 * other, in a copy of the run that is thrown away. `a` has its parameters; its own environments are not touched. */
void measure_turns(const async *a, const env_config *const *configs, int workers, const optimizer *o, int count,
                   double *microseconds);
/* One draw of a turn's cost in microseconds. */
double turn_cost_draw(const turn_cost *cost, random_stream *stream);

#endif
