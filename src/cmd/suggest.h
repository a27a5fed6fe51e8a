// SPDX-License-Identifier: GPL-2.0-or-later
// What would have to be added to a run's profile: `report --suggest`, and the end of an audit.
#ifndef VPCJAIL_CMD_SUGGEST_H
#define VPCJAIL_CMD_SUGGEST_H

#include "cmd/report_show.h"

// Adds the diff and its comment lines to out. -ENOENT where the profile of the run is not known.
int suggest_text(const struct report_sources *sources, struct strbuf *out, struct error *err);

#endif
