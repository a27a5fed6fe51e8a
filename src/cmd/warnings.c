// SPDX-License-Identifier: GPL-2.0-or-later
// What a valid profile leaves open, and what this version cannot enforce of it: see warnings.h.
#include "cmd/warnings.h"

#include "policy/service_name.h"

// A row a channel that profile_load does not warn of already: where the profile opens it (NULL: it does not), and what
// that means.
struct channel {
	const struct location *(*open)(const struct profile *profile);
	const char *message;
};

static const struct location *imds(const struct profile *profile)
{
	return profile->vpc.imds == PERMISSION_ALLOW ? &profile->vpc.imds_at : NULL;
}

static const struct location *host_ports(const struct profile *profile)
{
	return profile->network.host_ports.count ? &profile->network.host_ports_at : NULL;
}

static const struct location *sockets(const struct profile *profile)
{
	return profile->process.sockets.count ? &profile->process.sockets.items[0].at : NULL;
}

static const struct location *mps(const struct profile *profile)
{
	return profile->process.devices.mps == PERMISSION_ALLOW ? &profile->process.devices.mps_at : NULL;
}

static const struct location *shared_tmp(const struct profile *profile)
{
	return profile->process.tmp.text ? &profile->process.tmp.at : NULL;
}

static const struct location *kept_credentials(const struct profile *profile)
{
	return profile->process.credentials == CREDENTIALS_KEEP ? &profile->process.credentials_at : NULL;
}

static const struct channel channels[] = {
	{ imds, "vpc.imds: allow: whoever reaches the metadata service can take the instance role's credentials" },
	{ host_ports, "network.host-ports: whatever listens there acts for the job outside" },
	{ sockets, "process.sockets: whatever listens there acts for the job outside" },
	{ mps, "process.devices.mps: allow: the MPS daemon is shared with jobs that are not isolated" },
	{ shared_tmp, "process.tmp: other programs' files and sockets in that folder are visible to the job" },
	{ kept_credentials, "process.credentials: keep: the job has the caller's AWS credentials" },
};

void warnings_add(const struct profile *profile, struct mistakes *mistakes)
{
	unavailable_vec unavailable = { 0 };

	for (size_t i = 0; i < sizeof(channels) / sizeof(channels[0]); i++) {
		const struct location *at = channels[i].open(profile);
		if (at)
			mistakes_add(mistakes, SEVERITY_WARNING, at, NULL, "%s", channels[i].message);
	}

	vec_for_each (endpoint, &profile->endpoints)
		if (endpoint->service.text && !endpoint_service_is_known(endpoint->service.text))
			mistakes_add(mistakes, SEVERITY_WARNING, &endpoint->service.at,
				     "look at the endpoint's private DNS names, and add those that differ as \"names\"",
				     "the names of service %.80s are a guess: %.80s.REGION.amazonaws.com",
				     endpoint->service.text, endpoint->service.text);
	launch_unavailable(profile, &unavailable);
	vec_for_each (row, &unavailable)
		mistakes_add(mistakes, SEVERITY_WARNING, &row->at, "`vpcjail run` refuses this profile", "%s",
			     row->message);
	unavailable_release(&unavailable);
}

void warnings_add_host(const struct profile *profile, const struct host_facts *host, struct mistakes *mistakes)
{
	unavailable_vec missing = { 0 };

	launch_missing(profile, host, &missing);
	vec_for_each (row, &missing)
		mistakes_add(mistakes, SEVERITY_WARNING, &row->at, "`vpcjail run` refuses this profile on this host",
			     "%s", row->message);
	unavailable_release(&missing);
}
