# SPDX-License-Identifier: GPL-2.0-or-later
"""The two mistakes that make jobs in a VPC hang: an ACL without the answers' ports, a group that does not name itself.

    vpc_groups.py VPCJAIL UPLINK      each is shown as AWS shows it (on-deny: drop), and named after the job
"""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'range'))

import matrix  # noqa: E402
import profiles  # noqa: E402
from launch_lib import check, equal, main, write_file  # noqa: E402
from topology import IN_LIST, PEER, Range, jail, over  # noqa: E402

UPLINK = sys.argv[2]
SECONDS = 3


class Known:
    range = None


def prepare():
    Known.range = Range(machines=['peer', 'internet'])


def tried(rows, **changes):
    """What the rows gave under the profile, and what vpcjail said after the job."""
    Known.range.forget()
    with jail(over(UPLINK), write_file('profile.yaml', profiles.vpc(UPLINK, on_deny='drop', **changes))) as job:
        answers = job.do('probe', rows=rows, token='token-groups', seconds=SECONDS)
    return answers, job.said


def whole_profile():
    """The positive control: with the rule in place the same ways get through."""
    rows = matrix.rows('tcp', IN_LIST, 443) + matrix.rows('tcp', PEER, 29500) + matrix.rows('udp', PEER, 9999)
    answers, said = tried(rows)
    equal({row: answer for row, (answer, _) in answers.items()}, dict.fromkeys(rows, 'echoed'), said)
    equal(said, '', 'nothing was denied')


def hangs(answers):
    equal({answer for answer, _ in answers.values()}, {'silent'}, answers)
    check(min(took for row, (_, took) in answers.items() if row.startswith('tcp')) >= SECONDS * 1000, answers)


def acl_without_answers():
    """The connection leaves and is answered; the answer meets no rule of the stateless ACL."""
    for address in IN_LIST:
        answers, said = tried(matrix.rows('tcp', [address], 443), acl=profiles.ACL_WITHOUT_ANSWERS)
        hangs(answers)
        check('internet' in Known.range.arrived(lambda frame, to=address: frame.destination == to and frame.port == 443),
              'the request did not leave')
        check(re.search(r'no rule of the network ACL allows it: implicit deny \(nacl_ingress rule \d+\)', said), said)
        check(address in said, 'not named:', said)


def group_without_itself():
    """Nothing leaves at all."""
    for row, shown in ((f'tcp {PEER[0]} 29500', f'{PEER[0]}:29500'), (f'tcp {PEER[1]} 29500', f'[{PEER[1]}]:29500')):
        answers, said = tried([row], **matrix.VARIANTS['no self'])
        hangs(answers)
        equal(Known.range.arrived(lambda frame: frame.destination in PEER and frame.port == 29500), {}, 'arrived')
        check(re.search(r'destinations? denied; first: algo-\d+ \(' + re.escape(shown) + r'/tcp\), no security group rule allows it '
                        r'\(sg_egress rule \d+\)', said), said)


main([], [acl_without_answers, group_without_itself], prepare=prepare, first=[whole_profile])
