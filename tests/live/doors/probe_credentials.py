# SPDX-License-Identifier: GPL-2.0-or-later
"""Doors: secrets and pointers to helpers, in the environment and in files.

The lists here are written apart from the tables in src/plan: what they have and the tables lack makes a probe fail.
"""
import os
import secrets
import socket
import subprocess

from door import LIBC, Absent, Blocked, Door, called
from probe_later import Replaced

MS_BIND = 4096


class _Environment(Door):
    """Every name of the list, with the token as its value."""
    names = ''

    def outside(self, world):
        for name in self.names.split():
            world.environment[name] = self.value(name, world.token)
        return {'names': self.names.split(), 'token': world.token}

    def value(self, name, token):  # pylint: disable=unused-argument
        return token

    def inside(self, found):
        block = open('/proc/self/environ', 'rb').read().split(b'\0')
        seen = {entry.split(b'=')[0].decode() for entry in block if found['token'].encode() in entry}
        seen |= {name for name, value in os.environ.items() if found['token'] in value}
        got = [name for name in found['names'] if name in seen]
        if not got:
            raise Blocked('no such variable')
        return ' '.join(got)


class environment_aws(_Environment):
    names = '''AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_SECURITY_TOKEN AWS_PROFILE AWS_DEFAULT_PROFILE
        AWS_CONFIG_FILE AWS_SHARED_CREDENTIALS_FILE AWS_WEB_IDENTITY_TOKEN_FILE AWS_ROLE_ARN AWS_ROLE_SESSION_NAME
        AWS_CONTAINER_CREDENTIALS_RELATIVE_URI AWS_CONTAINER_CREDENTIALS_FULL_URI AWS_CONTAINER_AUTHORIZATION_TOKEN
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE AWS_ENDPOINT_URL AWS_ENDPOINT_URL_S3 AWS_EC2_METADATA_SERVICE_ENDPOINT
        AWS_BEARER_TOKEN_BEDROCK ECS_CONTAINER_METADATA_URI ECS_CONTAINER_METADATA_URI_V4 BOTO_CONFIG'''


class environment_cloud(_Environment):
    names = '''GOOGLE_APPLICATION_CREDENTIALS GOOGLE_API_KEY GOOGLE_OAUTH_ACCESS_TOKEN GCE_METADATA_HOST GCE_METADATA_IP
        CLOUDSDK_AUTH_ACCESS_TOKEN CLOUDSDK_CONFIG AZURE_CLIENT_SECRET AZURE_CLIENT_ID AZURE_TENANT_ID AZURE_STORAGE_KEY
        ARM_CLIENT_SECRET ARM_ACCESS_KEY MSI_ENDPOINT MSI_SECRET IDENTITY_ENDPOINT IDENTITY_HEADER KUBECONFIG
        KUBERNETES_SERVICE_HOST KUBERNETES_PORT VAULT_ADDR VAULT_TOKEN CONSUL_HTTP_TOKEN CONSUL_HTTP_ADDR NOMAD_TOKEN
        DIGITALOCEAN_ACCESS_TOKEN CLOUDFLARE_API_TOKEN DATABRICKS_HOST DATABRICKS_TOKEN SNOWFLAKE_PASSWORD
        PGPASSWORD MYSQL_PWD REDIS_URL DATABASE_URL MONGODB_URI'''


class environment_models(_Environment):
    names = '''HF_TOKEN HUGGING_FACE_HUB_TOKEN HUGGINGFACE_TOKEN WANDB_API_KEY COMET_API_KEY NEPTUNE_API_TOKEN
        MLFLOW_TRACKING_URI MLFLOW_TRACKING_PASSWORD MLFLOW_TRACKING_TOKEN OPENAI_API_KEY ANTHROPIC_API_KEY COHERE_API_KEY
        REPLICATE_API_TOKEN MISTRAL_API_KEY GROQ_API_KEY CLEARML_API_SECRET_KEY KAGGLE_KEY GITHUB_TOKEN GH_TOKEN
        GITLAB_TOKEN CI_JOB_TOKEN NPM_TOKEN TWINE_PASSWORD TWINE_USERNAME PIP_INDEX_URL PIP_EXTRA_INDEX_URL
        UV_INDEX_URL UV_EXTRA_INDEX_URL UV_DEFAULT_INDEX UV_INDEX_PRIVATE_PASSWORD CONDA_TOKEN SENTRY_DSN DD_API_KEY
        OTEL_EXPORTER_OTLP_ENDPOINT OTEL_EXPORTER_OTLP_HEADERS'''


class environment_proxy(_Environment):
    names = '''http_proxy https_proxy ftp_proxy rsync_proxy all_proxy no_proxy socks_proxy HTTP_PROXY HTTPS_PROXY FTP_PROXY
        RSYNC_PROXY ALL_PROXY NO_PROXY SOCKS_PROXY SOCKS_SERVER SOCKS5_SERVER'''

    def value(self, name, token):
        return f'http://user:{token}@192.0.2.1:3128'


class environment_pattern(_Environment):
    """Names that no table has."""
    names = '''DOOR_TOKEN DOOR_API_KEY DOOR_SECRET DOOR_SECRET_KEY_BASE DOOR_PASSWORD DOORPASSWORDS DOOR_CREDENTIALS
        DOOR_CREDENTIAL_FILE SECRET_OF_THE_DOOR PASSWORD_OF_THE_DOOR'''


class environment_agents(_Environment):
    """The pointer, and what it points to: an agent in the home, which answers whoever connects."""
    names = '''SSH_AGENT_PID SSH_CONNECTION SSH_CLIENT SSH_TTY SSH_ASKPASS GPG_AGENT_INFO GIT_ASKPASS SUDO_COMMAND SUDO_ASKPASS
        DBUS_SESSION_BUS_ADDRESS DBUS_SYSTEM_BUS_ADDRESS DISPLAY WAYLAND_DISPLAY WAYLAND_SOCKET XAUTHORITY XDG_RUNTIME_DIR
        SESSION_MANAGER PULSE_SERVER PIPEWIRE_REMOTE PIPEWIRE_RUNTIME_DIR KRB5CCNAME KRB5_CONFIG DOCKER_HOST DOCKER_CONFIG
        CONTAINER_HOST CONTAINERD_ADDRESS BUILDKIT_HOST NOTIFY_SOCKET LISTEN_FDS LISTEN_PID LISTEN_FDNAMES WATCHDOG_PID
        WATCHDOG_USEC JOURNAL_STREAM INVOCATION_ID MANAGERPID CREDENTIALS_DIRECTORY TMUX TMUX_PANE STY VSCODE_IPC_HOOK_CLI
        VSCODE_GIT_IPC_HANDLE LOCALDOMAIN RES_OPTIONS HOSTALIASES CUDA_MPS_PIPE_DIRECTORY MUNGE_SOCKET EMACS_SOCKET_NAME'''

    def outside(self, world):
        found = super().outside(world)
        home = os.path.join(world.folder_in(world.home), 'agent.1')
        tmp = os.path.join(world.folder_in('/tmp'), 'agent.1')
        self.arrived = [world.listen(home), world.listen(tmp)]
        world.own(home)
        world.own(tmp)
        world.environment['SSH_AUTH_SOCK'] = home
        return {**found, 'paths': [home, tmp]}

    def inside(self, found):
        went = []
        for path in [os.environ.get('SSH_AUTH_SOCK', ''), *found['paths']]:
            try:
                client = socket.socket(socket.AF_UNIX)
                client.settimeout(1)
                client.connect(path)
                client.sendall(found['token'].encode())
                if client.recv(100) == found['token'].encode():
                    went.append(path)
            except OSError:
                pass
        if 'SSH_AUTH_SOCK' in os.environ:
            went.append('SSH_AUTH_SOCK')
        try:
            went.append(super().inside(found))
        except Blocked:
            pass
        if not went:
            raise Blocked('no pointer, and nobody answers')
        return ' '.join(went)


class environment_outside(Door):
    """What was taken from the job's environment is still in that of the launcher's own processes."""

    def outside(self, world):
        world.environment['DOOR_OF_LAUNCHER'] = 'x'  # also so that it is not the job's alone
        world.environment['OUTSIDE_ACCESS_TOKEN'] = world.token
        return {'token': world.token, 'driver': os.getpid()}

    def inside(self, found):
        got = []
        for name in os.listdir('/proc'):
            if not name.isdigit() or int(name) in (os.getpid(), found['driver']):
                continue
            try:
                with open(f'/proc/{name}/environ', 'rb') as file:
                    if b'OUTSIDE_ACCESS_TOKEN=' + found['token'].encode() in file.read():
                        got.append(name)
            except OSError:
                pass
        if not got:
            raise Blocked('not in any process')
        return 'process ' + ' '.join(got)


class _Files(Door):
    """Files of the home, with the token in them."""
    paths = ''

    def outside(self, world):
        made = [world.file_in(world.home, path, world.token, 0o600) for path in self.paths.split()]
        return {'paths': made, 'token': world.token}

    def inside(self, found):
        got = []
        for path in found['paths']:
            try:
                with open(path, encoding='utf-8') as file:
                    if found['token'] in file.read():
                        got.append(path)
            except OSError as error:
                last = error
        if not got:
            raise Blocked(str(last) if 'last' in locals() else 'nothing to read')
        return ' '.join(got)


class credentials_aws(_Files):
    paths = '.aws/credentials .aws/config .aws/sso/cache/token.json .aws/cli/cache/role.json .boto .s3cfg .passwd-s3fs'


class credentials_keys(_Files):
    paths = '''.ssh/id_ed25519 .ssh/id_rsa .ssh/known_hosts .gnupg/private-keys-v1.d/key.key .gnupg/pubring.kbx
        .password-store/login.gpg .local/share/keyrings/login.keyring .config/sops/age/keys.txt .pki/nssdb/key4.db'''


class credentials_web(_Files):
    paths = '''.netrc .git-credentials .config/git/credentials .pypirc .npmrc .yarnrc.yml .config/gh/hosts.yml .config/hub
        .config/glab-cli/config.yml .cargo/credentials.toml .cargo/credentials .gem/credentials
        .gradle/gradle.properties .config/pip/pip.conf .pip/pip.conf .pgpass .my.cnf .config/rclone/rclone.conf
        .config/pypoetry/auth.toml .composer/auth.json .subversion/auth/svn.simple/0'''


class credentials_containers(_Files):
    paths = '''.docker/config.json .kube/config .config/containers/auth.json .config/helm/registry/config.json
        .minikube/ca.key .config/argocd/config'''


class credentials_cloud(_Files):
    paths = '''.config/gcloud/credentials.db .config/gcloud/application_default_credentials.json .azure/accessTokens.json
        .azure/msal_token_cache.json .oci/config .oci/oci_api_key.pem .terraform.d/credentials.tfrc.json .terraformrc
        .vault-token .config/doctl/config.yaml .databrickscfg .snowsql/config .snowflake/connections.toml .bluemix/config.json
        .aliyun/config.json .config/openstack/clouds.yaml .fly/config.yml'''


class credentials_models(_Files):
    paths = '''.cache/huggingface/token .cache/huggingface/stored_tokens .huggingface/token .config/wandb/settings
        .kaggle/kaggle.json .comet.config .config/github-copilot/hosts.json .mlflow/credentials clearml.conf'''


class credentials_sessions(_Files):
    """Cookies and tickets: whoever has them is logged in."""
    paths = '''.Xauthority .ICEauthority .config/google-chrome/Default/Cookies .config/chromium/Default/Cookies
        .mozilla/firefox/profile/cookies.sqlite .mozilla/firefox/profile/key4.db .vnc/passwd
        .config/pulse/cookie'''


class credentials_history(_Files):
    """What was typed, secrets among it."""
    paths = '''.bash_history .zsh_history .history .local/share/fish/fish_history .python_history .psql_history .mysql_history
        .sqlite_history .node_repl_history .rediscli_history'''


class credentials_linked(Door):
    """Kept elsewhere, with symbolic links to them: read by the link, and where it leads to."""
    alone = True

    def outside(self, world):
        for name in ('.ssh', '.netrc'):
            if os.path.lexists(os.path.join(world.home, name)):
                raise Absent(f'a home without {name}')
        kept = world.folder_in(world.home)
        paths = [world.file_in(kept, name, world.token, 0o600) for name in ('ssh/id_door', 'netrc')]
        for link, target in (('.ssh', 'ssh'), ('.netrc', 'netrc')):
            path = os.path.join(world.home, link)
            os.symlink(os.path.join(kept, target), path)
            world.own(path)
            world.undo(os.unlink, path)
        return {'paths': paths + [os.path.join(world.home, name) for name in ('.ssh/id_door', '.netrc')], 'token': world.token}

    inside = _Files.inside


class credentials_replaced(Replaced, _Files):
    paths = '.netrc .git-credentials'

    def outside(self, world):
        found = super().outside(world)
        self.replaced = world.token[::-1]
        return {**found, 'token': self.replaced, 'rendezvous': self.rendezvous(world)}

    def inside(self, found):
        self.wait_inside(found)
        return super().inside(found)

    def watch(self, world, found, process):
        self.replace(found, self.replaced)
        process.communicate(timeout=20)


class credentials_pointed(Door):
    """Files anywhere, named by variables. The job knows the names, as one does who has seen a start-up file."""
    names = '''AWS_SHARED_CREDENTIALS_FILE AWS_CONFIG_FILE AWS_WEB_IDENTITY_TOKEN_FILE GOOGLE_APPLICATION_CREDENTIALS KUBECONFIG NETRC
        PGPASSFILE XAUTHORITY BOTO_CONFIG NPM_CONFIG_USERCONFIG HF_HOME/token DOCKER_CONFIG/config.json CLOUDSDK_CONFIG/credentials.db
        AZURE_CONFIG_DIR/msal_token_cache.json GNUPGHOME/secring.gpg KAGGLE_CONFIG_DIR/kaggle.json KRB5CCNAME'''
    alone = True  # other doors set the same variables

    def outside(self, world):
        folder = world.folder_in(world.home)
        paths = []
        for name in self.names.split():
            variable, _, below = name.partition('/')
            paths.append(world.file_in(folder, os.path.join('of-' + variable, below or 'file'), world.token, 0o600))
            world.environment[variable] = paths[-1] if not below else os.path.dirname(paths[-1])
        world.environment['KRB5CCNAME'] = 'FILE:' + world.environment['KRB5CCNAME']
        second = world.file_in(folder, 'second/config', world.token, 0o600)
        world.environment['KUBECONFIG'] += ':' + second
        return {'paths': [*paths, second], 'token': world.token}

    inside = _Files.inside


class credentials_second_path(Door):
    """The home is mounted at a second place, as clusters have it: a cover on the first does nothing there."""

    def outside(self, world):
        world.file_in(world.home, '.ssh/id_door', world.token, 0o600)
        world.file_in(world.home, '.aws/credentials', world.token, 0o600)
        called(LIBC.mount(b'tmpfs', b'/srv', b'tmpfs', 0, b'mode=0755'))
        world.undo(LIBC.umount2, b'/srv', 2)
        place = '/srv/homes'
        os.mkdir(place)
        called(LIBC.mount(world.home.encode(), place.encode(), None, MS_BIND, None))
        world.undo(LIBC.umount2, place.encode(), 2)
        return {'paths': [place + '/.ssh/id_door', place + '/.aws/credentials'], 'token': world.token}

    inside = _Files.inside


class credentials_system(Door):
    """Files of the system that root and a group alone read; they are made by the test, over what the host has there."""
    wanted = '/etc/shadow /etc/gshadow'

    def outside(self, world):
        over = [path for path in self.wanted.split() if os.path.exists(path)]
        if not over:
            raise Absent('the host has none of ' + self.wanted)
        for path in over:
            source = os.path.join('/var/tmp', 'door-' + secrets.token_hex(4))
            with open(source, 'w', encoding='utf-8') as file, open(path, encoding='utf-8', errors='replace') as old:
                file.write(old.read() + f'\n# {world.token}\n')
            os.chmod(source, 0o640)
            os.chown(source, 0, os.stat(path).st_gid)
            world.undo(os.unlink, source)
            subprocess.run(['mount', '--bind', source, path], check=True)
            world.undo(LIBC.umount2, path.encode(), 2)
        return {'paths': over, 'token': world.token}

    inside = _Files.inside
