/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How rules of MapClaim are written, and what they make of values. */
#define OIDC_HELP_MAIN
#include "oidc_help.h"

#include "bridge/claims_change.h"

static eb_claim_rule rule;

/* Reads a rule written with | between its words. */
static const char *read_rule(const char *text)
{
    const char *words[32];
    char *state, *word = apr_strtok(apr_pstrdup(pool, text), "|", &state);
    int count = 0;

    for (; word != NULL; word = apr_strtok(NULL, "|", &state)) {
        words[count++] = word;
    }
    rule.claim = "x";
    return eb_claim_rule_parse(pool, apr_pmemdup(pool, words, sizeof(words)), count, &rule);
}

/* What the rule makes of texts, both written with | between. */
static const char *changed(const char *text, const char *values)
{
    eb_claim_text texts[8];
    const eb_claim_text *made;
    const char *result = "";
    char *state, *value = apr_strtok(apr_pstrdup(pool, values), "|", &state);
    int count = 0;

    ck_assert_ptr_null(read_rule(text));
    for (; value != NULL; value = apr_strtok(NULL, "|", &state)) {
        texts[count++] = (eb_claim_text){value, false};
    }
    made = eb_claim_apply(pool, &rule, texts, count, &count);
    for (int i = 0; i < count; i++) {
        result = apr_pstrcat(pool, result, i == 0 ? "" : "|", made[i].text, NULL);
    }
    return result;
}

static void expect_fault(const char *text, const char *sentence)
{
    const char *fault = read_rule(text);

    ck_assert_ptr_nonnull(fault);
    ck_assert_msg(strstr(fault, sentence) != NULL, "%s", fault);
}

START_TEST(from_and_value_take_one_word)
{
    ck_assert_ptr_null(read_rule("from|urn:oid:1"));
    ck_assert(!rule.is_value && rule.change == NULL);
    ck_assert_str_eq(rule.argument, "urn:oid:1");
    ck_assert_ptr_null(read_rule("VALUE|citizen"));
    ck_assert(rule.is_value && rule.change == NULL);
    expect_fault("from", "found 1 words, accepted is from ATTRIBUTE");
    expect_fault("value|a|b", "found 3 words, accepted is value TEXT");
}
END_TEST

START_TEST(an_unknown_form_is_told_with_the_nearest)
{
    expect_fault("spilt|;|a", "found 'spilt'");
    expect_fault("spilt|;|a", "did you mean split?");
}
END_TEST

START_TEST(join_needs_every_attribute)
{
    const char *both[] = {"Ada", "Lovelace"}, *half[] = {"Ada", NULL};
    int count;

    ck_assert_ptr_null(read_rule("join| |first|last"));
    ck_assert(eb_claim_is_join(&rule));
    ck_assert_str_eq(eb_claim_join(pool, &rule, both, 2), "Ada Lovelace");
    ck_assert_ptr_null(eb_claim_join(pool, &rule, half, 2));
    ck_assert_str_eq(eb_claim_rule_attributes(pool, &rule, &count)[1], "last");
    ck_assert_int_eq(count, 2);
    expect_fault("join| |first", "accepted is join");
}
END_TEST

START_TEST(split_gives_the_parts_that_are_not_blank)
{
    ck_assert_str_eq(changed("split|;|a", "x;y;; ;z|w"), "x|y|z|w");
    ck_assert_str_eq(changed("split|, |a", "x, y,z"), "x|y,z");
    ck_assert_str_eq(changed("split|;|a", ";"), "");
    expect_fault("split|;", "accepted is split");
}
END_TEST

START_TEST(match_gives_the_replacement_of_what_matches)
{
    ck_assert_str_eq(changed("match|^cn=([^,]+),ou=(.*)$|$2/$1|a", "cn=x,ou=y|other"), "y/x");
    ck_assert_str_eq(changed("match|b+|[$0]|a", "abbc"), "[bb]");
    ck_assert_str_eq(changed("match|.|$$1|a", "x"), "$1");
    ck_assert_str_eq(changed("match|(x)?y|<$1>|a", "y"), "<>");
}
END_TEST

START_TEST(match_reads_no_value_of_more_than_1024_octets)
{
    char *longest = apr_palloc(pool, 1026);

    memset(longest, 'a', 1025);
    longest[1025] = '\0';
    ck_assert_str_eq(changed("match|a|yes|a", longest), "");
    longest[1024] = '\0';
    ck_assert_str_eq(changed("match|a|yes|a", longest), "yes");
}
END_TEST

START_TEST(match_refuses_what_cannot_work)
{
    expect_fault("match|(|$1|a", "no POSIX extended regular expression");
    expect_fault("match|x|$1|a", "found $1, but 'x' has 0 pairs");
    expect_fault("match|x|$|a", "accepted after $");
    expect_fault("match|x|$a|a", "accepted after $");
}
END_TEST

START_TEST(table_is_many_to_many)
{
    const char *text = "table|a|g1=reader|g1=writer|g2=writer|cn=x,ou=y=admin";

    ck_assert_str_eq(changed(text, "g1"), "reader|writer");
    ck_assert_str_eq(changed(text, "g2|g1"), "writer|reader");
    ck_assert_str_eq(changed(text, "cn=x,ou=y"), "admin");
    ck_assert_str_eq(changed(text, "G1|g3"), "");
    expect_fault("table|a|g1", "found 'g1', accepted is KEY=VALUE");
    expect_fault("table|a|=x", "accepted is KEY=VALUE");
    expect_fault("table|a|g1=", "accepted is KEY=VALUE");
    expect_fault("table|a", "accepted is table");
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, from_and_value_take_one_word);
    tcase_add_test(tcase, an_unknown_form_is_told_with_the_nearest);
    tcase_add_test(tcase, join_needs_every_attribute);
    tcase_add_test(tcase, split_gives_the_parts_that_are_not_blank);
    tcase_add_test(tcase, match_gives_the_replacement_of_what_matches);
    tcase_add_test(tcase, match_reads_no_value_of_more_than_1024_octets);
    tcase_add_test(tcase, match_refuses_what_cannot_work);
    tcase_add_test(tcase, table_is_many_to_many);
}

int main(void)
{
    return run_case("claims_change", add_tests);
}
