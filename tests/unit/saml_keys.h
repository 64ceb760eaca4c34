/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys of the test messages: made for the tests, used nowhere else, secret from nobody. */
#ifndef EB_TESTS_SAML_KEYS_H
#define EB_TESTS_SAML_KEYS_H

/* clang-format off */

/* the provider's signing key, EC P-256 */
#define SAML_IDP_KEY \
    "-----BEGIN PRIVATE KEY-----\n" \
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg95phz/sVJWNmztJx\n" \
    "UfIOadCKiEo3dRc84MPSNlnS8KWhRANCAAT2OpTM1KMmAXsrONW/bddgPvx2SKEw\n" \
    "bmJW+lPMEClKxxf3kBTldL0p1rJ6LKi7msRWiLMGAxKysCwQuW3PxQIh\n" \
    "-----END PRIVATE KEY-----\n"

#define SAML_IDP_CERTIFICATE \
    "MIIBizCCATGgAwIBAgIUVjuUAgIEML2+nUglTCsxB0bCUHcwCgYIKoZIzj0EAwIw" \
    "GjEYMBYGA1UEAwwPaWRwLmV4YW1wbGUub3JnMCAXDTI2MTEyMTAzMjkxN1oYDzIx" \
    "MjYxMDI4MDMyOTE3WjAaMRgwFgYDVQQDDA9pZHAuZXhhbXBsZS5vcmcwWTATBgcq" \
    "hkjOPQIBBggqhkjOPQMBBwNCAAT2OpTM1KMmAXsrONW/bddgPvx2SKEwbmJW+lPM" \
    "EClKxxf3kBTldL0p1rJ6LKi7msRWiLMGAxKysCwQuW3PxQIho1MwUTAdBgNVHQ4E" \
    "FgQUu2qYLZBFcSUx8kFPqbYpMKsEVm0wHwYDVR0jBBgwFoAUu2qYLZBFcSUx8kFP" \
    "qbYpMKsEVm0wDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiAGdBPk" \
    "tE1ko36mGWnlws9Qi9SHWZ3TcqLkoRhKgPNZYwIhALNqzlJ3EpfetInfYhj/w7Xq" \
    "LzTu4uTdSD+tRerOJ9Us"

/* the provider's other signing key, EC P-256 */
#define SAML_IDP_NEXT_KEY \
    "-----BEGIN PRIVATE KEY-----\n" \
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgl0ulFy7YW7syHSp2\n" \
    "M9qgYiGzpP/lRhbg/GqWTOMDftGhRANCAATTicjsrHigLqVEj+FTZ4APUc5NVYWo\n" \
    "80uPs/6UqVd+R3+Vdnr+lWDe48LUuc3swwBsd0HPGzcziCAHphOCvd7E\n" \
    "-----END PRIVATE KEY-----\n"

#define SAML_IDP_NEXT_CERTIFICATE \
    "MIIBlDCCATugAwIBAgIUfFApwGH5EqN5EZ2pTxicE13VP+owCgYIKoZIzj0EAwIw" \
    "HzEdMBsGA1UEAwwUaWRwLmV4YW1wbGUub3JnIG5leHQwIBcNMjYxMTIxMDMyOTE3" \
    "WhgPMjEyNjEwMjgwMzI5MTdaMB8xHTAbBgNVBAMMFGlkcC5leGFtcGxlLm9yZyBu" \
    "ZXh0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE04nI7Kx4oC6lRI/hU2eAD1HO" \
    "TVWFqPNLj7P+lKlXfkd/lXZ6/pVg3uPC1LnN7MMAbHdBzxs3M4ggB6YTgr3exKNT" \
    "MFEwHQYDVR0OBBYEFErU10tT1ivyssjZTRnEhAa8ZX7lMB8GA1UdIwQYMBaAFErU" \
    "10tT1ivyssjZTRnEhAa8ZX7lMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwID" \
    "RwAwRAIgJts8ExemT3Dp0WZp/73J6vFa8ad2bIw8T8JQ+3+HgB8CIHnLMxLYv07+" \
    "v5qofAVw2H/g9rrBCKbhLW3q8Ay3gKwY"

/* ours, RSA-2048 */
#define SAML_SP_RSA2048_KEY \
    "-----BEGIN PRIVATE KEY-----\n" \
    "MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQDJunXYvvRudv/L\n" \
    "zm/zfu54AstpZLNLPD4Zb4r+52JlUdue9GgBb1jjn4idYWGEx08//zvD/euW1Q4o\n" \
    "3mkn+ysHpEcB/rvjr+AsjcWjwDStD+05aXNBlwWA1SUrP5lh+1UN05v0VLTdTSOz\n" \
    "/poJ+BqDA4aaYqSSeJJCG0hX72jkbsjJXv+57Tra+zHilXrgYxXp4RN7pYXalJgM\n" \
    "E1Kj9G7n9rXKaLodzixWIUboLbvhIjcBoAUES8jaTDboxjjj5VsDuekFtyX46LS+\n" \
    "vediDv0pqlwKr7qDVyNlM5KbJIYjNGQtwefqdgapqxWALCXYxbyFBNwx/ss4qB92\n" \
    "cCANKGRrAgMBAAECggEAWjOii1sDYDucsIyr+XSp/Aa/3u4Uz9DtsaDzRXzAPi7m\n" \
    "pcKCmRWpaQrGYx0OpnkaojKmDkLFq8mzzal52tNQD9gwmh9F848KjdGM7OY+h54G\n" \
    "BLR2wX7eipeESbzkAHCKPScAZrXTs9rQ2qS/SzLh4/BZKUJvdUEtoRqi9BMM04s8\n" \
    "Iy7/AONGOFhOml9GFPI8+R2goNZwg31yLZ7A6lnhQW4Usv89QC2dAgkn8IjW0jB+\n" \
    "StDJSlOU1Y/ZGpxhTMkG2tNrrNvYQzeGWGB/rIjeK4rY8AAOrvuJn6X2DorOFkY5\n" \
    "PAyiBJmzMH0ez/O0brFp9nf0Zcxr+ab3nqshppI9BQKBgQD2IsMKPue15g7HWUWy\n" \
    "gbUeVWiQiICnRcajV9Nv8G5aY6brY4JSXob83FKXpe1TQwODbD0FlBVok6bZA2C7\n" \
    "RC7ExXXHeq2bLJ92fPYwrdgG0LTT6wed7BMtniLdqWPAByhMKqb3ZdyG5bo3eeuv\n" \
    "BqM0ntaoOOslcEslSet6lKrslwKBgQDR0BlY8ZYqsmC6729XZVIEvedv9VTuW91S\n" \
    "HtT+RmxjFZ78BD8aRz6CVYn8a8VMwR8sY5iS66WYY7aDigzRcodMZ5fUTFb/Y/6x\n" \
    "9/jjLG7QL4iUCU05//MgULPNs6WJ59tDvu6GnHE2DPGaU0M8Aw18HHLH2xIV+gbt\n" \
    "OMf2TUL9TQKBgDr8lbVs4ebr3XrU4CkpgJhma4rHy91KkZIvyBI5kpjC7QvYazEG\n" \
    "Sl9rBbgmIbwkgUELvYwKsx6+0+uKLbJzYqnxkIpf0h8wEH867103LGBlwBBRcR/d\n" \
    "pbL3BPAOWkN486VdS2pa1QDXKUuGQn9NnetMbbEfAuuT/85N6ssTueq9AoGBAM5k\n" \
    "zJp/RL6JrLgXk0rAw/cgLMwo5Tx5J/WBmPrtoe+ytCurrbuW+/nQVaX3CiZgD99l\n" \
    "thBJOSP4avFo2wUqicfyXBweYLJo1oKRsccfzX6EU/F0WQDGNI/Ec6vVnfFUIJC7\n" \
    "AP9wY7nM79plL82YHyrI/Wx2p4rw4uF3KtWy2UQ9AoGBAN8CfKXrjRyrvjc3gxMV\n" \
    "XJgyfMNZIvLMFvpEmwUkbbli/vI+z4k5LIUiQm3iPs3qLacEsfx1l/EyIRT5lZh/\n" \
    "c3kiV895oXhoXnKyao6l5Ih98E9tccI5pGlrXjh1DbwlwuWCd5Qps5PbORSHcLNJ\n" \
    "VAWi4XFDFO1k3ZmP8A7Irq76\n" \
    "-----END PRIVATE KEY-----\n"

#define SAML_SP_RSA2048_CERTIFICATE \
    "MIIDFTCCAf2gAwIBAgIUR08kOw42dvVS/ynatPUahYwXQOIwDQYJKoZIhvcNAQEL" \
    "BQAwGTEXMBUGA1UEAwwOc3AuZXhhbXBsZS5vcmcwIBcNMjYxMTIxMDMyOTE3WhgP" \
    "MjEyNjEwMjgwMzI5MTdaMBkxFzAVBgNVBAMMDnNwLmV4YW1wbGUub3JnMIIBIjAN" \
    "BgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAybp12L70bnb/y85v837ueALLaWSz" \
    "Szw+GW+K/udiZVHbnvRoAW9Y45+InWFhhMdPP/87w/3rltUOKN5pJ/srB6RHAf67" \
    "46/gLI3Fo8A0rQ/tOWlzQZcFgNUlKz+ZYftVDdOb9FS03U0js/6aCfgagwOGmmKk" \
    "kniSQhtIV+9o5G7IyV7/ue062vsx4pV64GMV6eETe6WF2pSYDBNSo/Ru5/a1ymi6" \
    "Hc4sViFG6C274SI3AaAFBEvI2kw26MY44+VbA7npBbcl+Oi0vr3nYg79KapcCq+6" \
    "g1cjZTOSmySGIzRkLcHn6nYGqasVgCwl2MW8hQTcMf7LOKgfdnAgDShkawIDAQAB" \
    "o1MwUTAdBgNVHQ4EFgQUlvBeWY2G818sZt+howX14VjUpmgwHwYDVR0jBBgwFoAU" \
    "lvBeWY2G818sZt+howX14VjUpmgwDwYDVR0TAQH/BAUwAwEB/zANBgkqhkiG9w0B" \
    "AQsFAAOCAQEAnB+9CW0HrDNCwQ1k7wF/SALPcTmI6zxKb7tVshy5trCSBNI6c6+g" \
    "M62K78XFixFa7LTRpqTekSLzt+D3W2GvPVvGCK4WsGoLbwSjvY5dquG9238rjYBD" \
    "huoZbcGOMQA3Nq5ANcZuz9QZxllWq3Hyh9V56AzesNwNaq/s3YEPKW6iSvTMbeOL" \
    "mIzRlB2w2En4SP0jrw9wTyyciSiPxO7M7TgUdbxXHjh4kZVHMaGq072TCJTkf+/Y" \
    "+F61Cf0PVrWler7TVnvO/Gz7atd5zq6AYWcRrkdSJQJ24cp0/jfHPd/xpcNBqG3B" \
    "02ox7Neb4/cuSCCuCDcfSNgwX9CNgsgpRw=="

/* ours, RSA-3072 */
#define SAML_SP_RSA3072_KEY \
    "-----BEGIN PRIVATE KEY-----\n" \
    "MIIG/AIBADANBgkqhkiG9w0BAQEFAASCBuYwggbiAgEAAoIBgQCLAui7OZnVHpp2\n" \
    "98FbRwmi9m0x77Mg8xf2IkslOSWJUbYPr95XICWvvOQTO//uYOHIIjWB0UsEA0Po\n" \
    "Y2CHPtxS/8+UahbZuxHIEdBXyrL7cqRoi2iE0WJ3zvJk7fShzbNF+3p65gHpdFv2\n" \
    "5NtH6zqfZCSFxng4oFmBJGF+J2QCv5SLlAypw2zdNDzhlsoMtuldgez+BQMvc6Tm\n" \
    "/VZGKUnJIIjUcT/dGv5+tx7xXshHZSMI2+RpMwzFvkM5nsbaTnVIFthsit81evPE\n" \
    "e/YGJ4dVWsiVm0hrovoBy+uDU34ScrakJigPvunMtidZ1qozJwDXMgIOe9uPDyxN\n" \
    "hfmGbMNIGwRTAx0CDE+5q8TA1s/SfTT1r8ntfMY6xBzJsrRrvJO0ha7A2hs4Iz6U\n" \
    "t/4iFGG26/dlbovKvCWIcwkzT58VD/1lph6Eu6PJozpWvciVEEXToczHfR/GfRHf\n" \
    "/RdQq0opTo5bDH8w9fU//28qFVgmmU65GyW2E7T4aUgTx9xO+mUCAwEAAQKCAYAJ\n" \
    "xVoTcuCHtN95lj+OiWc5f6W8OVN3cO7Ru6ZZhvNG/CnWX2+64wUTHa1QVsrN+BxW\n" \
    "o2Tsa4ggz5Px3S5XQ0lcQiPWlEBn7Hi6/dmNmi9LckrxGD9v+oG31yF9i6ZCy0Eb\n" \
    "HaqFwe4HeUjPiVWKcBPOSU0x4/nmTQsNgz+hDObANLQdvXnIYvafc8EFwEISc7bi\n" \
    "fjPoxPRs3O2N2Oe8BcHsc696cz1gbrnNsVRo9dcRAaBdSot7A34V1iJGhg0HIjWM\n" \
    "ooAjKW8f3QFjdmkW54o4DpjqN+1/Ta+nOQ1IlMYOG5Pap6tvnZ/sBJhMT2B9kQ3K\n" \
    "si02moq8KdWkwj7HEczg3Cy+TXVPC6X1Ne44H99QdYxK/6VT1ViubERWdHNLCop6\n" \
    "Kb2vuMWZaq4xkFXNjQQyW/Q0aXIoWwreRie0A/RDDqUNSGV55Uuo38O1vQKMMdMQ\n" \
    "K0FGp1uc9Gz9dmXJR3fznxFXpSUmEQIlc0blxXXh2bD2weLwyTlBnSRnY1sxJVEC\n" \
    "gcEAw71bN6qHLugWGuuCXrfIRsXIXXgCyRYIdWyRl76jBbyifyobpuvzmyGVzalw\n" \
    "7M/eGsJRQ8WWBl3utifgJL5soZboqF5PT5cIEh580TMTVs8uWX7pW4zhxAJtBQk8\n" \
    "ibRyJGujTOc4LK0Aesq1WxaLYPiPC44O4OablF1z9yGkhQyDHrXk+n3T26w7MW0F\n" \
    "CQGZkWhPJe+7JG9uPK1nVWXW9ydyzA8uqmJdCxuS5IsUwMVAUhhFZ+YRpCqENCSD\n" \
    "5+vZAoHBALXOrcTV/cHu2qKoEVOm7JD+7QBEaOIzMcvo1xCQA1/7IY12Mb01kzWG\n" \
    "b249ks6av7e9+JruqPi5ll1wL7Rl5rA9DSnB3MHh18PKHDlvsefcjgNBcqWEYmgW\n" \
    "iHce6M8eP5bQY+aEI3jQtdlSKGl4nQvVwWpRfjr9AvKOAyZ4J3cmSdlEQ/i8C3CC\n" \
    "9Efs9ynkwYsz77qUr6r4fxq+ywk74OSumSSmaKkidmuNEBdk4ad8CbWSqXju3X71\n" \
    "i74VvT2nbQKBwHeJcWZ6btoXhEBmaRSdGeMWsDlcrB7PpNTJO9S26Gn9fCM6vO5g\n" \
    "lEG97fVOMBd/Dn27A9Pmm6tBvCFkEr99x2ubdHQ2PCs36gbetY0wqvPNzNl85tgx\n" \
    "HkMM1DVKIb1bBIX3ch/p6OVnta5Hkx+QkgfjY8BDvhRc4NBnjgVzdzyFmqGrpa3Q\n" \
    "IAy8jt2tXXDVmEozsHpTgC9NGb5Wi4+chP4lCjdSYkZNkdLRwRBvW3oqPBCmn+RG\n" \
    "nalrCZeqYR/GaQKBwFbCscRMRpPE04tp3xLnht9O+HT3MII54hqoG/Hod+PW6VUj\n" \
    "wWrE5WJWrFiUg7maucEKpFfzaql/j1U501ooguU5zU1PGXVgvGHP0pZKSkEWzKKb\n" \
    "GgYI3hlEH42RL5KfocLr4bDBAFiIaS+zeFuU1oUuVeXRzAaEdWKhCLnT/ylqGTXY\n" \
    "0QMjYeYoaEDmwbC5XO98Mnv8trRFcAqoYCYg8BrRg32s+Cc2rgJ3R+WSG+mcVNnU\n" \
    "ipGOlB8hOLXWk/+XJQKBwAGuVcA4u+frFa+EDB6s8td/aKocp+h6Fa5XwhWGHnKU\n" \
    "81X1qZzsjUaFdunWflTtAz1JLDe4MZziO/g6UfXoOdHPGY1ngaNr0ox6r0pnGNS2\n" \
    "QTyZl5/1udaX+6RZRfJcLDjZAuD29BDxdOwfreEdnK0jfWg5GldGOQLFOK5rCCW1\n" \
    "W0BSSby3G25jsk6v2gIWb8Ye4upyQtoJSrVGgpE1VHlnNGXESa5BcWR2QgcywhCR\n" \
    "I1dNyCs6LXdRHkYytwbtWw==\n" \
    "-----END PRIVATE KEY-----\n"

#define SAML_SP_RSA3072_CERTIFICATE \
    "MIIEKzCCApOgAwIBAgIUdg/kaIZ8M9rHBwJXm/Egkg2wqZIwDQYJKoZIhvcNAQEL" \
    "BQAwJDEiMCAGA1UEAwwZc3AuZXhhbXBsZS5vcmcgZW5jcnlwdGlvbjAgFw0yNjEx" \
    "MjEwMzI5MTdaGA8yMTI2MTAyODAzMjkxN1owJDEiMCAGA1UEAwwZc3AuZXhhbXBs" \
    "ZS5vcmcgZW5jcnlwdGlvbjCCAaIwDQYJKoZIhvcNAQEBBQADggGPADCCAYoCggGB" \
    "AIsC6Ls5mdUemnb3wVtHCaL2bTHvsyDzF/YiSyU5JYlRtg+v3lcgJa+85BM7/+5g" \
    "4cgiNYHRSwQDQ+hjYIc+3FL/z5RqFtm7EcgR0FfKsvtypGiLaITRYnfO8mTt9KHN" \
    "s0X7enrmAel0W/bk20frOp9kJIXGeDigWYEkYX4nZAK/lIuUDKnDbN00POGWygy2" \
    "6V2B7P4FAy9zpOb9VkYpSckgiNRxP90a/n63HvFeyEdlIwjb5GkzDMW+QzmextpO" \
    "dUgW2GyK3zV688R79gYnh1VayJWbSGui+gHL64NTfhJytqQmKA++6cy2J1nWqjMn" \
    "ANcyAg57248PLE2F+YZsw0gbBFMDHQIMT7mrxMDWz9J9NPWvye18xjrEHMmytGu8" \
    "k7SFrsDaGzgjPpS3/iIUYbbr92Vui8q8JYhzCTNPnxUP/WWmHoS7o8mjOla9yJUQ" \
    "RdOhzMd9H8Z9Ed/9F1CrSilOjlsMfzD19T//byoVWCaZTrkbJbYTtPhpSBPH3E76" \
    "ZQIDAQABo1MwUTAdBgNVHQ4EFgQUMpZot8S+YPKug94pc46jgz6wLrIwHwYDVR0j" \
    "BBgwFoAUMpZot8S+YPKug94pc46jgz6wLrIwDwYDVR0TAQH/BAUwAwEB/zANBgkq" \
    "hkiG9w0BAQsFAAOCAYEAV6JkHK4AO6oN40+DWMDKJPRb18Ey/H2kY3HTHaMCsWOB" \
    "LWvQzgYrjVebQfUsB4tD3CqWjfyEQGVlKJqouxLrp/m0p/au+AE4RcL1bsbp4idv" \
    "C6nCv8eD1ldy2+jkIyxb0ymriZuzHmaTYxM3xlhevyt+fMZGxWl+qLxZnHvTg22g" \
    "XWur4ZPw66dlEldsRw3p0LuxJFfrhwbZZB28omzGTXAiTGHZfl3n4q1bmrNtDo7S" \
    "rDjgBFv9UEpmI5Ggl3tlddD0ug64c2Fy6ON18y4vfIgNF4SMjxT8de5+/CxDQKMV" \
    "LW5ivgrJ7TGXwpJA+ZMM4s1ArNrM/NQ+YjTLI5F4YBP9kMt5lpEvPZnTHL3IEmPH" \
    "fJe40bTygtn9oIVYJW8kuGZoovL0Xl1FZgWMEr4IzD3l1wZKKBZIt8nC+p0KlOeD" \
    "zvmPbNYHvxlGXUhgA1ZxmHDIk42jiR/WALNl4Q0EQIIW+mO483k1jK8NKiHAWw33" \
    "aXA0cisjw2QiwCu0psDn"

/* ours, EC P-256 */
#define SAML_SP_EC_KEY \
    "-----BEGIN PRIVATE KEY-----\n" \
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgaPza8vMHFGEcmUGL\n" \
    "9Kt4mlboOxju1TlEPYG55dn64d+hRANCAAQuGEgdkHs79cqziFzXTY+LqZBAhpe3\n" \
    "AcXimq6TMabcbOXi9VHPF0+ltoW5Fp6OTFA+TIjH5L8L5PK+ltevRaCq\n" \
    "-----END PRIVATE KEY-----\n"

#define SAML_SP_EC_CERTIFICATE \
    "MIIBkDCCATWgAwIBAgIUK34G8ky+o2Ci65khJRVMhMgbpk8wCgYIKoZIzj0EAwIw" \
    "HDEaMBgGA1UEAwwRc3AuZXhhbXBsZS5vcmcgZWMwIBcNMjYxMTIxMDMyOTE3WhgP" \
    "MjEyNjEwMjgwMzI5MTdaMBwxGjAYBgNVBAMMEXNwLmV4YW1wbGUub3JnIGVjMFkw" \
    "EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAELhhIHZB7O/XKs4hc102Pi6mQQIaXtwHF" \
    "4pqukzGm3Gzl4vVRzxdPpbaFuRaejkxQPkyIx+S/C+TyvpbXr0WgqqNTMFEwHQYD" \
    "VR0OBBYEFDDftvD8Bq4X+dx3qh+7lIxyyKU1MB8GA1UdIwQYMBaAFDDftvD8Bq4X" \
    "+dx3qh+7lIxyyKU1MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIh" \
    "ALbyDFKbgTctKSktrAC7HeDEdYMiYW+UUBLCQKS865/AAiEAy+Y3uZGLWq0gQZ2D" \
    "s/IdrXNav+/kSpzsU+xxGacpn+k="

/* RSA-1024: too small for anybody */
#define SAML_WEAK_CERTIFICATE \
    "MIIB/DCCAWWgAwIBAgIUJ+SiJbqdl7UJbo8mBbN5D7rJxfswDQYJKoZIhvcNAQEL" \
    "BQAwDzENMAsGA1UEAwwEd2VhazAgFw0yNjExMjEwMzI5MTdaGA8yMTI2MTAyODAz" \
    "MjkxN1owDzENMAsGA1UEAwwEd2VhazCBnzANBgkqhkiG9w0BAQEFAAOBjQAwgYkC" \
    "gYEAorkiY9qxGCzkR2z/vbMIhEShdFAAWkvKllr/BK978MX6sj2tiV1eWhrHcVoY" \
    "aWpGy/lVwBB/uGYSk8FhIzLa4PpU3XYAccXIf7e5rcuQS/JwGkx/fQoRh0j6rYSq" \
    "grBqrXwt04sqw3cYDCfLAsohX3JJWY69r2QEFOSkDbu6DHUCAwEAAaNTMFEwHQYD" \
    "VR0OBBYEFJagUD+Guexq2DZVlgSa2a1wLMabMB8GA1UdIwQYMBaAFJagUD+Guexq" \
    "2DZVlgSa2a1wLMabMA8GA1UdEwEB/wQFMAMBAf8wDQYJKoZIhvcNAQELBQADgYEA" \
    "RwsAxpBLQ7nM8IJ3tbzhjIgBGCrKCReYqxAu690+UAlypEN8f5W5abO3gH7UMntj" \
    "5JuNirOraHIb4nDaE7Y1qKFW7rb+ByOhpjamnzDH6UW8+YUYbLoUXRRDA9vW3Kc8" \
    "mCYkP2yM9BMELrhYRRvEJeDCUNC827j90/KiWIJa6wU="

/* clang-format on */

#endif
