// SPDX-License-Identifier: GPL-2.0-or-later
// The jail's own address from a command line: see link_options.h.
#include "cmd/link_options.h"

#include <errno.h>
#include <sys/stat.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "plan/link_request.h"

enum { LEASE_MAXIMUM = 1 << 22 };

bool link_options_given(const struct invocation *invocation)
{
	return invocation->addresses.count || invocation->gateways.count || invocation->lease;
}

// A lease that has ended may be somebody else's by now.
static int check_end(const struct lease *lease, const struct stat *status, const char *path, struct error *err)
{
	int64_t end = lease->end + (lease->from_file_time ? (int64_t)status->st_mtime : 0);
	struct timespec now;
	struct tm parts;
	char text[32] = "";
	time_t when = (time_t)end;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (!lease->ends || end > now.tv_sec)
		return 0;
	if (gmtime_r(&when, &parts))
		(void)strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &parts);
	return error_set(
	    err, -ETIME,
	    "--lease %s: it ended at %s UTC, and the address may be another host's now: let the DHCP client "
	    "renew it",
	    path, text);
}

static int read_lease(const char *path, struct link_request *out, struct error *err)
{
	AUTO_FREE char *text = NULL;
	struct stat status;
	struct lease lease;
	size_t length;

	if (stat(path, &status) < 0)
		return error_set_errno(err, -errno, "--lease %s", path);
	if (io_read_file(path, LEASE_MAXIMUM, &text, &length, err) < 0 || lease_parse(text, length, &lease, err) < 0) {
		error_prefix(err, "--lease %s", path);
		return -EINVAL;
	}
	if (check_end(&lease, &status, path, err) < 0)
		return -ETIME;
	return link_request_lease(out, &lease, err);
}

int link_options_read(const struct invocation *invocation, struct link_request *out, struct error *err)
{
	struct link_request made = { 0 };

	vec_for_each (address, &invocation->addresses)
		if (link_request_address(&made, *address, err) < 0)
			return err->code;
	vec_for_each (gateway, &invocation->gateways)
		if (link_request_gateway(&made, *gateway, err) < 0)
			return err->code;
	if (invocation->lease && read_lease(invocation->lease, &made, err) < 0)
		return err->code;
	if (link_request_check(&made, err) < 0)
		return err->code;
	*out = made;
	return 0;
}
