// SPDX-License-Identifier: GPL-2.0-or-later
// libmnl's attributes for static builds (meson.build of this folder says why): netlink(7), linux/netlink.h.
#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

uint16_t mnl_attr_get_type(const struct nlattr *attr)
{
	return attr->nla_type & NLA_TYPE_MASK;
}

uint16_t mnl_attr_get_payload_len(const struct nlattr *attr)
{
	return (uint16_t)(attr->nla_len - MNL_ATTR_HDRLEN);
}

void *mnl_attr_get_payload(const struct nlattr *attr)
{
	return (char *)(uintptr_t)attr + MNL_ATTR_HDRLEN;
}

bool mnl_attr_ok(const struct nlattr *attr, int len)
{
	return len >= (int)sizeof(*attr) && attr->nla_len >= sizeof(*attr) && (int)attr->nla_len <= len;
}

struct nlattr *mnl_attr_next(const struct nlattr *attr)
{
	return (struct nlattr *)(void *)((char *)(uintptr_t)attr + MNL_ALIGN(attr->nla_len));
}

int mnl_attr_type_valid(const struct nlattr *attr, uint16_t max)
{
	if (mnl_attr_get_type(attr) <= max)
		return 1;
	errno = EOPNOTSUPP;
	return -1;
}

// Exact lengths of the types that have one; 0: any.
static const size_t lengths[MNL_TYPE_MAX] = {
	[MNL_TYPE_U8] = 1, [MNL_TYPE_U16] = 2, [MNL_TYPE_U32] = 4, [MNL_TYPE_U64] = 8, [MNL_TYPE_MSECS] = 8,
};

static bool fits(const struct nlattr *attr, enum mnl_attr_data_type type)
{
	size_t length = mnl_attr_get_payload_len(attr);
	const char *bytes = mnl_attr_get_payload(attr);

	if (lengths[type])
		return length == lengths[type];
	if (type == MNL_TYPE_FLAG)
		return length == 0;
	if (type == MNL_TYPE_NUL_STRING)
		return length && bytes[length - 1] == '\0';
	if (type == MNL_TYPE_STRING)
		return length != 0;
	if (type == MNL_TYPE_NESTED || type == MNL_TYPE_NESTED_COMPAT)
		return length == 0 || length >= MNL_ATTR_HDRLEN;
	return true;
}

int mnl_attr_validate(const struct nlattr *attr, enum mnl_attr_data_type type)
{
	if (type >= MNL_TYPE_MAX) {
		errno = EINVAL;
		return -1;
	}
	if (fits(attr, type))
		return 0;
	errno = ERANGE;
	return -1;
}

static int parse(const char *next, const char *end, mnl_attr_cb_t cb, void *data)
{
	int result = MNL_CB_OK;
	const struct nlattr *attr = (const void *)next;

	for (; mnl_attr_ok(attr, (int)(end - (const char *)attr)); attr = mnl_attr_next(attr))
		if ((result = cb(attr, data)) <= MNL_CB_STOP)
			return result;
	return result;
}

int mnl_attr_parse(const struct nlmsghdr *nlh, unsigned int offset, mnl_attr_cb_t cb, void *data)
{
	return parse(mnl_nlmsg_get_payload_offset(nlh, offset), mnl_nlmsg_get_payload_tail(nlh), cb, data);
}

int mnl_attr_parse_nested(const struct nlattr *nested, mnl_attr_cb_t cb, void *data)
{
	const char *payload = mnl_attr_get_payload(nested);
	return parse(payload, payload + mnl_attr_get_payload_len(nested), cb, data);
}

// Payloads are aligned to four bytes only.
#define GET(name, type)                                                                                                \
	type mnl_attr_get_##name(const struct nlattr *attr)                                                            \
	{                                                                                                              \
		type value;                                                                                            \
		memcpy(&value, mnl_attr_get_payload(attr), sizeof(value));                                             \
		return value;                                                                                          \
	}                                                                                                              \
	void mnl_attr_put_##name(struct nlmsghdr *nlh, uint16_t attr, type value)                                      \
	{                                                                                                              \
		mnl_attr_put(nlh, attr, sizeof(value), &value);                                                        \
	}

GET(u8, uint8_t)
GET(u16, uint16_t)
GET(u32, uint32_t)
GET(u64, uint64_t)

const char *mnl_attr_get_str(const struct nlattr *attr)
{
	return mnl_attr_get_payload(attr);
}

void mnl_attr_put(struct nlmsghdr *nlh, uint16_t type, size_t len, const void *data)
{
	struct nlattr *attr = mnl_nlmsg_get_payload_tail(nlh);
	size_t padded = MNL_ALIGN(len);

	attr->nla_type = type;
	attr->nla_len = (uint16_t)(MNL_ATTR_HDRLEN + len);
	if (len)
		memcpy(mnl_attr_get_payload(attr), data, len);
	memset((char *)mnl_attr_get_payload(attr) + len, 0, padded - len);
	nlh->nlmsg_len += (uint32_t)(MNL_ATTR_HDRLEN + padded);
}

void mnl_attr_put_str(struct nlmsghdr *nlh, uint16_t type, const char *data)
{
	mnl_attr_put(nlh, type, strlen(data), data);
}

void mnl_attr_put_strz(struct nlmsghdr *nlh, uint16_t type, const char *data)
{
	mnl_attr_put(nlh, type, strlen(data) + 1, data);
}

struct nlattr *mnl_attr_nest_start(struct nlmsghdr *nlh, uint16_t type)
{
	struct nlattr *start = mnl_nlmsg_get_payload_tail(nlh);

	start->nla_type = NLA_F_NESTED | type;
	nlh->nlmsg_len += MNL_ALIGN(sizeof(*start));
	return start;
}

void mnl_attr_nest_end(struct nlmsghdr *nlh, struct nlattr *start)
{
	start->nla_len = (uint16_t)((char *)mnl_nlmsg_get_payload_tail(nlh) - (char *)start);
}
