/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a read from the slots store costs, as one JSON object.
 *
 *   store [--quick]
 *
 * A random live entry of 1,024 bytes is read among 1,000 and among 1,000,000 (--quick: 100,000),
 * by the backend's own `get` with a ready key, from a request's pool that is cleared after it (so
 * its cleansing counts as well). Beside it a bare read: the same number of bytes copied from a
 * random place of an array of the same number of values, in the same kind of memory. Each place
 * depends on the bytes read before, since a request reads one entry and not a stream of them. The
 * store's own cost is the difference; flatness is that cost in the large store by that in the
 * small. The HMAC that makes a key is shown apart. All are ns of thread CPU time, the least of
 * several rounds, the kinds of round taking turns.
 */
#include "state/slots.h"
#include "state/state.h"

#include <apr_general.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#define VALUE_BYTES 1024
#define READS       100000
#define ROUNDS      9
#define TTL         APR_TIME_C(3600000000)

typedef struct bench {
    apr_pool_t *pool, *request;
    const eb_backend *store;
    eb_store view;
    size_t size;
    uint64_t entries;
    unsigned char *array;
} bench;

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "store: %s\n", what);
    exit(1);
}

static void check(const eb_err *err)
{
    if (err != NULL) {
        fail(err->message);
    }
}

static double cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static uint64_t scramble(uint64_t value)
{
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9U;
    value = (value ^ (value >> 27)) * 0x94d049bb133111ebU;
    return value ^ (value >> 31);
}

static void key_of(uint64_t number, unsigned char key[32])
{
    for (uint64_t i = 0; i < 4; i++) {
        uint64_t word = scramble(number * 4 + i + 1);
        memcpy(key + 8 * i, &word, sizeof(word));
    }
}

static unsigned char *map(size_t size)
{
    void *memory =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        fail("no memory");
    }
    return memory;
}

/* The next place: of no pattern, and not known before the last bytes were read. */
static uint64_t next_place(uint64_t *seed, unsigned char last, uint64_t entries)
{
    *seed += 0x9e3779b97f4a7c15U + last;
    return (uint64_t)(((scramble(*seed) >> 32) * entries) >> 32);
}

static double read_store(const bench *b)
{
    unsigned char key[32], last = 0;
    uint64_t seed = 1;
    double start = cpu_ns();
    for (int i = 0; i < READS; i++) {
        eb_span value;
        apr_uint64_t version;
        key_of(next_place(&seed, last, b->entries), key);
        check(b->store->get(b->store->self, b->request, EB_KIND_GRANT, key, 0, &value, &version));
        last = value.data[VALUE_BYTES - 1];
        apr_pool_clear(b->request);
    }
    return (cpu_ns() - start) / READS;
}

/* Makes the same keys, so that their making falls out of the difference. */
static double read_bare(const bench *b)
{
    unsigned char key[32], last = 0, copy[VALUE_BYTES];
    uint64_t seed = 1;
    double start = cpu_ns();
    for (int i = 0; i < READS; i++) {
        uint64_t place = next_place(&seed, last, b->entries);
        key_of(place, key);
        __asm__ volatile("" : : "r"(key) : "memory");
        memcpy(copy, b->array + place * VALUE_BYTES, VALUE_BYTES);
        __asm__ volatile("" : : "r"(copy) : "memory");
        last = copy[VALUE_BYTES - 1];
    }
    return (cpu_ns() - start) / READS;
}

static double make_keys(const bench *b)
{
    unsigned char key[32];
    static const char token[] = "0123456789012345678901234567890123456789012";
    double start = cpu_ns();
    for (int i = 0; i < READS / 4; i++) {
        check(eb_store_hash(&b->view, b->request, EB_KIND_GRANT, eb_span_str(token), key));
        apr_pool_clear(b->request);
    }
    return (cpu_ns() - start) / (READS / 4);
}

static double least(double a, double b)
{
    return a < b ? a : b;
}

typedef struct result {
    double store, bare;
} result;

static result measure(bench *b)
{
    result best = {1e18, 1e18};
    b->array = map((size_t)b->entries * VALUE_BYTES);
    memset(b->array, 7, (size_t)b->entries * VALUE_BYTES);
    for (int round = 0; round < ROUNDS; round++) {
        best.store = least(best.store, read_store(b));
        best.bare = least(best.bare, read_bare(b));
    }
    munmap(b->array, (size_t)b->entries * VALUE_BYTES);
    return best;
}

static void fill(bench *b, uint64_t entries)
{
    unsigned char key[32], value[VALUE_BYTES];
    memset(value, 7, sizeof(value));
    for (; b->entries < entries; b->entries++) {
        key_of(b->entries, key);
        check(b->store->put(b->store->self, b->request, EB_KIND_GRANT, 0, 0, key,
                            eb_span_bytes(value, sizeof(value)), TTL, 0));
        apr_pool_clear(b->request);
    }
}

int main(int argc, char **argv)
{
    uint64_t large = argc > 1 && strcmp(argv[1], "--quick") == 0 ? 100000 : 1000000;
    eb_slots_geometry geometry = {large};
    bench b = {0};
    apr_initialize();
    apr_pool_create(&b.pool, NULL);
    apr_pool_create(&b.request, b.pool);
    b.size = eb_slots_size(&geometry);
    unsigned char *memory = map(b.size);
    eb_slots_advise(memory, b.size);
    check(eb_slots_format(b.pool, memory, b.size, &geometry, &eb_random_system, 0));
    check(eb_slots_open(b.pool, memory, b.size, &b.store));
    b.view.backend = b.store;
    b.view.issuer = "https://login.example.fi";

    fill(&b, 1000);
    result small = measure(&b);
    double key = make_keys(&b);
    fill(&b, large);
    result big = measure(&b);
    key = least(key, make_keys(&b));

    double small_own = small.store - small.bare, big_own = big.store - big.bare;
    printf("{\"value_bytes\": %d, \"small_entries\": 1000, \"large_entries\": %lu, "
           "\"store_bytes\": %lu, ",
           VALUE_BYTES, (unsigned long)large, (unsigned long)b.size);
    printf("\"key_hmac_ns\": %.0f, \"read_small_ns\": %.0f, \"bare_small_ns\": %.0f, "
           "\"own_small_ns\": %.0f, ",
           key, small.store, small.bare, small_own);
    printf("\"read_large_ns\": %.0f, \"bare_large_ns\": %.0f, \"own_large_ns\": %.0f, "
           "\"store_flatness\": %.2f}\n",
           big.store, big.bare, big_own, big_own / small_own);
    munmap(memory, b.size);
    apr_pool_destroy(b.pool);
    return 0;
}
