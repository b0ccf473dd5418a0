/* SPDX-License-Identifier: MIT
 * The barrier: what one thread wrote before a meeting all read after it, and one of them acts for all in between. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/barrier.h"

#include <pthread.h>
#include <stdbool.h>

enum { THREADS = 4, STAYING = 2, ROUNDS = 400 };

typedef struct shared {
    barrier *all, *few, *made;
    int written[THREADS], sum, made_by[STAYING], rounds_made;
} shared;

typedef struct part {
    shared *shared;
    int index, wrong, stayed;
} part;

static void add_up(void *context) {
    shared *s = context;
    s->sum = 0;
    for (int i = 0; i < THREADS; i++) s->sum += s->written[i];
}

static void *meet_and_read(void *pointer) {
    part *p = pointer;
    for (int round = 1; round <= ROUNDS; round++) {
        p->shared->written[p->index] = round * (p->index + 1);
        barrier_wait(p->shared->all, add_up, p->shared);
        p->wrong += p->shared->sum != round * THREADS * (THREADS + 1) / 2;
        barrier_wait(p->shared->all, NULL, NULL);
    }
    return NULL;
}

static void open_made(void *context) {
    shared *s = context;
    s->rounds_made++;
    barrier_wait(s->made, NULL, NULL);
}

/* The last STAYING to arrive go on with numbers of their own; the others sleep until those have met again. */
static void *stay_or_follow(void *pointer) {
    part *p = pointer;
    shared *s = p->shared;
    for (int round = 1; round <= ROUNDS; round++) {
        uint32_t made = barrier_round(s->made);
        s->written[p->index] = round * (p->index + 1);
        int number = barrier_arrive(s->all, STAYING, add_up, s);
        if (number < 0) {
            barrier_follow(s->made, made);
        } else {
            p->stayed++;
            s->made_by[number] = round * (number + 1);
            p->wrong += s->sum != round * THREADS * (THREADS + 1) / 2;
            barrier_wait(s->few, open_made, s);
        }
        p->wrong += s->rounds_made != round || s->made_by[0] != round || s->made_by[1] != 2 * round;
        barrier_wait(s->all, NULL, NULL);
    }
    return NULL;
}

static void run_all(part parts[THREADS], void *(*body)(void *)) {
    shared s = {.all = barrier_new(THREADS), .few = barrier_new(STAYING), .made = barrier_new(1)};
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        parts[i] = (part){.shared = &s, .index = i};
        assert_int_equal(pthread_create(&threads[i], NULL, body, &parts[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    for (int i = 0; i < THREADS; i++) assert_int_equal(parts[i].wrong, 0);
    barrier_free(s.all);
    barrier_free(s.few);
    barrier_free(s.made);
}

static void one_thread_acts_for_all(void **state) {
    (void)state;
    part parts[THREADS];
    run_all(parts, meet_and_read);
}

static void the_last_to_arrive_stay(void **state) {
    (void)state;
    part parts[THREADS];
    run_all(parts, stay_or_follow);
    int stayed = 0;
    for (int i = 0; i < THREADS; i++) stayed += parts[i].stayed;
    assert_int_equal(stayed, STAYING * ROUNDS);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_thread_acts_for_all),
        cmocka_unit_test(the_last_to_arrive_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
