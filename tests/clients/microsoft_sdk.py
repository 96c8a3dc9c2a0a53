"""Lists every application of a tenant with Microsoft's own libraries, and prints what was found as JSON.

It shows that the sandbox is a tenant to others than ourselves: `azure-identity` signs in, `msgraph-sdk` follows the pages.

    microsoft_sdk.py --authority https://localhost:8443 --graph https://localhost:8443/v1.0 \
        --tenant ID --client ID --secret VALUE --ca ca.pem

prints `{"apps": …, "pages": …, "credentials": …, "earliest_end": …}`.
"""

import argparse
import asyncio
import json
import ssl
from urllib.parse import urlsplit

import httpx
from azure.core.pipeline.transport import RequestsTransport
from azure.identity import ClientSecretCredential
from kiota_authentication_azure.azure_identity_access_token_provider import (
    AzureIdentityAccessTokenProvider,
)
from kiota_abstractions.authentication import BaseBearerTokenAuthenticationProvider
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.applications.applications_request_builder import (
    ApplicationsRequestBuilder,
)
from msgraph_core import GraphClientFactory


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--authority", required=True, help="where to sign in")
    parser.add_argument("--graph", required=True, help="Graph's address, with /v1.0")
    parser.add_argument("--tenant", required=True, help="the tenant's id")
    parser.add_argument("--client", required=True, help="the client's id")
    parser.add_argument("--secret", required=True, help="the client's secret")
    parser.add_argument("--ca", required=True, help="PEM file of the authority to trust")
    parser.add_argument("--top", type=int, default=999, help="rows on a page")
    return parser.parse_args()


def graph(args: argparse.Namespace) -> GraphServiceClient:
    """A client of Graph that trusts the given authority and signs in at the given place."""
    credential = ClientSecretCredential(
        args.tenant,
        args.client,
        args.secret,
        authority=args.authority,
        # Only Microsoft's hosts are known to Microsoft.
        disable_instance_discovery=True,
        transport=RequestsTransport(connection_verify=args.ca),
    )
    tokens = AzureIdentityAccessTokenProvider(
        credential,
        options=None,
        scopes=["https://graph.microsoft.com/.default"],
        # The token goes to this host and to no other.
        allowed_hosts=[urlsplit(args.graph).hostname],
    )
    http = GraphClientFactory.create_with_default_middleware(
        client=httpx.AsyncClient(verify=ssl.create_default_context(cafile=args.ca))
    )
    adapter = GraphRequestAdapter(BaseBearerTokenAuthenticationProvider(tokens), http)
    adapter.base_url = args.graph
    return GraphServiceClient(request_adapter=adapter)


async def summary(args: argparse.Namespace) -> dict:
    applications = graph(args).applications
    query = ApplicationsRequestBuilder.ApplicationsRequestBuilderGetQueryParameters(
        select=["id", "appId", "displayName", "passwordCredentials", "keyCredentials"],
        top=args.top,
    )
    page = await applications.get(RequestConfiguration(query_parameters=query))
    apps, pages, ends, credentials = set(), 0, [], 0
    while page:
        pages += 1
        for app in page.value:
            apps.add(app.id)
            for one in [*app.password_credentials, *app.key_credentials]:
                credentials += 1
                if one.end_date_time:
                    ends.append(one.end_date_time)
        link = page.odata_next_link
        page = await applications.with_url(link).get() if link else None
    return {
        "apps": len(apps),
        "pages": pages,
        "credentials": credentials,
        "earliest_end": min(ends).isoformat() if ends else None,
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(summary(arguments()))))
