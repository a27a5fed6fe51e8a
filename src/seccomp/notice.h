// SPDX-License-Identifier: GPL-2.0-or-later
// Calls that the kernel asks a supervisor about (seccomp_unotify(2)): the answer, and why a row denies. Pure.
//
// The answer depends on the number of the call alone. What the arguments point to can change until it is used, so it
// informs and never decides: a call that a row denies is denied, one that is only observed goes on.
#ifndef VPCJAIL_SECCOMP_NOTICE_H
#define VPCJAIL_SECCOMP_NOTICE_H

#include <linux/seccomp.h>

#include "seccomp/rules.h"

// Turns the answers of a program that notice speaks of into questions to the supervisor. Twice does no harm.
void notice_patch(struct filter_program *program, enum filter_notice notice);

enum observed_call { OBSERVED_NONE, OBSERVED_CONNECT, OBSERVED_SENDTO, OBSERVED_SENDMSG, OBSERVED_SENDMMSG };

// Which of the observed calls it is.
enum observed_call notice_observed(uint32_t arch, int number);

// The answer to give: an observed call goes on, any other fails with EPERM.
struct seccomp_notif_resp notice_answer(const struct seccomp_notif *notice);

// Whether the conditions of a row hold.
bool rule_holds(const struct rule *rule, const uint64_t arguments[6]);

// The first row that denies the call with EPERM; NULL: none.
const struct rule *rule_denying(const struct filter_options *options, const char *call, const uint64_t arguments[6]);

#endif
