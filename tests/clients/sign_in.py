"""Compares how forewarn signs in with how Microsoft's `azure-identity` does, and has its assertions verified by PyJWT.

Both are given the same environment and the same server, which writes down what it is asked; and both sign in to the sandbox
with the same certificate.
"""

import json
import os
import ssl
import subprocess
import threading
from base64 import urlsafe_b64encode
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit
from urllib.request import urlopen

import jwt
import msal
import requests
from azure.core.pipeline.transport import RequestsTransport
from azure.identity import (
    CertificateCredential,
    ManagedIdentityCredential,
    WorkloadIdentityCredential,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

CLIENT = "b7d3c2a1-5e64-4f0b-8c19-0d9a6e4f7c35"
TENANT = "3f0c6a53-7a7a-4a4f-9a5e-2f5d3c1b0a99"
SCOPE = "https://graph.microsoft.com/.default"
PASSWORD = "correct horse"
TIMEOUT = 120
# Of all variables by which a platform speaks, only those of the test are to be seen.
PLATFORM = ("AZURE_", "IDENTITY_", "IMDS_", "MSI_")


class Certificate:
    """A key and its certificate, as files: plain, encrypted, and the certificate alone."""

    def __init__(self, folder):
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "forewarn")])
        now = datetime.now(timezone.utc)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .sign(key, hashes.SHA256())
        )
        self.public_key = key.public_key()
        der = certificate.public_bytes(serialization.Encoding.DER)
        self.thumbprint = urlsafe_b64encode(sha256(der).digest()).rstrip(b"=").decode()
        public = certificate.public_bytes(serialization.Encoding.PEM)

        def private(encryption):
            form = serialization.PrivateFormat.PKCS8
            return key.private_bytes(serialization.Encoding.PEM, form, encryption)

        encryption = serialization.BestAvailableEncryption(PASSWORD.encode())
        self.public_file = self._write(folder, "public.pem", public)
        plain = private(serialization.NoEncryption()) + public
        self.plain_file = self._write(folder, "plain.pem", plain)
        self.encrypted_file = self._write(folder, "encrypted.pem", private(encryption) + public)

    @staticmethod
    def _write(folder, name, content):
        path = Path(folder, name)
        path.write_bytes(content)
        return str(path)


class Recorder(BaseHTTPRequestHandler):
    """Hands out tokens and empty pages, and writes down who asked for what."""

    def do_GET(self):
        self._answer("")

    def do_POST(self):
        self._answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def _answer(self, body):
        url = urlsplit(self.path)
        self.server.asked.append(
            {
                "method": self.command,
                "path": url.path,
                # a proxy is asked for whole URLs
                "by_proxy": bool(url.netloc),
                "query": dict(parse_qsl(url.query)),
                "headers": {name.lower(): value for name, value in self.headers.items()},
                "form": dict(parse_qsl(body)),
            }
        )
        ends = int(datetime.now().timestamp()) + 3600
        answer = {"value": []}
        if url.path.endswith("/token"):
            # the endpoints disagree on what is a number; those that are asked here write texts
            answer = {"access_token": "t", "token_type": "Bearer", "resource": "r"}
            answer |= {"expires_in": "3600", "expires_on": str(ends)}
        content = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@contextmanager
def recorder():
    """A running recorder; yields its address and the list that it writes to."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
    server.asked = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", server.asked
    finally:
        server.shutdown()
        server.server_close()


class Overheard(RequestsTransport):
    """A connection that keeps the forms that go over it."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.forms = []

    def send(self, request, **kwargs):
        if request.url.endswith("/token"):
            data = request.data
            self.forms.append(data if isinstance(data, dict) else dict(parse_qsl(data)))
        return super().send(request, **kwargs)


class OverheardSession(requests.Session):
    """The same for MSAL."""

    def __init__(self, ca_file):
        super().__init__()
        self.verify = ca_file
        # a CA bundle in the environment would go before ours
        self.trust_env = False
        self.forms = []

    def post(self, url, data=None, **kwargs):
        self.forms.append(dict(data))
        return super().post(url, data=data, **kwargs)


@contextmanager
def environment(variables):
    """The environment with these variables of a platform, and no others."""
    before = dict(os.environ)
    for name in list(os.environ):
        if name.startswith(PLATFORM):
            del os.environ[name]
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def scan(forewarn, folder, auth, endpoints, ca_file=None):
    """Whether `forewarn scan` could read the tenant."""
    config = Path(folder, "sign_in.toml")
    lines = ["[[tenants]]", 'name = "contoso"', f'tenant_id = "{TENANT}"', "[tenants.auth]"]
    lines += [f"{key} = {value}" for key, value in auth.items()]
    lines += ["[tenants.endpoints]"]
    lines += [f"{key} = {json.dumps(value)}" for key, value in endpoints.items()]
    if ca_file:
        lines += ["[tls]", f"extra_ca_file = {json.dumps(ca_file)}"]
    config.write_text("\n".join(lines))
    command = [forewarn, "scan", "--config", config, "--format", "json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, timeout=TIMEOUT)
    try:
        (tenant,) = json.loads(done.stdout)["tenants"]
    except (ValueError, KeyError) as error:
        return f"exit code {done.returncode}, {error}"
    return tenant["complete"] or tenant["error"]


def certificate_auth(file, password=False):
    auth = {"method": '"certificate"', "client_id": f'"{CLIENT}"'}
    auth["certificate"] = f"{{ file = {json.dumps(file)} }}"
    if password:
        auth["certificate_password"] = '{ env = "SIGN_IN_PASSWORD" }'
    return auth


def by_certificate(forewarn, folder, certificate, authority, ca_file):
    """Both sign in to the sandbox with the same certificate."""
    transport = Overheard(connection_verify=ca_file)
    theirs = CertificateCredential(
        TENANT,
        CLIENT,
        certificate.plain_file,
        authority=authority,
        disable_instance_discovery=True,
        transport=transport,
    )
    theirs.get_token(SCOPE)
    # azure-identity still names certificates by SHA-1; MSAL beneath it knows better when it is asked directly
    session = OverheardSession(ca_file)
    application = msal.ConfidentialClientApplication(
        CLIENT,
        authority=f"{authority}/{TENANT}",
        client_credential={
            "private_key": Path(certificate.plain_file).read_text(),
            "public_certificate": Path(certificate.public_file).read_text(),
        },
        instance_discovery=False,
        http_client=session,
    )
    granted = application.acquire_token_for_client([SCOPE])
    endpoints = {"authority": authority, "graph": authority}
    os.environ["SIGN_IN_PASSWORD"] = PASSWORD
    plain = certificate_auth(certificate.plain_file)
    encrypted = certificate_auth(certificate.encrypted_file, password=True)
    yield "the sandbox takes the assertion of azure-identity", 1, len(transport.forms)
    yield "and that of MSAL", "Bearer", granted.get("token_type", granted)
    yield "and that of forewarn", True, scan(forewarn, folder, plain, endpoints, ca_file)
    found = scan(forewarn, folder, encrypted, endpoints, ca_file)
    yield "also with a key that cryptography encrypted", True, found
    with recorder() as (base, asked):
        scan(forewarn, folder, plain, {"authority": base, "graph": base})
        ours = next(one["form"] for one in asked if one["path"].endswith("/token"))
        audience = f"{base}/{TENANT}/oauth2/v2.0/token"
    their_header = jwt.get_unverified_header(session.forms[0]["client_assertion"])
    assertion = ours["client_assertion"]
    our_header = jwt.get_unverified_header(assertion)
    try:
        # signature, time and audience
        claims = jwt.decode(assertion, certificate.public_key, ["PS256"], audience=audience)
        verified = True
    except jwt.InvalidTokenError as error:
        claims, verified = {}, repr(error)
    yield "PyJWT verifies forewarn's assertion", True, verified
    yield "which is made by the client", [CLIENT] * 2, [claims.get("iss"), claims.get("sub")]
    life = claims.get("exp", 0) - claims.get("nbf", 0)
    yield "and lives for five to ten minutes", True, 300 <= life <= 600
    for name in ("alg", "x5t#S256"):
        # MSAL pads, RFC 7515 does not
        theirs = their_header.get(name, "").rstrip("=")
        yield f"its {name} is that of MSAL", theirs, our_header.get(name)
    yield "which names the certificate", certificate.thumbprint, our_header.get("x5t#S256")
    relevant = ("client_id", "grant_type", "client_assertion_type", "scope")
    forms = [[form.get(name) for name in relevant] for form in (transport.forms[0], ours)]
    yield "the rest of the form too", *forms


def by_federation(forewarn, folder, authority, ca_file):
    """Both sign in with the token that a platform keeps in a file."""
    token_file = Path(folder, "token")
    transport = Overheard(connection_verify=ca_file)
    trusted = ssl.create_default_context(cafile=ca_file)
    url = f"{authority}/_sandbox/federated-token"
    with urlopen(url, context=trusted, timeout=TIMEOUT) as answer:
        token_file.write_bytes(answer.read())
    variables = {
        "AZURE_CLIENT_ID": CLIENT,
        "AZURE_TENANT_ID": TENANT,
        "AZURE_FEDERATED_TOKEN_FILE": str(token_file),
        "AZURE_AUTHORITY_HOST": authority,
    }
    auth = {"method": '"workload-identity"'}
    with environment(variables), recorder() as (base, asked):
        theirs = WorkloadIdentityCredential(disable_instance_discovery=True, transport=transport)
        theirs.get_token(SCOPE)
        found = scan(forewarn, folder, auth, {"graph": authority}, ca_file)
        yield "a pod's token signs forewarn in to the sandbox", True, found
        scan(forewarn, folder, auth, {"authority": base, "graph": base})
        ours = next(one["form"] for one in asked if one["path"].endswith("/token"))
    relevant = ("client_id", "grant_type", "client_assertion_type", "client_assertion", "scope")
    forms = [[form.get(name) for name in relevant] for form in (transport.forms[0], ours)]
    yield "with the form that azure-identity sends", *forms


def by_machine(forewarn, folder):
    """Both ask for the token of a managed identity, in each dialect."""
    for client in (None, CLIENT):
        for dialect in ("IMDS", "App Service"):
            with recorder() as (base, asked):
                variables, endpoints = {}, {"authority": base, "graph": base}
                if dialect == "IMDS":
                    variables["AZURE_POD_IDENTITY_AUTHORITY_HOST"] = base
                    endpoints["imds"] = base
                    shown = "metadata"
                else:
                    variables["IDENTITY_ENDPOINT"] = f"{base}/msi/token"
                    variables["IDENTITY_HEADER"] = "853b9a84-5bfa-4b22-a3f3-0b9a43d9ad8a"
                    shown = "x-identity-header"
                auth = {"method": '"managed-identity"'}
                if client:
                    auth["client_id"] = f'"{client}"'
                with environment(variables):
                    ManagedIdentityCredential(client_id=client).get_token(SCOPE)
                    os.environ |= {"http_proxy": base, "HTTP_PROXY": base}
                    os.environ |= {"no_proxy": "", "NO_PROXY": ""}
                    complete = scan(forewarn, folder, auth, endpoints)
                first, second = [one for one in asked if one["path"].endswith("/token")]
                past_proxy = [second["by_proxy"], asked[-1]["by_proxy"]]
            whose = "a user-assigned identity" if client else "the machine's identity"
            yield f"forewarn gets a token of {whose} by {dialect}", True, complete

            def told(one):
                return [one["method"], one["path"], one["query"], one["headers"].get(shown)]

            yield "asking as azure-identity does", told(first), told(second)
            yield "past the proxy through which Graph is asked", [False, True], past_proxy


def by_sandbox_s_machine(forewarn, folder, authority, ca_file):
    """The sandbox is a machine with an identity to both."""
    variables = {
        "IDENTITY_ENDPOINT": f"{authority}/msi/token",
        "IDENTITY_HEADER": "sandbox-identity-header",
    }
    with environment(variables):
        transport = RequestsTransport(connection_verify=ca_file)
        token = ManagedIdentityCredential(client_id=CLIENT, transport=transport).get_token(SCOPE)
        yield "azure-identity gets a token of the sandbox's machine", 3, len(token.token.split("."))


def checks(forewarn, folder, certificate, authority, ca_file):
    """Names, with what is expected and what was found."""
    yield from by_certificate(forewarn, folder, certificate, authority, ca_file)
    yield from by_federation(forewarn, folder, authority, ca_file)
    yield from by_machine(forewarn, folder)
    yield from by_sandbox_s_machine(forewarn, folder, authority, ca_file)
