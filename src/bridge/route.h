/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The endpoint table and the one pure function that decides what is ours (DESIGN sections 3 and 11). */
#ifndef EB_BRIDGE_ROUTE_H
#define EB_BRIDGE_ROUTE_H

#include "bridge/bridge.h"

typedef struct eb_route {
    const char *path;            /* below the issuer's path; for the RFC 8414 places the whole path */
    unsigned int methods;        /* set of eb_method */
    size_t body_limit;           /* 0: no body; EB_BODY_MESSAGE: EidasMaxMessage as a form */
    const eb_err *(*serve)(const eb_call *call);
    bool is_for_browser;         /* an error is a page; else JSON */
    bool allows_cors;
} eb_route;

#define EB_BODY_MESSAGE ((size_t)-1)

/* The route of a server path (decoded, normalised, with the issuer's path in front), or NULL: not ours. Pure. */
const eb_route *eb_route_find(const char *issuer_path, const char *server_path);

/* Cookies of ours begin so; the glue takes them out of what others on the vhost see. */
#define EB_COOKIE_PREFIX "__Host-eb"

/* Serves one request whole: method check, CORS, the endpoint, errors to page, redirect or JSON, and the one log line. */
void eb_route_serve(const eb_call *call, const eb_route *route);

#endif
