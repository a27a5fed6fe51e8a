// SPDX-License-Identifier: GPL-2.0-or-later
// Addresses that hosts of a site or a VPC have.
#ifndef VPCJAIL_AUDIT_RECORD_SITE_ADDRESS_H
#define VPCJAIL_AUDIT_RECORD_SITE_ADDRESS_H

#include <stdbool.h>

#include "net/address.h"

// RFC 1918, RFC 6598 and RFC 4193, without fd00:ec2::/32, where the services of AWS are.
bool address_is_of_site(const struct address *address);

#endif
