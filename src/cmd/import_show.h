// SPDX-License-Identifier: GPL-2.0-or-later
// What an import says: beside the profile, in its place, and as JSON.
#ifndef VPCJAIL_CMD_IMPORT_SHOW_H
#define VPCJAIL_CMD_IMPORT_SHOW_H

#include "cmd/import_build.h"

// On standard error: what was chosen, what was not given, findings of weight but notes.
void import_tell(const struct imported *imported);

// Says what was chosen because nothing was asked; import_tell() does so, too.
void import_tell_chosen(const struct imported *imported);

// What the job can reach, and all findings: of each profile.
void import_summary(const struct imported *imported, struct strbuf *out);

// One object: "profiles", each with its subnets, file, summary, findings, assumptions and the profile itself, and
// "differences".
void import_json(const struct imported *imported, struct strbuf *out);

// Whether a finding is a problem.
bool import_has_problem(const struct imported *imported);

// "subnet-1, subnet-2"; "" for a job without a VPC.
void import_add_subnets(const struct imported_profile *profile, struct strbuf *out);

#endif
