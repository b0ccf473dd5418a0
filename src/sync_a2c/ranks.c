/* SPDX-License-Identifier: MIT
 * The ranks of a run, as a team sees them. */
#include "sync_a2c/ranks.h"

#include "base/memory.h"
#include "global/tree.h"
#include "sync_a2c/reduce.h"

#include <string.h>

void ranks_place(team *t) {
    const collective *c = t->run->collective;
    int envs = t->run->training->workers * t->run->training->envs_per_worker;
    size_t n = (size_t)c->ranks + 1;
    t->ranks = (team_ranks){.shard = memory_array(int, n),
                            .env = memory_array(int, n),
                            .single = memory_array(int, n),
                            .episode = memory_array(int, n),
                            .value = memory_array(int64_t, n),
                            .node = memory_array(float *, (size_t)t->shards)};
    for (int r = 0, s = 0; r <= c->ranks; r++) {
        t->ranks.env[r] = (int)((int64_t)envs * r / c->ranks);
        while (team_shard_first(t, s) < t->ranks.env[r]) s++;
        CHECK(team_shard_first(t, s) == t->ranks.env[r]);
        t->ranks.shard[r] = s;
        t->ranks.single[r] = r;
    }
    t->first_shard = t->ranks.shard[c->rank];
    t->end_shard = t->ranks.shard[c->rank + 1];
}

void ranks_free(team *t) {
    memory_free(t->ranks.shard);
    memory_free(t->ranks.env);
    memory_free(t->ranks.single);
    memory_free(t->ranks.episode);
    memory_free(t->ranks.value);
    memory_free(t->ranks.node);
}

static void gather(const team *t, void *all, size_t size, const int *first) {
    const collective *c = t->run->collective;
    c->gather(c->context, all, size, first);
}

void ranks_gather_shards(const team *t, void *all, size_t size) {
    gather(t, all, size, t->ranks.shard);
}

void ranks_gather_envs(const team *t, void *all, size_t size) {
    gather(t, all, size, t->ranks.env);
}

/* t->ranks.value: what each rank says. */
static void gather_values(const team *t, int64_t mine) {
    t->ranks.value[t->run->collective->rank] = mine;
    gather(t, t->ranks.value, sizeof mine, t->ranks.single);
}

int64_t ranks_total(const team *t, int64_t mine) {
    int64_t sum = 0;
    gather_values(t, mine);
    for (int r = 0; r < t->run->collective->ranks; r++) sum += t->ranks.value[r];
    return sum;
}

bool ranks_any(const team *t, bool mine) {
    return t->run->collective->agree(t->run->collective->context, mine) > 0;
}

int ranks_gather_episodes(const team *t, episode *list, int count) {
    const collective *c = t->run->collective;
    int *first = t->ranks.episode;
    gather_values(t, count);
    for (int r = 0; r < c->ranks; r++) first[r + 1] = first[r] + (int)t->ranks.value[r];
    memmove(list + first[c->rank], list, (size_t)count * sizeof *list);
    gather(t, list, sizeof *list, first);
    return first[c->ranks];
}

void ranks_sum_gradient(team *t) {
    const collective *c = t->run->collective;
    for (int s = t->first_shard, width; s < t->end_shard; s += width) {
        width = tree_width(t->shards, s, t->end_shard);
        t->ranks.node[s] = reduce_node(t, s);
    }
    collective_sum sum = {.shards = t->shards,
                          .first = t->ranks.shard,
                          .used = t->shard_used,
                          .node = t->ranks.node,
                          .n = t->run->training->learning->net->size,
                          .sum = t->gradient};
    ranks_gather_shards(t, t->shard_used, sizeof *t->shard_used);
    c->sum(c->context, &sum);
}
