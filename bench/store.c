/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a read from the slots store costs, as one JSON object.
 *
 *   store [--quick]
 *
 * A random live entry of 1,024 bytes is read among 1,000 and among 1,000,000 (--quick: 100,000),
 * from a request's pool that is cleared after it (so its cleansing counts as well): by eb_store_get
 * as every request does, and by the backend's own `get` with a ready key, so that the HMAC that
 * makes a key stands apart. Beside it a bare read: the same number of bytes copied from a random
 * place of an array of the same number of values, in the same kind of memory. Each place depends on
 * the bytes read before, since a request reads one entry and not a stream of them. The store's own
 * cost is the difference; flatness is that cost in the large store by that in the small, with the
 * key's making (store_flatness) and without it (backend_flatness: there the one line of index,
 * which no bare read has, weighs most). All are ns of thread CPU time, the least of several
 * rounds, the kinds of round taking turns.
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
#define FILL        7 /* every byte of every value */
#define TOKEN_BYTES 43
#define READS       50000
#define ROUNDS      9
#define TTL         APR_TIME_C(3600000000)

/* One read to come: made before the clock runs, gone through in order. */
typedef struct step {
    uint64_t place;
    unsigned char key[EB_STORE_KEY_BYTES];
    char token[TOKEN_BYTES + 1]; /* what the key is made of */
} step;

typedef struct bench {
    apr_pool_t *pool, *request;
    const eb_backend *store;
    eb_store view;
    size_t size;
    uint64_t entries;
    unsigned char *array;
    step steps[READS];
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

static unsigned char *map(size_t size)
{
    void *memory =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        fail("no memory");
    }
    return memory;
}

static void token_of(uint64_t number, char token[TOKEN_BYTES + 1])
{
    snprintf(token, TOKEN_BYTES + 1, "%0*lu", TOKEN_BYTES, (unsigned long)number);
}

static void plan(bench *b)
{
    for (uint64_t i = 0; i < READS; i++) {
        step *at = &b->steps[i];
        at->place = scramble(i + 1) % b->entries;
        token_of(at->place, at->token);
        check(eb_store_hash(&b->view, b->request, EB_KIND_GRANT, eb_span_str(at->token), at->key));
        apr_pool_clear(b->request);
    }
}

/* The next step, which is not known before the last bytes were read. */
static const step *next_step(const bench *b, int i, unsigned char last)
{
    return &b->steps[i + last - FILL];
}

/* What a request pays. */
static double read_store(const bench *b)
{
    unsigned char last = FILL;
    double start = cpu_ns();
    for (int i = 0; i < READS; i++) {
        eb_span value;
        apr_uint64_t version;
        eb_span token = eb_span_bytes(next_step(b, i, last)->token, TOKEN_BYTES);
        check(eb_store_get(&b->view, b->request, EB_KIND_GRANT, token, 0, &value, &version));
        last = value.data[VALUE_BYTES - 1];
        apr_pool_clear(b->request);
    }
    return (cpu_ns() - start) / READS;
}

/* The same with ready keys. */
static double read_backend(const bench *b)
{
    unsigned char last = FILL;
    double start = cpu_ns();
    for (int i = 0; i < READS; i++) {
        eb_span value;
        apr_uint64_t version;
        check(b->store->get(b->store->self, b->request, EB_KIND_GRANT, next_step(b, i, last)->key,
                            0, &value, &version));
        last = value.data[VALUE_BYTES - 1];
        apr_pool_clear(b->request);
    }
    return (cpu_ns() - start) / READS;
}

static double read_bare(const bench *b)
{
    unsigned char last = FILL, copy[VALUE_BYTES];
    double start = cpu_ns();
    for (int i = 0; i < READS; i++) {
        memcpy(copy, b->array + next_step(b, i, last)->place * VALUE_BYTES, VALUE_BYTES);
        __asm__ volatile("" : : "r"(copy) : "memory");
        last = copy[VALUE_BYTES - 1];
    }
    return (cpu_ns() - start) / READS;
}

static double make_keys(const bench *b)
{
    unsigned char key[EB_STORE_KEY_BYTES];
    double start = cpu_ns();
    for (int i = 0; i < READS; i++) {
        check(eb_store_hash(&b->view, b->request, EB_KIND_GRANT,
                            eb_span_bytes(b->steps[i].token, TOKEN_BYTES), key));
        apr_pool_clear(b->request);
    }
    return (cpu_ns() - start) / READS;
}

static double least(double a, double b)
{
    return a < b ? a : b;
}

typedef struct result {
    double store, backend, bare, key;
} result;

static result measure(bench *b)
{
    result best = {1e18, 1e18, 1e18, 1e18};
    plan(b);
    b->array = map((size_t)b->entries * VALUE_BYTES);
    memset(b->array, FILL, (size_t)b->entries * VALUE_BYTES);
    for (int round = 0; round < ROUNDS; round++) {
        best.store = least(best.store, read_store(b));
        best.backend = least(best.backend, read_backend(b));
        best.bare = least(best.bare, read_bare(b));
        best.key = least(best.key, make_keys(b));
    }
    munmap(b->array, (size_t)b->entries * VALUE_BYTES);
    return best;
}

static void fill(bench *b, uint64_t entries)
{
    unsigned char value[VALUE_BYTES];
    char token[TOKEN_BYTES + 1];
    memset(value, FILL, sizeof(value));
    for (; b->entries < entries; b->entries++) {
        token_of(b->entries, token);
        check(eb_store_put(&b->view, b->request, EB_KIND_GRANT, NULL,
                           eb_span_bytes(token, TOKEN_BYTES), eb_span_bytes(value, sizeof(value)),
                           TTL, 0));
        apr_pool_clear(b->request);
    }
}

static void print_result(const char *size, const result *r)
{
    printf("\"key_hmac_ns_%s\": %.0f, \"read_ns_%s\": %.0f, \"backend_ns_%s\": %.0f, "
           "\"bare_ns_%s\": %.0f, \"own_ns_%s\": %.0f, ",
           size, r->key, size, r->store, size, r->backend, size, r->bare, size, r->store - r->bare);
}

int main(int argc, char **argv)
{
    static bench b;
    uint64_t large = argc > 1 && strcmp(argv[1], "--quick") == 0 ? 100000 : 1000000;
    const eb_slots_geometry geometry = {large};
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
    b.view.random = &eb_random_system;

    fill(&b, 1000);
    result small = measure(&b);
    fill(&b, large);
    result big = measure(&b);

    printf("{\"value_bytes\": %d, \"small_entries\": 1000, \"large_entries\": %lu, "
           "\"store_bytes\": %lu, ",
           VALUE_BYTES, (unsigned long)large, (unsigned long)b.size);
    print_result("small", &small);
    print_result("large", &big);
    printf("\"backend_flatness\": %.2f, \"store_flatness\": %.2f}\n",
           (big.backend - big.bare) / (small.backend - small.bare),
           (big.store - big.bare) / (small.store - small.bare));
    munmap(memory, b.size);
    apr_pool_destroy(b.pool);
    return 0;
}
