// SPDX-License-Identifier: GPL-2.0-or-later
// The names that a job's resolver knows and forwards, for people and for programs.
#ifndef VPCJAIL_DNS_PRINT_H
#define VPCJAIL_DNS_PRINT_H

#include "base/json.h"
#include "base/strbuf.h"
#include "dns/answer.h"

// A line a name: "     NAME  ADDRESS ADDRESS", and of what is forwarded the pattern and who is asked. Reverse names are
// left out: they follow from the others.
void dns_rules_print(const struct dns_rules *rules, struct strbuf *out);

// The same as one object: {"answered": {NAME: [ADDRESS, …]}, "forwarded": [{"name": PATTERN, "to": [ADDRESS, …]}]}.
void dns_rules_print_json(const struct dns_rules *rules, struct json *json);

#endif
