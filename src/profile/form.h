// SPDX-License-Identifier: GPL-2.0-or-later
// The forms that texts in a profile must have. Each is a text_form (keys.h): NULL, or what is wrong as
// "is not …; remedy".
#ifndef VPCJAIL_PROFILE_FORM_H
#define VPCJAIL_PROFILE_FORM_H

const char *form_region(const char *text);          // eu-west-1
const char *form_service(const char *text);         // s3, sts, ecr.dkr
const char *form_endpoint_name(const char *text);   // what `to:` can name
const char *form_host_name(const char *text);       // RFC 1123
const char *form_domain(const char *text);          // a host name, perhaps with a dot before it
const char *form_variable(const char *text);        // an environment variable's name
const char *form_prefix_list_id(const char *text);  // pl-…
const char *form_group_id(const char *text);        // sg-…
const char *form_yes_no(const char *text);
const char *form_route_target(const char *text);  // names the targets that make a subnet public
const char *form_toleration(const char *text);    // in toleration.c
const char *form_interface(const char *text);     // a link's name: eth0
const char *form_id(const char *text);            // letters, digits, '-', '_', '.'

#endif
