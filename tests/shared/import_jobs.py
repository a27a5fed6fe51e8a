# SPDX-License-Identifier: GPL-2.0-or-later
"""The jobs that import reads: of requests made from SageMaker's own shapes, and of job definitions that others have
published.

    import_jobs.py PROGRAM shapes    legal documents give what was put into them, one wrong value is blamed at its place
    import_jobs.py PROGRAM files     each file of the shared data, with what it gives or why it gives nothing

PROGRAM is import_jobs.c.
"""
import glob
import json
import os
import random
import re
import subprocess
import sys
import tempfile

from job_requests import Draw, Written, mistaken
from judged import shared_data

LEGAL, ILLEGAL, BATCH = 150, 600, 200  # documents of each kind; files a call

TRAINING = (('VpcConfig',), (), ('ResourceConfig',))
PROCESSING = (('NetworkConfig', 'VpcConfig'), ('NetworkConfig',), ('ProcessingResources', 'ClusterConfig'))
# Shape, kind, the members that name and locate it, where VpcConfig, the flags and InstanceCount are.
DOCUMENTS = {
    'CreateTrainingJob': ('CreateTrainingJobRequest', 'training', 'TrainingJob', TRAINING),
    'DescribeTrainingJob': ('DescribeTrainingJobResponse', 'training', 'TrainingJob', TRAINING),
    'CreateProcessingJob': ('CreateProcessingJobRequest', 'processing', 'ProcessingJob', PROCESSING),
    'DescribeProcessingJob': ('DescribeProcessingJobResponse', 'processing', 'ProcessingJob', PROCESSING),
}
# Two characters break lines in YAML and not in JSON.
BREAKS = re.compile('[\u0085\u2028\u2029]')


def run(program, texts):
    """What the program says of each text, as if it stood in a file of that number."""
    said = []
    with tempfile.TemporaryDirectory() as folder:
        names = [os.path.join(folder, str(number)) for number in range(len(texts))]
        for name, text in zip(names, texts):
            with open(name, 'w', encoding='utf-8', newline='') as file:
                file.write(text)
        for first in range(0, len(names), BATCH):
            done = subprocess.run([program, *names[first:first + BATCH]], stdout=subprocess.PIPE, check=True)
            said += [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert len(said) == len(texts), (len(said), len(texts))
    return said


def at(value, path):
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def expected(name, document, said, places):
    """What must be read of a legal document; places: of its values."""
    _, kind, noun, (vpc, network, resources) = DOCUMENTS[name]
    arn = document.get(noun + 'Arn')
    groups = at(document, resources + ('InstanceGroups',)) or []
    count = at(document, resources + ('InstanceCount',)) or 0
    kinds = [at(document, resources + ('InstanceType',))] + [group['InstanceType'] for group in groups]
    environment = sorted((document.get('Environment') or {}).items(), key=lambda pair: pair[0].encode())
    return {
        'id': document[noun + 'Name'], 'region': arn.split(':')[3] if arn else None, 'kind': kind, 'source': name,
        'has_vpc': at(document, vpc) is not None,
        **{ours: [{'id': one, 'at': '%d:%d' % places[vpc + (theirs, number)]}
                  for number, one in enumerate(at(document, vpc + (theirs,)) or [])]
           for ours, theirs in (('subnets', 'Subnets'), ('groups', 'SecurityGroupIds'))},
        'isolation': at(document, network + ('EnableNetworkIsolation',)),
        'encryption': at(document, network + ('EnableInterContainerTrafficEncryption',)),
        'in_file_system': said['in_file_system'], 'kms_key': said['kms_key'], 'hosts': count + sum(group['InstanceCount'] for group in groups),
        'instance_type': next((one for one in kinds if one), None), 'image': said['image'],
        'environment': [{'name': key, 'text': text, 'at': '%d:%d' % places['Environment', key]}
                        for key, text in environment],
        'uris': sorted(said['uris'], key=str.encode),
    }


def written(name, document, chance, manifest):
    """The document as JSON or, in a manifest of Kubernetes, as YAML, which JSON is when it stands in the right place."""
    if not manifest:
        return Written(document, chance)
    head = f'apiVersion: sagemaker.services.k8s.aws/v1alpha1\nkind: {DOCUMENTS[name][2]}\nspec:\n '
    return Written(document, chance, head, escape=False)


def drawn(draw, name, manifest):
    while True:
        document, said = draw.document(DOCUMENTS[name][0])
        if not manifest or not BREAKS.search(json.dumps(document, ensure_ascii=False)):
            return document, said


def check_legal(program, shapes, name, manifest):
    chance = random.Random(f'legal {name} {manifest}')
    draw = Draw(shapes, chance)
    documents = [drawn(draw, name, manifest) for _ in range(LEGAL)]
    texts = [written(name, document, chance, manifest) for document, _ in documents]
    counts = {'vpc': 0, 'isolation': 0, 'environment': 0, 'uris': 0}
    for (document, said), text, found in zip(documents, texts, run(program, [text.text for text in texts])):
        assert found['mistakes'] == [] and len(found['jobs']) == 1, (found, text.text)
        job = found['jobs'][0]
        wanted = expected(name, document, said, text.places)
        if manifest:
            wanted['source'] = f'a manifest of the kind {DOCUMENTS[name][2]}'
        for key, one in wanted.items():
            assert job[key] == one, (key, job[key], one, text.text)
        assert job['at'] == '%d:%d' % text.places[()], (job['at'], text.text)
        counts['vpc'] += job['has_vpc']
        counts['isolation'] += job['isolation'] is not None
        counts['environment'] += bool(job['environment'])
        counts['uris'] += bool(job['uris'])
    assert all(counts.values()), counts
    print(f'{name}{" in a manifest" if manifest else ""}: {LEGAL} legal documents are read as they were made:', counts)


# What is as good as right in YAML, which knows no types: a number for a text, pairs for a map.
RIGHT_IN_YAML = {'no id': (5, True), 'no map': ([], [{'Name': 'x'}]), 'no text': (5, True, 0.5)}


def check_illegal(program, shapes, name, manifest):
    chance = random.Random(f'illegal {name} {manifest}')
    draw = Draw(shapes, chance)
    made = []
    while len(made) < ILLEGAL:
        document, _ = drawn(draw, name, manifest)
        broken = mistaken(document, *DOCUMENTS[name][3], chance)
        if not broken:
            continue
        kind, wrong, path = broken
        value = wrong
        for key in path:
            value = value[key]
        if manifest and any(value == one and type(value) is type(one) for one in RIGHT_IN_YAML.get(kind, ())):
            continue
        made.append((kind, path, written(name, wrong, chance, manifest)))
    counts = {}
    for (kind, path, text), found in zip(made, run(program, [text.text for _, _, text in made])):
        place = '/%s:%d:%d: error: ' % ('[0-9]+', *text.places[path])
        assert len(found['mistakes']) == 1 and re.search(place, found['mistakes'][0]), (kind, path, place, found, text.text)
        assert not re.search('[\x00-\x1f\x7f\u0080-\u009f\u2028-\u202e]', found['mistakes'][0]), found
        counts[kind] = counts.get(kind, 0) + 1
    assert len(counts) == 10, counts
    print(f'{name}{" in a manifest" if manifest else ""}: {ILLEGAL} illegal documents are refused at the value:', counts)


def check_shapes(program):
    with open(shared_data('botocore/sagemaker-shapes-subset.json'), encoding='utf-8') as file:
        shapes = json.load(file)['shapes']
    limits = [shapes[name].get(key) for name, key in (('Subnets', 'min'), ('Subnets', 'max'), ('VpcSecurityGroupIds', 'min'),
                                                     ('VpcSecurityGroupIds', 'max'), ('SubnetId', 'max'),
                                                     ('SecurityGroupId', 'max'))]
    assert limits == [1, 16, 1, 5, 32, 32], limits
    assert shapes['SubnetId']['pattern'] == shapes['SecurityGroupId']['pattern'] == '[-0-9a-zA-Z]+'
    for name in DOCUMENTS:
        for manifest in (False, True):
            if manifest and name.startswith('Describe'):
                continue
            check_legal(program, shapes, name, manifest)
            check_illegal(program, shapes, name, manifest)


SDK_VPC = (['subnet-1234'], ['sg123'])
VARIABLES = {'var1': 'value1', 'var2': 'value2'}
BUCKET = 's3://$SAGEMAKER_DATA_BUCKET/sagemaker'
SAMPLE = 's3://<YOUR BUCKET>/sagemaker'
C7N = 's3://c7n-test-s3-bucket/DEMO-automatic-model-tuning-xgboost-dm'


def default(name, isolation, environment=None, **others):
    return {'id': name, 'kind': 'defaults', 'isolation': isolation, 'subnets': SDK_VPC[0], 'groups': SDK_VPC[1],
            'environment': environment or {}, **others}


TEMPLATE = 'this is a CloudFormation template'
# What each file gives: jobs with some of their members, or the mistake that refuses it, and why it is no job.
FILES = {
    'sagemaker-sdk.config.yaml': [
        default('TrainingJob', True, VARIABLES), default('ProcessingJob', True, VARIABLES),
        default('RemoteFunction', None, VARIABLES, uris=['s3://my-bucket/key'], instance_type='ml.m5.xlarge'),
        default('MonitoringSchedule', True, VARIABLES), default('AutoMLJob', None)],
    'ack/samples_processing_my-processing-job.yaml': [
        {'id': '<YOUR JOB NAME>', 'kind': 'processing', 'has_vpc': False, 'isolation': None, 'hosts': 1,
         'image': '763104351884.dkr.ecr.us-west-2.amazonaws.com/pytorch-training:1.5.0-cpu-py36-ubuntu16.04',
         'uris': ['s3://<YOUR BUCKET/PATH>', f'{SAMPLE}/processing/output/',
                  's3://sagemaker-sample-data-us-west-2/algorithms/kmeans/mnist/mnist.pkl.gz']}],
    'ack/samples_training_my-training-job.yaml': [
        {'id': '<YOUR JOB NAME>', 'kind': 'training', 'has_vpc': False, 'hosts': 1, 'instance_type': 'ml.m4.xlarge',
         'uris': ['s3://<YOUR BUCKET/OUTPUT>', f'{SAMPLE}/xgboost/train', f'{SAMPLE}/xgboost/validation']}],
    'ack/test_e2e_resources_kmeans_processingjob.yaml': [
        {'id': '$PROCESSING_JOB_NAME', 'kind': 'processing', 'has_vpc': False, 'hosts': 1,
         'environment': {'my_var': 'my_value', 'my_var2': 'my_value2'}, 'image': '$PYTORCH_TRAIN_IMAGE_URI'}],
    'ack/test_e2e_resources_xgboost_trainingjob.yaml': [
        {'id': '$TRAINING_JOB_NAME', 'kind': 'training', 'instance_type': '$TRAINING_JOB_INSTANCE_TYPE', 'hosts': 1,
         'uris': [f'{BUCKET}/training/output', f'{BUCKET}/training/train', f'{BUCKET}/training/validation']}],
    'ack/test_e2e_resources_xgboost_trainingjob_debugger.yaml': [
        {'id': '$TRAINING_JOB_NAME', 'kind': 'training', 'in_file_system': False,
         'uris': [f'{BUCKET}/training/{name}' for name in ('debugger/hookconfig', 'debugger/output', 'profiler/', 'train',
                                                           'validation')]}],
    'ack/test_e2e_resources_pipeline_processing.yaml':
        (':2:7: error: a manifest of the kind "Pipeline" is no job',
         'its steps are JSON in a text, which SageMaker completes at each run'),
    **{f'cfn/{name}': (f':{line}:1: error: {TEMPLATE}', 'a template says what is to be made') for name, line in (
        ('networkfirewall.sagemaker-studio-vpc.yaml', 4), ('networkfirewall.vpc.yaml', 4),
        ('secure-ds-ref.ds_env_network.yaml', 1), ('secure-ds-ref.ds_shared_services_network.yaml', 1),
        ('secure-mlops.env-main.yaml', 4), ('secure-mlops.env-vpc.yaml', 4), ('sm-examples.cfn-sm.yaml', 1),
        ('studio-workshop.ds_env_studio_user_profile_v2.yaml', 3),
        ('studio-workshop.ds_shared_sagemaker_network.yaml', 4))},
    'cfn/sm-examples.vpc_infra_cfn.json': (f':1:1: error: {TEMPLATE}', 'a template says what is to be made'),
    'cfn/secure-mlops.env-main.json': (':1:1: error: ', "a template's parameters"),
}
# What the training toolkit finds in the container is made of the job, and says nothing of its network.
INSIDE = 'of the container: says nothing of the network outside'
CUSTODIAN = {
    'training_job_query': [{'id': 'c7n-job-2018-01-12-18-23-33', 'region': 'us-east-1', 'kind': 'training', 'hosts': 2,
                            'source': 'DescribeTrainingJob', 'has_vpc': False,
                            'uris': ['s3://c7n-sm-test/kmeans_example/output',
                                     's3://c7n-sm-test/kmeans_highlevel_example/data']}],
    'training_job_stop': [{'id': 'kmeans-2018-01-31-14-07-29-021', 'hosts': 2, 'has_vpc': False, 'isolation': None}],
    'processing_job_query': [{'id': 'c7n-test', 'kind': 'processing', 'isolation': False, 'encryption': False, 'hosts': 1,
                              'uris': [f'{C7N}/output', f'{C7N}/train'], 'source': 'DescribeProcessingJob'}],
    'processing_job_tag': [{'id': 'c7n-test', 'region': 'us-east-1', 'has_vpc': False}],
    'hyperparameter_tuning_job_stop': [{'id': 'c7n-test-4/c7n-test-def', 'kind': 'tuning', 'region': 'us-east-1',
                                        'hosts': 2, 'isolation': False, 'encryption': False,
                                        'instance_type': 'ml.m4.xlarge', 'in_file_system': False,
                                        'uris': [f'{C7N}/output', f'{C7N}/train', f'{C7N}/validation/']}],
}
CUSTODIAN_CALLS = ['TrainingJob', 'ProcessingJob', 'HyperParameterTuningJob']


def simple(job, key):
    """A member of a job as the tables above write it."""
    if key in ('subnets', 'groups'):
        return [one['id'] for one in job[key]]
    if key == 'environment':
        return {one['name']: one['text'] for one in job[key]}
    return job[key]


def check_file(program, path, wanted):
    done = subprocess.run([program, path], stdout=subprocess.PIPE, check=True)
    found = json.loads(done.stdout)
    if isinstance(wanted, tuple):
        assert found['jobs'] == [] and any(wanted[0] in said for said in found['mistakes']), (path, wanted, found)
        print(f'out of scope: {os.path.basename(path)}: {wanted[1]}')
        return 0
    assert found['mistakes'] == [] and len(found['jobs']) == len(wanted), (path, found)
    for job, members in zip(found['jobs'], wanted):
        for key, one in members.items():
            assert simple(job, key) == one, (path, key, simple(job, key), one)
    return len(wanted)


def check_files(program):
    folder = shared_data('../sagemaker')
    paths = sorted(path for path in glob.glob(f'{folder}/**', recursive=True) if os.path.isfile(path))
    jobs = matched = 0
    seen = set()
    for path in paths:
        name = os.path.relpath(path, folder)
        wanted = (': error: ', INSIDE) if name.startswith('container/') else FILES[name]
        seen.add(name)
        found = check_file(program, path, wanted)
        jobs, matched = jobs + found, matched + (found > 0)
    assert seen >= set(FILES), set(FILES) - seen
    print(f'sagemaker: {matched} of {len(paths)} files give {jobs} jobs, {len(paths) - matched} are out of scope, wrong 0')
    replies = 0
    for name, wanted in CUSTODIAN.items():
        paths = [path for call in CUSTODIAN_CALLS for path in glob.glob(
            shared_data(f'custodian/test_sagemaker_{name}/api.sagemaker.Describe{call}_*.json'))]
        assert paths, name
        replies += sum(check_file(program, path, wanted) for path in paths)
    print(f'custodian: {replies} replies that describe jobs, wrong 0')


def main(program, part):
    {'shapes': check_shapes, 'files': check_files}[part](program)


if __name__ == '__main__':
    main(*sys.argv[1:])
