/* SPDX-License-Identifier: GPL-3.0-or-later */
/* xs:dateTime (XML Schema part 2, section 3.2.7) read and written: the one form of time in SAML.
 *
 * Calendar arithmetic stands here because the C library's reads the process's time zone and takes
 * the 31st of February for a day in March.
 */
#include "base/text.h"

#include <apr_strings.h>

static bool two_digits(const char **at, int *ret)
{
    const char *s = *at;
    if (s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9') {
        return false;
    }
    *ret = (s[0] - '0') * 10 + (s[1] - '0');
    *at = s + 2;
    return true;
}

static bool literal(const char **at, char c)
{
    if (**at != c) {
        return false;
    }
    (*at)++;
    return true;
}

/* Days from 1970-01-01 to a day of the proleptic Gregorian calendar, counted in years that begin in
 * March, so that the leap day is a year's last. */
static apr_int64_t days_since_1970(int year, int month, int day)
{
    int y = month <= 2 ? year - 1 : year;
    int m = month <= 2 ? month + 9 : month - 3;
    int era = y / 400;
    int year_of_era = y % 400;
    int day_of_year = (153 * m + 2) / 5 + day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return (apr_int64_t)era * 146097 + day_of_era - 719468;
}

bool eb_date_exists(int year, int month, int day)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1) {
        return false;
    }
    bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return day <= days[month - 1] + (month == 2 && is_leap ? 1 : 0);
}

/* "Z" or "±hh:mm" up to 14:00, in minutes. */
static bool read_zone(const char **at, int *ret_minutes)
{
    if (literal(at, 'Z')) {
        *ret_minutes = 0;
        return true;
    }
    int sign = **at == '+' ? 1 : **at == '-' ? -1 : 0;
    if (sign == 0) {
        return false;
    }
    (*at)++;
    int hours, minutes;
    if (!two_digits(at, &hours) || !literal(at, ':') || !two_digits(at, &minutes) || minutes > 59 ||
        hours * 60 + minutes > 14 * 60) {
        return false;
    }
    *ret_minutes = sign * (hours * 60 + minutes);
    return true;
}

bool eb_time_parse_xml(const char *text, apr_time_t *ret_time)
{
    const char *at = text;
    int century, year, month, day, hour, minute, second, zone;
    if (!two_digits(&at, &century) || !two_digits(&at, &year) || !literal(&at, '-') ||
        !two_digits(&at, &month) || !literal(&at, '-') || !two_digits(&at, &day) ||
        !literal(&at, 'T') || !two_digits(&at, &hour) || !literal(&at, ':') ||
        !two_digits(&at, &minute) || !literal(&at, ':') || !two_digits(&at, &second)) {
        return false;
    }
    year += century * 100;

    apr_int64_t micro = 0;
    bool has_fraction = false;
    if (literal(&at, '.')) {
        if (*at < '0' || *at > '9') {
            return false;
        }
        for (apr_int64_t unit = APR_USEC_PER_SEC / 10; *at >= '0' && *at <= '9'; at++, unit /= 10) {
            micro += (*at - '0') * unit;
            has_fraction = has_fraction || *at != '0';
        }
    }
    /* 24:00:00 is the first instant of the following day; nothing else may have hour 24, and
     * xs:dateTime knows no leap second. */
    bool is_midnight = hour == 24 && minute == 0 && second == 0 && !has_fraction;
    if (year < 1970 || !eb_date_exists(year, month, day) || (hour > 23 && !is_midnight) ||
        minute > 59 || second > 59 || !read_zone(&at, &zone) || *at != '\0') {
        return false;
    }
    apr_int64_t seconds = days_since_1970(year, month, day) * 86400 + hour * 3600 + minute * 60 +
                          second - (apr_int64_t)zone * 60;
    if (seconds < 0) {
        return false;
    }
    *ret_time = seconds * APR_USEC_PER_SEC + micro;
    return true;
}

const char *eb_time_format_xml(apr_pool_t *pool, apr_time_t time)
{
    apr_time_exp_t exp;
    apr_time_exp_gmt(&exp, time);
    return apr_psprintf(pool, "%04d-%02d-%02dT%02d:%02d:%02dZ", exp.tm_year + 1900, exp.tm_mon + 1,
                        exp.tm_mday, exp.tm_hour, exp.tm_min, exp.tm_sec);
}
