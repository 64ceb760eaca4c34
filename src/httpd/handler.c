/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The only file that touches request_rec: requests to calls, replies to the wire.
 *
 * One pure function decides what is ours, asked anew in each hook; nothing is passed between hooks
 * but the cookies that were taken out for us. What is not ours, subrequests and internal redirects
 * are declined at once.
 */
#include "bridge/route.h"
#include "httpd/glue.h"

#include <apr_cstr.h>
#include <apr_strings.h>
#include <http_core.h>
#include <http_protocol.h>
#include <http_request.h>
#include <openssl/crypto.h>
#include <string.h>
#include <time.h>

#define REFERENCE_CHARS 10
#define FORM_TYPE       "application/x-www-form-urlencoded"

/* The route of a first request to a server with an issuer; NULL: not ours. */
static const eb_route *find_route(const request_rec *r, const eb_bridge **ret_bridge)
{
    const eb_bridge *bridge = eb_server_config_of(r->server)->bridge;

    if (bridge == NULL || r->main != NULL || r->prev != NULL || r->uri == NULL) {
        return NULL;
    }
    *ret_bridge = bridge;
    return eb_route_find(bridge->path, r->uri);
}

/* At trace4 httpd writes out header fields; those of our requests and replies are credentials,
 * cookies and codes. For these requests it stops a step before. (No header declares the module.) */
extern module AP_MODULE_DECLARE_DATA http_module;

static void quieten(request_rec *r)
{
    struct ap_logconf *quiet;

    if (ap_get_request_module_loglevel(r, http_module.module_index) < APLOG_TRACE4) {
        return;
    }
    quiet = ap_new_log_config(r->pool, ap_get_request_logconf(r));
    ap_set_module_loglevel(r->pool, quiet, http_module.module_index, APLOG_TRACE3);
    r->log = quiet;
}

/* ------------------------------------------------------------------------------------ cookies */

/* Prefix, six characters of an issuer's hash, the number of a slot: of this issuer or of another
 * one on the same host. A longer or shorter name that begins so is an application's. */
static bool is_ours(const char *cookie)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const char *tag = cookie + sizeof(EB_COOKIE_PREFIX) - 1;

    return strncmp(cookie, EB_COOKIE_PREFIX, sizeof(EB_COOKIE_PREFIX) - 1) == 0 &&
           strspn(tag, letters) == 7 && tag[6] >= '0' && tag[6] <= '9' && tag[7] == '=';
}

/* Where the cookie that begins here ends: at a semicolon, or at a comma before one of ours (httpd
 * joins repeated fields with a comma, and nobody may hide our cookies behind another field). */
static const char *cookie_end(const char *cookie)
{
    const char *end = cookie;

    for (; *end != '\0' && *end != ';'; end++) {
        if (*end == ',') {
            const char *next = end + 1;
            while (*next == ' ' || *next == '\t') {
                next++;
            }
            if (is_ours(next) || is_ours(cookie)) {
                break;
            }
        }
    }
    return end;
}

/* Cookies joined again. A header of many small ones is 800 KB: each is copied once. */
typedef struct cookie_list {
    char *text; /* NULL while empty */
    size_t len;
} cookie_list;

/* `room` is that of the longest list there can be. */
static void cookie_append(apr_pool_t *pool, cookie_list *list, size_t room, const char *cookie,
                          size_t len)
{
    if (list->text == NULL) {
        list->text = apr_palloc(pool, room);
    } else {
        memcpy(list->text + list->len, "; ", 2);
        list->len += 2;
    }
    memcpy(list->text + list->len, cookie, len);
    list->len += len;
    list->text[list->len] = '\0';
}

/* Our cookies out of the request, before any other module and any application behind us sees them.
 */
int eb_post_read_request(request_rec *r)
{
    const char *header = apr_table_get(r->headers_in, "Cookie");
    const eb_bridge *bridge;
    cookie_list ours = {NULL, 0}, others = {NULL, 0};
    size_t room;

    if (find_route(r, &bridge) != NULL) {
        quieten(r);
    }
    if (eb_server_config_of(r->server)->bridge == NULL || header == NULL ||
        strstr(header, EB_COOKIE_PREFIX) == NULL) {
        return DECLINED;
    }
    room = strlen(header) * 2 + 3; /* one octet between two cookies becomes two */
    while (*header != '\0') {
        const char *end;

        while (*header == ' ' || *header == '\t' || *header == ';' || *header == ',') {
            header++;
        }
        end = cookie_end(header);
        if (end > header) {
            cookie_append(r->pool, is_ours(header) ? &ours : &others, room, header,
                          (size_t)(end - header));
        }
        header = end;
    }
    if (others.text != NULL) {
        apr_table_setn(r->headers_in, "Cookie", others.text);
    } else {
        apr_table_unset(r->headers_in, "Cookie");
    }
    ap_set_module_config(r->request_config, &eidas_bridge_module, ours.text);
    return DECLINED;
}

/* --------------------------------------------------------------------------------- the claims */

int eb_translate_name(request_rec *r)
{
    const eb_bridge *bridge;

    if (find_route(r, &bridge) == NULL) {
        return DECLINED;
    }
    /* Not a file, but other modules expect text here; and no handler would let mod_dir look for a
     * fallback. */
    r->filename = apr_pstrcat(r->pool, "eidas-bridge:", r->uri, NULL);
    r->handler = "eidas-bridge";
    return OK;
}

int eb_map_to_storage(request_rec *r)
{
    const eb_bridge *bridge;

    return find_route(r, &bridge) == NULL ? DECLINED : OK;
}

/* --------------------------------------------------------------------------------------- body */

static bool is_form(const char *content_type)
{
    size_t len = sizeof(FORM_TYPE) - 1;

    if (content_type == NULL || apr_cstr_casecmpn(content_type, FORM_TYPE, len) != 0) {
        return false;
    }
    return content_type[len] == '\0' || content_type[len] == ';' || content_type[len] == ' ' ||
           content_type[len] == '\t';
}

static apr_status_t cleanse_body(void *data)
{
    const eb_span *body = data;

    OPENSSL_cleanse((void *)(uintptr_t)body->data, body->len);
    return APR_SUCCESS;
}

typedef struct body_buffer {
    apr_pool_t *pool;
    unsigned char *data;
    size_t len, allocated, limit;
    size_t announced; /* by Content-Length, within the limit; 0 when unknown */
} body_buffer;

/* False when the body is larger than its limit. Outgrown blocks are cleansed: a body may hold a
 * client's secret. */
static bool body_append(body_buffer *body, const char *data, size_t len)
{
    if (len > body->limit - body->len) {
        return false;
    }
    if (len > body->allocated - body->len) {
        size_t wanted = body->allocated > 0 ? body->allocated * 2
                                            : (body->announced > 0 ? body->announced : 4096);
        unsigned char *larger;

        if (wanted < body->len + len) {
            wanted = body->len + len;
        }
        larger = apr_palloc(body->pool, wanted);
        if (body->len > 0) {
            memcpy(larger, body->data, body->len);
            OPENSSL_cleanse(body->data, body->len);
        }
        body->data = larger;
        body->allocated = wanted;
    }
    memcpy(body->data + body->len, data, len);
    body->len += len;
    return true;
}

static const eb_err *too_large(request_rec *r, size_t limit)
{
    /* What still comes is not read: the connection ends with this reply. */
    r->connection->keepalive = AP_CONN_CLOSE;
    return eb_err_make(r->pool, EB_E_HTTP_BODY_TOO_LARGE,
                       "the body is larger than the %" APR_SIZE_T_FMT " bytes accepted here",
                       limit);
}

static const eb_err *body_broken(request_rec *r, apr_status_t status)
{
    char reason[120];

    r->connection->keepalive = AP_CONN_CLOSE;
    return eb_err_make(r->pool, EB_E_HTTP_BODY, "the body could not be read: %s",
                       apr_strerror(status, reason, sizeof(reason)));
}

/* One brigade into the buffer; *ret_is_end at the body's end. */
static const eb_err *read_brigade(request_rec *r, apr_bucket_brigade *brigade, body_buffer *body,
                                  bool *ret_is_end)
{
    for (apr_bucket *bucket = APR_BRIGADE_FIRST(brigade); bucket != APR_BRIGADE_SENTINEL(brigade);
         bucket = APR_BUCKET_NEXT(bucket)) {
        const char *data;
        apr_size_t len;
        apr_status_t status;

        if (APR_BUCKET_IS_EOS(bucket)) {
            *ret_is_end = true;
            return NULL;
        }
        if (APR_BUCKET_IS_METADATA(bucket)) {
            continue;
        }
        status = apr_bucket_read(bucket, &data, &len, APR_BLOCK_READ);
        if (status != APR_SUCCESS) {
            return body_broken(r, status);
        }
        if (!body_append(body, data, len)) {
            return too_large(r, body->limit);
        }
    }
    return NULL;
}

/* A form body of at most `limit` bytes, with Content-Length or chunked. */
static const eb_err *read_body(request_rec *r, size_t limit, eb_span *ret_body)
{
    const char *length = apr_table_get(r->headers_in, "Content-Length");
    const char *encoding = apr_table_get(r->headers_in, "Transfer-Encoding");
    body_buffer body = {r->pool, NULL, 0, 0, limit, 0};
    apr_bucket_brigade *brigade;
    bool is_end = false;
    eb_span *kept;

    if ((length == NULL || strcmp(length, "0") == 0) && encoding == NULL) {
        *ret_body = eb_span_bytes(NULL, 0);
        return NULL;
    }
    if (length != NULL && encoding == NULL) {
        apr_int64_t announced = apr_strtoi64(length, NULL, 10);
        if (announced > (apr_int64_t)limit) {
            return too_large(r, limit);
        }
        body.announced = announced > 0 ? (size_t)announced : 0;
    }
    if (!is_form(apr_table_get(r->headers_in, "Content-Type"))) {
        return eb_err_make(r->pool, EB_E_HTTP_CONTENT_TYPE, "expected " FORM_TYPE ", found %s",
                           eb_printable(r->pool, apr_table_get(r->headers_in, "Content-Type")));
    }
    brigade = apr_brigade_create(r->pool, r->connection->bucket_alloc);
    while (!is_end) {
        apr_status_t status = ap_get_brigade(r->input_filters, brigade, AP_MODE_READBYTES,
                                             APR_BLOCK_READ, HUGE_STRING_LEN);
        const eb_err *err = status != APR_SUCCESS ? body_broken(r, status)
                                                  : read_brigade(r, brigade, &body, &is_end);

        apr_brigade_cleanup(brigade);
        if (err != NULL) {
            return err;
        }
    }
    kept = apr_palloc(r->pool, sizeof(*kept));
    *kept = eb_span_bytes(body.data, body.len);
    apr_pool_cleanup_register(r->pool, kept, cleanse_body, apr_pool_cleanup_null);
    *ret_body = *kept;
    return NULL;
}

/* --------------------------------------------------------------------------------------- call */

static eb_method method_of(const request_rec *r)
{
    switch (r->method_number) {
    case M_GET:
        return EB_METHOD_GET;
    case M_POST:
        return EB_METHOD_POST;
    case M_OPTIONS:
        return EB_METHOD_OPTIONS;
    default:
        return EB_METHOD_OTHER;
    }
}

static void fill_request(request_rec *r, const eb_bridge *bridge, const eb_route *route,
                         eb_request *in)
{
    size_t limit = eb_route_body_limit(route, bridge);
    size_t path_len = strlen(bridge->path);

    memset(in, 0, sizeof(*in));
    in->method = method_of(r);
    in->path = strncmp(r->uri, bridge->path, path_len) == 0 ? r->uri + path_len : r->uri;
    in->query = r->args;
    in->content_type = apr_table_get(r->headers_in, "Content-Type");
    in->cookies = ap_get_module_config(r->request_config, &eidas_bridge_module);
    in->authorization = apr_table_get(r->headers_in, "Authorization");
    in->origin = apr_table_get(r->headers_in, "Origin");
    in->accept_language = apr_table_get(r->headers_in, "Accept-Language");
    in->address = r->useragent_ip;
    if (in->method == EB_METHOD_POST && (route->methods & EB_METHOD_POST) != 0 && limit > 0) {
        in->body_fault = read_body(r, limit, &in->body);
    }
}

/* Ten characters of Crockford's base32: easy to read out on the telephone, 50 bits. NULL without
 * randomness. */
static const char *make_reference(apr_pool_t *pool)
{
    static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    unsigned char bytes[REFERENCE_CHARS];
    char *reference = apr_palloc(pool, REFERENCE_CHARS + 1);

    if (eb_random_system.fill(eb_random_system.context, bytes, sizeof(bytes)) != 0) {
        return NULL;
    }
    for (int i = 0; i < REFERENCE_CHARS; i++) {
        reference[i] = alphabet[bytes[i] & 31];
    }
    reference[REFERENCE_CHARS] = '\0';
    return reference;
}

static apr_time_t boot_time(void)
{
    struct timespec clock;

    if (clock_gettime(CLOCK_BOOTTIME, &clock) != 0) {
        return -1;
    }
    return (apr_time_t)clock.tv_sec * APR_USEC_PER_SEC + clock.tv_nsec / 1000;
}

/* All header fields go where httpd keeps them on any path; a body of ours is never replaced by an
 * ErrorDocument. */
static int send_reply(request_rec *r, const eb_reply *reply)
{
    const apr_array_header_t *fields = apr_table_elts(reply->headers);
    const apr_table_entry_t *entries = (const apr_table_entry_t *)(const void *)fields->elts;

    r->status = reply->status;
    r->status_line = NULL;
    for (int i = 0; i < fields->nelts; i++) {
        apr_table_addn(r->err_headers_out, entries[i].key, entries[i].val);
    }
    if (reply->content_type != NULL) {
        ap_set_content_type(r, reply->content_type);
    } else {
        r->content_type = NULL;
    }
    ap_set_content_length(r, (apr_off_t)reply->body.len);
    if (reply->body.len > 0 && !r->header_only) {
        ap_rwrite(reply->body.data, (int)reply->body.len, r);
    }
    return OK;
}

/* httpd writes the Referer behind every line of the error log, and that of a client's page may hold
 * a code in its query. */
static void shorten_referer(request_rec *r)
{
    const char *referer = apr_table_get(r->headers_in, "Referer");

    if (referer != NULL && referer[strcspn(referer, "?#")] != '\0') {
        apr_table_setn(r->headers_in, "Referer",
                       apr_pstrmemdup(r->pool, referer, strcspn(referer, "?#")));
    }
}

int eb_handler(request_rec *r)
{
    const eb_bridge *bridge = NULL;
    const eb_route *route = find_route(r, &bridge);
    eb_log log;
    eb_request in;
    eb_reply out;
    eb_call call;

    if (route == NULL) {
        return DECLINED;
    }
    quieten(r); /* the LogLevel of a <Location> comes after the first time */
    shorten_referer(r);
    log = eb_log_request(r);
    memset(&call, 0, sizeof(call));
    call.pool = r->pool;
    call.bridge = bridge;
    call.now = apr_time_now();
    call.uptime = boot_time();
    call.log = &log;
    call.in = &in;
    call.out = &out;
    call.reference = make_reference(r->pool);
    if (call.uptime < 0 || call.reference == NULL) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r, "the system has no %s",
                      call.uptime < 0 ? "boot clock" : "randomness");
        return HTTP_SERVICE_UNAVAILABLE;
    }
    fill_request(r, bridge, route, &in);
    eb_reply_init(&out, r->pool);
    eb_route_serve(&call, route);
    return send_reply(r, &out);
}
