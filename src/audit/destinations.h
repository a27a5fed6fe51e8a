// SPDX-License-Identifier: GPL-2.0-or-later
// Destinations that were denied, whoever wanted them and whichever rule it was.
#ifndef VPCJAIL_AUDIT_DESTINATIONS_H
#define VPCJAIL_AUDIT_DESTINATIONS_H

#include <stddef.h>

#include "audit/event.h"

// How many distinct ones (direction, protocol, address, port, ICMP type and code) the denied packets had.
size_t destinations_count(const event_vec *events);

#endif
