/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The endpoint functions, as the table in bridge/route names them. Each is described in its own
 * file. */
#ifndef EB_BRIDGE_ENDPOINTS_H
#define EB_BRIDGE_ENDPOINTS_H

#include "bridge/bridge.h"

const eb_err *eb_login_start(eb_call *call);    /* /authorize: step 1 and 2 of a login */
const eb_err *eb_login_finish(eb_call *call);   /* /saml/acs: step 3 */
const eb_err *eb_token_serve(eb_call *call);    /* /token: step 4 */
const eb_err *eb_userinfo_serve(eb_call *call); /* /userinfo: step 5 */
const eb_err *eb_publish_discovery(eb_call *call);
const eb_err *eb_publish_jwks(eb_call *call);
const eb_err *eb_publish_metadata(eb_call *call);
const eb_err *eb_publish_style(eb_call *call);

#endif
