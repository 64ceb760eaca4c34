/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The date of birth in a Finnish personal identity code. */
#include "bridge/finnish_code.h"

#include "base/text.h"

#include <apr_strings.h>
#include <string.h>

#define CODE_LEN 11

static const char check_characters[] = "0123456789ABCDEFHJKLMNPRSTUVWXY";

static int century_of(char sign)
{
    if (sign == '+') {
        return 1800;
    }
    if (sign != '\0' && strchr("-UVWXY", sign) != NULL) {
        return 1900;
    }
    return sign != '\0' && strchr("ABCDEF", sign) != NULL ? 2000 : -1;
}

static int two_digits(const char *at)
{
    return (at[0] - '0') * 10 + (at[1] - '0');
}

const char *eb_finnish_code_birthdate(apr_pool_t *pool, const char *code)
{
    if (strlen(code) != CODE_LEN || strspn(code, "0123456789") != 6 ||
        strspn(code + 7, "0123456789") < 3) {
        return NULL;
    }
    int century = century_of(code[6]);
    int number = 0; /* ddmmyyZZZ, at most 999,999,999 */
    for (int i = 0; i < 10; i++) {
        number = i == 6 ? number : number * 10 + (code[i] - '0');
    }
    if (century < 0 || check_characters[number % 31] != code[10]) {
        return NULL;
    }
    int year = century + two_digits(code + 4);
    int month = two_digits(code + 2), day = two_digits(code);
    return eb_date_exists(year, month, day) ? apr_psprintf(pool, "%04d-%02d-%02d", year, month, day)
                                            : NULL;
}
