/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cookies come from a stranger: nothing is believed before its seal opened, and every count is
 * bounded by EB_RECORD_SLOTS. */
#include "bridge/record.h"

#include "base/deflate.h"
#include "base/pack.h"
#include "bridge/route.h"

#include <apr_strings.h>
#include <string.h>

#define ID_BYTES      8
#define HEADER_BYTES  (ID_BYTES + 2)
#define COOKIE_MAX    1480 /* name, '=' and value: four of them with separators stay under 6,000 */
#define RECORD_MAX    (16 * 1024) /* inflated */
#define RECORD_FORMAT 1
/* The usual record is identifiers and random text: a tenth shorter when compressed, at the price of
 * all other work on it. */
#define STORED_MAX 512

/* A piece in its slot, as far as it opened. */
typedef struct {
    bool is_present;   /* the browser sent the cookie */
    bool is_open;      /* header and seal are sound */
    const char *fault; /* why it is not open */
    unsigned char id[ID_BYTES];
    unsigned int index, count;
    eb_span plain;
    const eb_record *record; /* of the complete record it belongs to */
} piece;

struct eb_records {
    piece slots[EB_RECORD_SLOTS];
};

static const char *cookie_name(const eb_call *call, int slot)
{
    return apr_psprintf(call->pool, "%s%s%d", EB_COOKIE_PREFIX, call->bridge->tag, slot);
}

static size_t piece_capacity(const eb_call *call)
{
    size_t value = COOKIE_MAX - strlen(cookie_name(call, 0)) - 1;
    return value / 4 * 3 - HEADER_BYTES - EB_SEAL_OVERHEAD;
}

static eb_span piece_aad(const eb_call *call, const unsigned char *id, unsigned int index,
                         unsigned int count)
{
    unsigned char *numbers = apr_palloc(call->pool, 2);
    numbers[0] = (unsigned char)index;
    numbers[1] = (unsigned char)count;
    eb_span parts[] = {eb_span_str(call->bridge->issuer), eb_span_bytes(id, ID_BYTES),
                       eb_span_bytes(numbers, 1), eb_span_bytes(numbers + 1, 1)};
    return eb_lp_join(call->pool, parts, 4);
}

/* The value of one cookie in a Cookie header, NULL when absent. The first of a repeated name
 * counts. */
static const char *cookie_value(const eb_call *call, const char *name, size_t *ret_len)
{
    size_t name_len = strlen(name);
    for (const char *at = call->in->cookies; at != NULL;) {
        at += strspn(at, " ;\t");
        const char *end = strchr(at, ';');
        size_t len = end == NULL ? strlen(at) : (size_t)(end - at);
        if (len > name_len && memcmp(at, name, name_len) == 0 && at[name_len] == '=') {
            *ret_len = len - name_len - 1;
            return at + name_len + 1;
        }
        at = end;
    }
    return NULL;
}

static void read_piece(const eb_call *call, const char *value, size_t len, piece *slot)
{
    eb_span bytes;
    slot->is_present = true;
    slot->fault = "it is not of the form of a piece";
    if (len > COOKIE_MAX || !eb_base64url_decode(call->pool, value, len, &bytes) ||
        bytes.len < HEADER_BYTES + EB_SEAL_OVERHEAD) {
        return;
    }
    memcpy(slot->id, bytes.data, ID_BYTES);
    slot->index = bytes.data[ID_BYTES];
    slot->count = bytes.data[ID_BYTES + 1];
    if (slot->count == 0 || slot->count > EB_RECORD_SLOTS || slot->index >= slot->count) {
        return;
    }
    eb_span sealed = eb_span_bytes(bytes.data + HEADER_BYTES, bytes.len - HEADER_BYTES);
    const eb_err *err =
        eb_unseal(call->pool, &call->bridge->keys->seal, "cookie",
                  piece_aad(call, slot->id, slot->index, slot->count), sealed, &slot->plain);
    slot->is_open = err == NULL;
    slot->fault = err == NULL ? NULL : err->message;
}

static const eb_record *unpack_record(const eb_call *call, eb_span packed)
{
    eb_unpack in;
    eb_record *record = apr_pcalloc(call->pool, sizeof(*record));
    eb_unpack_begin(&in, call->pool, packed);
    if (eb_unpack_number(&in) != RECORD_FORMAT) {
        return NULL;
    }
    record->state = eb_unpack_number(&in) == EB_RECORD_LOGIN ? EB_RECORD_LOGIN : EB_RECORD_DONE;
    record->started = (apr_time_t)eb_unpack_number(&in);
    record->client = eb_unpack_text(&in);
    record->request_id = eb_unpack_text(&in);
    record->reference = eb_unpack_text(&in);
    if (record->state == EB_RECORD_LOGIN) {
        record->redirect_uri = eb_unpack_text(&in);
        record->client_state = eb_unpack_text(&in);
        record->nonce = eb_unpack_text(&in);
        record->code_challenge = eb_unpack_text(&in);
        record->scopes = eb_unpack_text(&in);
        record->provider = eb_unpack_text(&in);
        record->relay_state = eb_unpack_text(&in);
        record->language = eb_unpack_text(&in);
        record->floor = (eb_level)eb_unpack_number(&in);
        record->force_authn = eb_unpack_number(&in) != 0;
        record->max_age = (apr_int64_t)eb_unpack_number(&in) - 1;
        eb_span epoch = eb_unpack_bytes(&in);
        if (epoch.len != EB_EPOCH_BYTES) {
            return NULL;
        }
        memcpy(record->epoch, epoch.data, EB_EPOCH_BYTES);
    }
    return eb_unpack_ended(&in) && record->request_id != NULL && record->client != NULL ? record
                                                                                        : NULL;
}

static eb_span pack_record(const eb_call *call, const eb_record *record)
{
    eb_pack out;
    eb_pack_begin(&out, call->pool);
    eb_pack_number(&out, RECORD_FORMAT);
    eb_pack_number(&out, record->state);
    eb_pack_number(&out, (apr_uint64_t)record->started);
    eb_pack_text(&out, record->client);
    eb_pack_text(&out, record->request_id);
    eb_pack_text(&out, record->reference);
    if (record->state == EB_RECORD_LOGIN) {
        eb_pack_text(&out, record->redirect_uri);
        eb_pack_text(&out, record->client_state);
        eb_pack_text(&out, record->nonce);
        eb_pack_text(&out, record->code_challenge);
        eb_pack_text(&out, record->scopes);
        eb_pack_text(&out, record->provider);
        eb_pack_text(&out, record->relay_state);
        eb_pack_text(&out, record->language);
        eb_pack_number(&out, record->floor);
        eb_pack_number(&out, record->force_authn);
        eb_pack_number(&out, (apr_uint64_t)(record->max_age + 1));
        eb_pack_bytes(&out, eb_span_bytes(record->epoch, EB_EPOCH_BYTES));
    }
    return eb_pack_end(&out);
}

/* Puts together the record whose first piece is in `first`, if all its pieces are there. */
static void join_record(const eb_call *call, eb_records *records, const piece *first)
{
    piece *parts[EB_RECORD_SLOTS] = {NULL};
    size_t len = 0;
    for (int i = 0; i < EB_RECORD_SLOTS; i++) {
        piece *slot = &records->slots[i];
        if (slot->is_open && slot->count == first->count &&
            memcmp(slot->id, first->id, ID_BYTES) == 0 && parts[slot->index] == NULL) {
            parts[slot->index] = slot;
            len += slot->plain.len;
        }
    }
    unsigned char *deflated = apr_palloc(call->pool, len + 1);
    size_t at = 0;
    for (unsigned int i = 0; i < first->count; i++) {
        if (parts[i] == NULL) {
            return;
        }
        memcpy(deflated + at, parts[i]->plain.data, parts[i]->plain.len);
        at += parts[i]->plain.len;
    }
    eb_span packed;
    if (eb_inflate(call->pool, EB_E_SEAL_BROKEN, eb_span_bytes(deflated, at), RECORD_MAX,
                   &packed) != NULL) {
        return;
    }
    const eb_record *record = unpack_record(call, packed);
    for (unsigned int i = 0; i < first->count; i++) {
        parts[i]->record = record;
    }
}

eb_records *eb_records_read(const eb_call *call)
{
    eb_records *records = apr_pcalloc(call->pool, sizeof(*records));
    for (int i = 0; i < EB_RECORD_SLOTS; i++) {
        size_t len;
        const char *value = cookie_value(call, cookie_name(call, i), &len);
        if (value != NULL) {
            read_piece(call, value, len, &records->slots[i]);
        }
    }
    for (int i = 0; i < EB_RECORD_SLOTS; i++) {
        if (records->slots[i].is_open && records->slots[i].index == 0) {
            join_record(call, records, &records->slots[i]);
        }
    }
    return records;
}

const char *eb_records_fault(const eb_records *records)
{
    for (int i = 0; i < EB_RECORD_SLOTS; i++) {
        if (records->slots[i].fault != NULL) {
            return records->slots[i].fault;
        }
    }
    return NULL;
}

const eb_record *eb_records_find(const eb_records *records, const char *request_id)
{
    for (int i = 0; i < EB_RECORD_SLOTS; i++) {
        const eb_record *record = records->slots[i].record;
        if (record != NULL && strcmp(record->request_id, request_id) == 0) {
            return record;
        }
    }
    return NULL;
}

/* Too old to be of use: such a record gives its slot back. */
static bool is_stale(const eb_call *call, const eb_record *record)
{
    return call->now - record->started > call->bridge->login_lifetime ||
           record->started - call->now > call->bridge->clock_skew;
}

static void set_cookie(const eb_call *call, int slot, const char *value)
{
    const char *age = value == NULL ? "; Max-Age=0"
                                    : apr_psprintf(call->pool, "; Max-Age=%" APR_TIME_T_FMT,
                                                   apr_time_sec(call->bridge->login_lifetime));
    apr_table_addn(call->out->headers, "Set-Cookie",
                   apr_pstrcat(call->pool, cookie_name(call, slot), "=", value == NULL ? "" : value,
                               "; Path=/; Secure; HttpOnly; SameSite=None", age, NULL));
}

/* Lower gives way first: free, then done notes, then logins by age. */
static apr_time_t worth(const eb_call *call, const piece *slot)
{
    if (slot->record == NULL || is_stale(call, slot->record)) {
        return 0;
    }
    return slot->record->state == EB_RECORD_DONE ? 1 : slot->record->started;
}

/* Empties the slots that will be written or that nobody can use; `keep` of them all are chosen in
 * *ret_slots. */
static const eb_err *choose_slots(const eb_call *call, eb_records *records, unsigned int count,
                                  int *ret_slots)
{
    unsigned char dice[EB_RECORD_SLOTS];
    bool is_taken[EB_RECORD_SLOTS] = {false};
    EB_TRY(eb_random_bytes(call->pool, call->bridge->random, dice, sizeof(dice)));
    for (unsigned int n = 0; n < count; n++) {
        int best = -1;
        for (int step = 0; step < EB_RECORD_SLOTS; step++) {
            int i = (dice[n] + step) % EB_RECORD_SLOTS;
            if (!is_taken[i] && (best < 0 || worth(call, &records->slots[i]) <
                                                 worth(call, &records->slots[best]))) {
                best = i;
            }
        }
        is_taken[best] = true;
        ret_slots[n] = best;
        /* the rest of the record that gave way is of no use to anyone */
        const eb_record *victim = records->slots[best].record;
        for (int i = 0; victim != NULL && i < EB_RECORD_SLOTS; i++) {
            if (records->slots[i].record == victim) {
                records->slots[i].record = NULL;
            }
        }
    }
    for (int i = 0; i < EB_RECORD_SLOTS; i++) {
        if (!is_taken[i] && records->slots[i].is_present && worth(call, &records->slots[i]) == 0) {
            set_cookie(call, i, NULL);
        }
    }
    return NULL;
}

const eb_err *eb_records_add(const eb_call *call, eb_records *records, const eb_record *record)
{
    eb_span deflated;
    size_t capacity = piece_capacity(call);
    eb_span packed = pack_record(call, record);
    EB_TRY(packed.len <= STORED_MAX ? eb_deflate_stored(call->pool, packed, &deflated)
                                    : eb_deflate(call->pool, packed, &deflated));
    size_t count = (deflated.len + capacity - 1) / capacity;
    if (count > EB_RECORD_SLOTS) {
        return eb_err_make(call->pool, EB_E_LOGIN_TOO_LARGE,
                           "the login record has %" APR_SIZE_T_FMT
                           " bytes; the cookies hold %" APR_SIZE_T_FMT,
                           deflated.len, capacity * EB_RECORD_SLOTS);
    }
    int slots[EB_RECORD_SLOTS];
    unsigned char id[ID_BYTES];
    EB_TRY(choose_slots(call, records, (unsigned int)count, slots));
    EB_TRY(eb_random_bytes(call->pool, call->bridge->random, id, sizeof(id)));
    for (unsigned int i = 0; i < count; i++) {
        size_t at = i * capacity;
        size_t len = deflated.len - at < capacity ? deflated.len - at : capacity;
        eb_span sealed;
        EB_TRY(eb_seal(call->pool, &call->bridge->keys->seal, call->bridge->random, "cookie",
                       piece_aad(call, id, i, (unsigned int)count),
                       eb_span_bytes(deflated.data + at, len), &sealed));
        unsigned char *value = apr_palloc(call->pool, HEADER_BYTES + sealed.len);
        memcpy(value, id, ID_BYTES);
        value[ID_BYTES] = (unsigned char)i;
        value[ID_BYTES + 1] = (unsigned char)count;
        memcpy(value + HEADER_BYTES, sealed.data, sealed.len);
        set_cookie(call, slots[i], eb_base64url(call->pool, value, HEADER_BYTES + sealed.len));
    }
    return NULL;
}

void eb_records_forget(eb_records *records, const eb_record *record)
{
    for (int i = 0; i < EB_RECORD_SLOTS; i++) {
        if (records->slots[i].record == record) {
            records->slots[i].record = NULL;
        }
    }
}

const eb_err *eb_records_finish(const eb_call *call, eb_records *records, const eb_record *record)
{
    eb_record done = {.state = EB_RECORD_DONE,
                      .client = record->client,
                      .request_id = record->request_id,
                      .reference = record->reference,
                      .started = record->started};
    eb_records_forget(records, record);
    return eb_records_add(call, records, &done);
}

#define RELAY_RANDOM 16
#define RELAY_TAG    4
#define RELAY_MAC    12
#define RELAY_BYTES  (RELAY_RANDOM + RELAY_TAG + RELAY_MAC)

const eb_err *eb_relay_state_make(const eb_call *call, const char *client_id,
                                  const char **ret_relay_state)
{
    unsigned char bytes[RELAY_BYTES], mac[32];
    EB_TRY(eb_random_bytes(call->pool, call->bridge->random, bytes, RELAY_RANDOM));
    eb_client_tag(client_id, bytes + RELAY_RANDOM);
    EB_TRY(eb_hmac(call->pool, call->bridge->keys->relay_keys[0],
                   eb_span_bytes(bytes, RELAY_RANDOM + RELAY_TAG), mac));
    memcpy(bytes + RELAY_RANDOM + RELAY_TAG, mac, RELAY_MAC);
    *ret_relay_state = eb_base64url(call->pool, bytes, RELAY_BYTES);
    return NULL;
}

const eb_client *eb_relay_state_client(const eb_call *call, const char *relay_state)
{
    const eb_keyring *keys = call->bridge->keys;
    eb_span bytes;
    if (relay_state == NULL ||
        !eb_base64url_decode(call->pool, relay_state, strlen(relay_state), &bytes) ||
        bytes.len != RELAY_BYTES) {
        return NULL;
    }
    bool is_ours = false;
    for (int i = 0; i < keys->relay_key_count && !is_ours; i++) {
        unsigned char mac[32];
        is_ours = eb_hmac(call->pool, keys->relay_keys[i],
                          eb_span_bytes(bytes.data, RELAY_RANDOM + RELAY_TAG), mac) == NULL &&
                  eb_equal_secret(mac, RELAY_MAC, bytes.data + RELAY_RANDOM + RELAY_TAG, RELAY_MAC);
    }
    for (int i = 0; is_ours && i < call->bridge->client_count; i++) {
        unsigned char tag[RELAY_TAG];
        eb_client_tag(call->bridge->clients[i]->id, tag);
        if (memcmp(tag, bytes.data + RELAY_RANDOM, RELAY_TAG) == 0) {
            return call->bridge->clients[i];
        }
    }
    return NULL;
}
