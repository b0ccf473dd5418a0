/* SPDX-License-Identifier: MIT
 * One thread that does one job at a time in the background, such as writing a checkpoint. */
#include "base/background.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"

#include <pthread.h>
#include <stdbool.h>

struct background {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    void (*job)(void *);
    void *context;
    bool end;
};

static void *work(void *pointer) {
    background *b = pointer;
    number_pin_locale();
    pthread_mutex_lock(&b->lock);
    while (!b->end || b->job) {
        if (!b->job) {
            pthread_cond_wait(&b->changed, &b->lock);
            continue;
        }
        void (*job)(void *) = b->job;
        pthread_mutex_unlock(&b->lock);
        job(b->context);
        pthread_mutex_lock(&b->lock);
        b->job = NULL;
        pthread_cond_broadcast(&b->changed);
    }
    pthread_mutex_unlock(&b->lock);
    return NULL;
}

background *background_new(void) {
    background *b = memory_new(sizeof *b);
    pthread_mutex_init(&b->lock, NULL);
    pthread_cond_init(&b->changed, NULL);
    CHECK(pthread_create(&b->thread, NULL, work, b) == 0);
    return b;
}

void background_do(background *b, void (*job)(void *context), void *context) {
    pthread_mutex_lock(&b->lock);
    while (b->job) pthread_cond_wait(&b->changed, &b->lock);
    b->job = job;
    b->context = context;
    pthread_cond_broadcast(&b->changed);
    pthread_mutex_unlock(&b->lock);
}

void background_wait(background *b) {
    pthread_mutex_lock(&b->lock);
    while (b->job) pthread_cond_wait(&b->changed, &b->lock);
    pthread_mutex_unlock(&b->lock);
}

void background_free(background *b) {
    if (!b) return;
    pthread_mutex_lock(&b->lock);
    b->end = true;
    pthread_cond_broadcast(&b->changed);
    pthread_mutex_unlock(&b->lock);
    pthread_join(b->thread, NULL);
    pthread_mutex_destroy(&b->lock);
    pthread_cond_destroy(&b->changed);
    memory_free(b);
}
