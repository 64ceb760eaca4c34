/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The endpoint table and the one pure function that decides what is ours (DESIGN sections 3 and
 * 11). */
#ifndef EB_BRIDGE_ROUTE_H
#define EB_BRIDGE_ROUTE_H

#include "bridge/bridge.h"

typedef enum { EB_ANSWER_PAGE, EB_ANSWER_JSON, EB_ANSWER_BEARER } eb_answer;
typedef enum { EB_CORS_NONE, EB_CORS_ANYONE, EB_CORS_CLIENTS } eb_cors;

/* An endpoint returns NULL with the reply filled, or an error. With the reply filled (status not 0)
 * the error is only logged, else it is told as `answer` says. It may set call->reference to that of
 * the login it found. */
typedef struct eb_route {
    const char *path;     /* below the issuer's path; for the RFC 8414 places the whole path */
    unsigned int methods; /* set of eb_method */
    size_t body_limit;    /* bytes of a form body; 0: none is read; EB_BODY_MESSAGE: see
                             eb_route_body_limit */
    const eb_err *(*serve)(eb_call *call);
    eb_answer answer; /* how an error that the endpoint did not answer itself is told */
    eb_cors cors;
} eb_route;

#define EB_BODY_MESSAGE ((size_t)-1)

/* The route of a server path (decoded, normalised, with the issuer's path in front), or NULL: not
 * ours. Pure. */
const eb_route *eb_route_find(const char *issuer_path, const char *server_path);

/* The most bytes of body that the glue reads for a route. */
size_t eb_route_body_limit(const eb_route *route, const eb_bridge *bridge);

/* Cookies of ours begin so; the glue takes them out of what others on the vhost see. */
#define EB_COOKIE_PREFIX "__Host-eb"

/* Serves one request whole: method check, CORS, the endpoint, errors to page, redirect or JSON, and
 * the one log line. */
void eb_route_serve(eb_call *call, const eb_route *route);

#endif
