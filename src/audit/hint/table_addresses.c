// SPDX-License-Identifier: GPL-2.0-or-later
// Hints: what is known by its address: services of AWS beside every instance, loopback, multicast. See hints.h.
#include "audit/hint/table.h"

static const struct hint rows[] = {
	{ .name = "imds",
	  .hosts = { "instance-data*.ec2.internal", "instance-data", "metadata.*.internal" },
	  .addresses = { IPV4_PREFIX(169, 254, 169, 254, 32), IPV6_PREFIX(0xfd000ec200000000, 0x254, 128) },
	  .what = "The instance metadata service: an SDK looks for credentials, or for the Region. A training job has "
		  "none under network isolation.",
	  .fix = "Tell the SDKs not to ask, and set the Region. vpc.imds: allow is for jobs on instances of your own.",
	  .remedy = HINT_SET,
	  .settings = { { "AWS_EC2_METADATA_DISABLED", "true" }, { "AWS_REGION", "%r" } },
	  .key = "vpc.imds",
	  .source = "AWS SDKs and Tools Reference Guide, \"IMDS credential provider\"",
	  .example = "packet - 169.254.169.254 tcp 80 service_egress python3" },
	{ .name = "task-credentials",
	  .addresses = { IPV4_PREFIX(169, 254, 170, 2, 32), IPV4_PREFIX(169, 254, 170, 23, 32),
			 IPV6_PREFIX(0xfd000ec200000000, 0x23, 128) },
	  .what = "The endpoint of the container's role credentials, which "
		  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or its full form leads to.",
	  .fix = "Under network isolation a job has no credentials: read and write through channels. In a VPC "
		 "process.credentials: keep lets the job use the caller's.",
	  .remedy = HINT_PROFILE,
	  .channel = "the data, as an input channel, so that the job needs no credentials",
	  .key = "process.credentials",
	  .source = "AWS SDKs and Tools Reference Guide, \"Container credential provider\"",
	  .example = "packet - 169.254.170.2 tcp 80 service_egress python3" },
	{ .name = "vpc-resolver",
	  .addresses = { IPV4_PREFIX(169, 254, 169, 253, 32), IPV6_PREFIX(0xfd000ec200000000, 0x253, 128) },
	  .what = "The VPC's resolver, asked directly by its address.",
	  .fix = "Ask the resolver of /etc/resolv.conf; vpc.dns: resolver forwards what it does not know.",
	  .remedy = HINT_PROFILE,
	  .key = "vpc.dns",
	  .source = "Amazon VPC, \"DNS attributes for your VPC\": Amazon DNS server",
	  .example = "packet - 169.254.169.253 udp 53 service_egress dig" },
	{ .name = "time-sync",
	  .addresses = { IPV4_PREFIX(169, 254, 169, 123, 32), IPV6_PREFIX(0xfd000ec200000000, 0x123, 128) },
	  .what = "The Time Sync service of Amazon.",
	  .fix = "The host keeps the clock, and the job has the same: it needs none. vpc.time-sync: allow opens it.",
	  .remedy = HINT_PROFILE,
	  .key = "vpc.time-sync",
	  .source = "Amazon EC2 User Guide, \"Precision clock and time synchronization on your EC2 instance\"",
	  .example = "packet - 169.254.169.123 udp 123 service_egress chronyd" },
	{ .name = "aws-link-local",
	  .addresses = { IPV4_PREFIX(169, 254, 169, 0, 24), IPV4_PREFIX(169, 254, 170, 0, 24),
			 IPV6_PREFIX(0xfd000ec200000000, 0, 32) },
	  .what = "A service of AWS beside the instance (licences, metadata).",
	  .fix = "Nothing of it is there for a training job: do without.",
	  .remedy = HINT_NOTHING,
	  .source =
	      "Amazon VPC, \"Control traffic to your AWS resources using security groups\": what they do not filter",
	  .example = "packet - 169.254.169.250 tcp 1688 service_egress slmgr" },
	{ .name = "host-ports",
	  .addresses = { IPV4_PREFIX(127, 0, 0, 0, 8), IPV6_PREFIX(0, 1, 128) },
	  .what = "The job's own loopback, where nothing listens: a server of the host has this port.",
	  .fix =
	      "List the port under network.host-ports and let the program ask host.vpcjail in place of localhost (not "
	      "under full isolation, where a job has none but itself).",
	  .remedy = HINT_PROFILE,
	  .key = "network.host-ports",
	  .source = "vpcjail-profile(5), network.host-ports",
	  .example = "packet - 127.0.0.1 tcp 5432 uplink_egress python3" },
	{ .name = "multicast",
	  .addresses = { IPV4_PREFIX(224, 0, 0, 0, 4), IPV4_PREFIX(255, 255, 255, 255, 32),
			 IPV6_PREFIX(0xff00000000000000, 0, 8) },
	  .what = "Multicast or broadcast: mDNS, SSDP, or a framework that looks for its peers. No VPC carries it.",
	  .fix =
	      "Name the peers instead (MASTER_ADDR, a host file, --rdzv-endpoint); a search for devices is harmless.",
	  .remedy = HINT_CODE,
	  .source = "Amazon VPC, \"How Amazon VPC works\": no multicast or broadcast outside of transit gateways",
	  .example = "packet - 224.0.0.251 udp 5353 packet_egress python3" },
	{ .name = "bridge-interface",
	  .on = HINT_ON_PACKET | HINT_ON_FLOW,
	  .addresses = { IPV4_PREFIX(172, 17, 0, 0, 16), IPV4_PREFIX(192, 168, 122, 0, 24),
			 IPV4_PREFIX(192, 0, 0, 8, 32) },
	  .what =
	      "An address of a bridge of containers or machines, or of the jail's own dead end: NCCL, Gloo or MPI took "
	      "the wrong interface, or a peer announced it.",
	  .fix = "Name the interface on every host: in a training job it is network_interface_name of "
		 "resourceconfig.json, mostly eth0.",
	  .remedy = HINT_SET,
	  .settings = { { "NCCL_SOCKET_IFNAME", "eth0" }, { "GLOO_SOCKET_IFNAME", "eth0" } },
	  .source = "https://docs.nvidia.com/deeplearning/nccl/user-guide/docs/env.html#nccl-socket-ifname",
	  .example = "packet - 172.17.0.1 tcp 43211 sg_egress torchrun" },
};

const struct hint_table hint_table_addresses = HINT_TABLE(rows);
