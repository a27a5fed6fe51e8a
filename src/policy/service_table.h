// SPDX-License-Identifier: GPL-2.0-or-later
// The table of AWS services: from the words of an endpoint's service name to DNS names. Inside src/policy only.
#ifndef VPCJAIL_POLICY_SERVICE_TABLE_H
#define VPCJAIL_POLICY_SERVICE_TABLE_H

#include <stddef.h>

enum { SERVICE_NAMES = 10, SERVICE_FIPS_NAMES = 4, SERVICE_GLOBAL_NAMES = 4 };

// Patterns, NULL after the last: %r is the Region, %s the partition's suffix (amazonaws.com), %d its suffix of names
// with both address families (api.aws), %o that of names which are a customer's own (on.aws), %m that of SageMaker's
// applications (sagemaker.aws).
struct service_name_row {
	const char *service;  // what follows com.amazonaws.REGION.
	const char *names[SERVICE_NAMES];
	const char *fips[SERVICE_FIPS_NAMES];
	const char *us_east_1[SERVICE_GLOBAL_NAMES];  // names of that Region which do not say so
};

// Ascending by service.
extern const struct service_name_row service_name_rows[];
extern const size_t service_name_row_count;

// The row of a service; NULL when the table does not have it.
const struct service_name_row *service_name_find(const char *service);

#endif
