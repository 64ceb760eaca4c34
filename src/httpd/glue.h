/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of this room share: the server's configuration, the table-driven words, the log.
 *
 * This room only translates: directives to settings, requests to calls, replies to the wire. What a
 * setting means and whether it is sound is decided in bridge/setup.
 */
#ifndef EB_HTTPD_GLUE_H
#define EB_HTTPD_GLUE_H

#include "bridge/bridge.h"
#include "bridge/setup.h"

#include <httpd.h>

#include <http_config.h>
#include <http_log.h>

/* The only symbol that the shared object shows. */
extern module AP_MODULE_DECLARE_DATA __attribute__((visibility("default"))) eidas_bridge_module;
APLOG_USE_MODULE(eidas_bridge);

/* One per server_rec. Read-only once post_config has set the bridge. */
typedef struct eb_server_config {
    eb_settings *settings;
    const char *state;             /* EidasState; main server only */
    apr_int64_t expected_sessions; /* EidasExpectedSessions or EB_UNSET; main server only */
    const eb_bridge *bridge;       /* NULL: this server has no issuer */
} eb_server_config;

#define EB_EXPECTED_SESSIONS 20000 /* default of EidasExpectedSessions */

eb_server_config *eb_server_config_of(const server_rec *server);

/* ------------------------------------------------------------------------------------- words */

/* How a word's arguments are read into the member at its offset. */
typedef enum {
    EB_WORD_TEXT,     /* const char *: one argument */
    EB_WORD_FILE,     /* const char *: a path, relative to ServerRoot */
    EB_WORD_FLAG,     /* int: On or Off */
    EB_WORD_DURATION, /* apr_interval_time_t */
    EB_WORD_SIZE,     /* apr_int64_t: bytes */
    EB_WORD_NUMBER,   /* apr_int64_t */
    EB_WORD_CHOICE,   /* int: one of `choices` */
    EB_WORD_SET,      /* unsigned int: union of `choices` */
    EB_WORD_LIST,  /* apr_array_header_t * of const char *: all arguments of the line, appended */
    EB_WORD_CUSTOM /* what `read` does */
} eb_word_kind;

typedef struct eb_choice {
    const char *word;
    int value;
} eb_choice;

typedef struct eb_word eb_word;

/* One use of a word, while it is read. */
typedef struct eb_word_use {
    apr_pool_t *pool;
    const eb_word *word;
    void *target;                 /* the settings struct that the offsets are of */
    apr_table_t *places;          /* its places */
    const char *where;            /* file:line */
    const char *const *arguments; /* unquoted */
    int argument_count;
} eb_word_use;

/* Reads the arguments; NULL or the sentence of the error. */
typedef const char *eb_word_read(const eb_word_use *use);

/* A row: a directive of the server, or a word inside a section. */
struct eb_word {
    const char *name;
    eb_word_kind kind;
    size_t offset;
    bool is_repeatable;
    const eb_choice *choices; /* CHOICE, SET; ends with a NULL word */
    eb_word_read *read;       /* CUSTOM */
    const char *accepted;     /* for TEXT, FILE and CUSTOM: what the arguments are, for messages */
};

/* Reads one line of a word. Errors say what was found and what is accepted. `line` is the text
 * behind the word. */
const char *eb_word_use_line(apr_pool_t *pool, const eb_word *word, void *target,
                             apr_table_t *places, const char *line, const char *where);

/* Walks the children of a section with the words of a table (ending with a NULL name). On an error
 * cmd->err_directive is the child at fault. */
const char *eb_words_walk(cmd_parms *cmd, const char *section, const eb_word *words, void *target,
                          apr_table_t *places);

/* Appends to the array at the word's offset, making it first; `size` is that of an element. */
void *eb_word_push(const eb_word_use *use, int size);
/* A standard sentence: what was found, what is accepted. */
const char *eb_word_fault(const eb_word_use *use, const char *found, const char *accepted);
/* FILE, but `env:NAME` and `exec:COMMAND` stay as they are. NULL when the path is not usable. */
const char *eb_word_source(apr_pool_t *pool, const char *text);
/* The name between "<Section " and ">"; an error sentence in *ret_fault when there is not exactly
 * one. */
const char *eb_section_name(cmd_parms *cmd, const char *args, const char **ret_fault);
const char *eb_directive_where(apr_pool_t *pool, const ap_directive_t *directive);

/* MapClaim, of providers and clients alike. */
eb_word_read eb_word_map_claim;

extern const command_rec eb_directives[];
extern const eb_word eb_provider_words[], eb_client_words[];
const char *eb_section_provider(cmd_parms *cmd, void *unused, const char *args);
const char *eb_section_client(cmd_parms *cmd, void *unused, const char *args);

void *eb_server_config_create(apr_pool_t *pool, server_rec *server);
void *eb_server_config_merge(apr_pool_t *pool, void *base, void *own);

/* ------------------------------------------------------------------------------------- hooks */

int eb_check_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp, server_rec *server);
int eb_post_config(apr_pool_t *pconf, apr_pool_t *plog, apr_pool_t *ptemp, server_rec *server);
int eb_post_read_request(request_rec *r);
int eb_translate_name(request_rec *r);
int eb_map_to_storage(request_rec *r);
int eb_handler(request_rec *r);

/* --------------------------------------------------------------------------------------- log */

/* Sinks over httpd's own log, with this module's LogLevel. */
eb_log eb_log_server(server_rec *server);
eb_log eb_log_request(request_rec *r);

#endif
