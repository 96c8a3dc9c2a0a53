#!/usr/bin/env bash
# Made by `forewarn setup`: lets forewarn read a tenant of Microsoft Entra ID{{ " and send mail" if mailboxes }}, and no more than that.
# It signs in with {{ method_words }}.
#
# Read it, then run it with bash. On stdout comes the [[tenants]] section for forewarn.toml, on
# stderr what is done. No secret is printed. What is there already is left as it is.
#
{% if method == "azure-cli" %}
# Nothing is created: forewarn reads as whoever is signed in to the Azure CLI, which is for trying
# it out rather than for the daemon. That person needs
{% for permission in permissions %}
#   the Entra role {{ permission.role }}: {{ permission.purpose }}
{% endfor %}
{% if aks %}
#   the Azure role Reader on the subscriptions: lists AKS clusters
{% endif %}
{% else %}
# What forewarn gets{{ "" if mailboxes else ", all of it for reading" }}:
{% for permission in permissions %}
#   {{ permission.name }} of Microsoft Graph: {{ permission.purpose }}
{% endfor %}
{% if aks %}
#   the Azure role Reader on the subscriptions: lists AKS clusters
{% endif %}
{% for mailbox in mailboxes %}
#   in Exchange Online: sends mail as {{ mailbox|comment }}, and is not let into the mailbox
{% endfor %}
#
# Who can run it: somebody who is signed in by `az login`, with
#   the Entra role Privileged Role Administrator, to grant permissions of Microsoft Graph
{% if is_app %}
#   the Entra role Cloud Application Administrator, to make the app registration
#   (Global Administrator is both of them)
{% else %}
#   the Azure role Managed Identity Contributor on the resource group, if the identity is to be made
{% endif %}
{% if aks %}
#   the Azure role User Access Administrator on the subscriptions, to assign Reader
{% endif %}
{% endif %}
set -euo pipefail

say() { printf '%s\n' "$*" >&2; }
fail() {
  say "error: $*"
  exit 1
}
{% if method == "workload-identity" %}

: "${ISSUER:?set it to the OIDC issuer of the cluster; on AKS: az aks show --resource-group GROUP --name CLUSTER --query oidcIssuerProfile.issuerUrl --output tsv}"
SUBJECT="system:serviceaccount:${NAMESPACE:-forewarn}:${SERVICE_ACCOUNT:-forewarn}"
{% elif method == "managed-identity" %}

# The identity: one that is there, by its client id or object id, or a new one in a resource group.
KNOWN={{ client_id|sh }}
IDENTITY=${IDENTITY-$KNOWN}
if [ -z "$IDENTITY" ]; then
  : "${RESOURCE_GROUP:?set it to the resource group to make an identity in, or IDENTITY to the client id of one that is there}"
fi
{% elif method == "client-secret" or method == "certificate" %}

FILE={{ file|sh }}
{% if method == "certificate" %}
CRT="${FILE%.pem}.crt"
{% endif %}
{% endif %}

command -v az >/dev/null || fail "the Azure CLI is not here: https://learn.microsoft.com/cli/azure/install-azure-cli"
GRAPH={{ graph|sh }}
graph=$(az cloud show --query endpoints.microsoftGraphResourceId --output tsv)
[ "${graph%/}" = "$GRAPH" ] ||
  fail "the Azure CLI is set to another cloud: {{ cloud_set }} && az login"
TENANT_ID=$(az account show --query tenantId --output tsv) ||
  fail "nobody is signed in: az login --allow-no-subscriptions"
{% if tenant_guid %}
WANTED={{ tenant_guid|sh }}
[ "$TENANT_ID" = "$WANTED" ] ||
  fail "signed in to the tenant $TENANT_ID, not to $WANTED: az login --allow-no-subscriptions --tenant $WANTED"
{% endif %}
{% if is_app %}

# 1. The app registration and its service principal. Set APP_ID to the client id of one that is
#    there, or to nothing for a new one. It is never found by its name: anybody may have taken that.
KNOWN={{ client_id|sh }}
APP_ID=${APP_ID-$KNOWN}
if [ -n "$APP_ID" ]; then
  az ad app show --id "$APP_ID" --output none ||
    fail "there is no app registration $APP_ID here; to make a new one, run this with APP_ID= before it"
else
  APP_ID=$(az ad app create --display-name forewarn --sign-in-audience AzureADMyOrg --query appId --output tsv)
  say "made the app registration forewarn, client id $APP_ID; to run this again, put APP_ID=$APP_ID before it"
fi
PRINCIPAL=$(az ad sp show --id "$APP_ID" --query id --output tsv 2>/dev/null) ||
  PRINCIPAL=$(az ad sp create --id "$APP_ID" --query id --output tsv)
{% elif method == "managed-identity" %}

# 1. The identity. It has no app registration, and nothing of it ever expires.
if [ -z "$IDENTITY" ]; then
  IDENTITY=$(az identity create --resource-group "$RESOURCE_GROUP" --name forewarn --query principalId --output tsv)
  say "made the user-assigned identity forewarn; assign it to what forewarn runs on"
fi
for attempt in 1 2 3 4 5 6; do
  # a new one takes some seconds to be known everywhere
  PRINCIPAL=$(az ad sp show --id "$IDENTITY" --query id --output tsv) && break
  [ "$attempt" != 6 ] || fail "there is no identity $IDENTITY in this tenant"
  sleep 10
done
APP_ID=$(az ad sp show --id "$PRINCIPAL" --query appId --output tsv)
{% endif %}
{% if method != "azure-cli" %}

# 2. The permissions, by their names. They are granted one by one, as admin consent does:
#    `az ad app permission admin-consent` knows only app registrations, and only in the public cloud.
GRAPH_APP_ID={{ graph_app_id }}
RESOURCE=$(az ad sp show --id "$GRAPH_APP_ID" --query id --output tsv)
ASSIGNMENTS="$GRAPH/v1.0/servicePrincipals/$PRINCIPAL/appRoleAssignments"
grant() {
  local role held attempt
  role=$(az ad sp show --id "$GRAPH_APP_ID" --query "appRoles[?value=='$1'].id" --output tsv)
  [ -n "$role" ] || fail "Microsoft Graph has no permission $1 in this cloud"
  held=$(az rest --method GET --url "$ASSIGNMENTS" --query "value[?appRoleId=='$role'].id" --output tsv)
  if [ -n "$held" ]; then
    say "$1 is granted already"
    return
  fi
{% if is_app %}
  # so that the portal shows it as asked for
  az ad app permission add --id "$APP_ID" --api "$GRAPH_APP_ID" --api-permissions "$role=Role" --output none
{% endif %}
  for attempt in 1 2 3 4 5 6; do
    # a new service principal takes some seconds to be known everywhere
    if az rest --method POST --url "$ASSIGNMENTS" --output none \
      --body "{\"principalId\": \"$PRINCIPAL\", \"resourceId\": \"$RESOURCE\", \"appRoleId\": \"$role\"}"; then
      say "granted $1"
      return
    fi
    [ "$attempt" = 6 ] || sleep 10
  done
  fail "$1 cannot be granted; has whoever is signed in the role Privileged Role Administrator?"
}
{% for permission in permissions %}
grant {{ permission.name }}
{% endfor %}
{% endif %}
{% if method == "client-secret" %}

# 3. A client secret for a year, into a file that only its owner can read.
if [ -e "$FILE" ]; then
  say "$FILE is there already, so no secret is made; move it away to get a new one"
else
  # --append: without it, the Azure CLI deletes the app's other secrets
  (
    umask 077
    rm -f "$FILE.new"
    az ad app credential reset --id "$APP_ID" --append --display-name forewarn --years 1 \
      --query password --output tsv >"$FILE.new"
  )
  mv "$FILE.new" "$FILE"
  say "wrote a client secret to $FILE"
{% if keep %}
  say {{ keep|sh }}
{% endif %}
fi
{% elif method == "certificate" %}

# 3. A certificate for a year. Its key never leaves this machine, in a file that only its owner can read.
if [ -e "$FILE" ]; then
  say "$FILE is there already, so no certificate is made; move it away to get a new one"
else
  (
    umask 077
    rm -f "$FILE.new" "$CRT"
    openssl req -x509 -newkey rsa:3072 -sha256 -nodes -days 365 -subj /CN=forewarn \
      -keyout "$FILE.new" -out "$CRT"
    cat "$CRT" >>"$FILE.new"
  )
  # --append: without it, the Azure CLI deletes the app's other certificates
  az ad app credential reset --id "$APP_ID" --append --cert "@$CRT" --output none
  mv "$FILE.new" "$FILE"
  say "wrote the key and its certificate to $FILE"
{% if keep %}
  say {{ keep|sh }}
{% endif %}
fi
{% elif method == "workload-identity" %}

# 3. Trust in the cluster's tokens for one service account. Nothing of this expires.
trusted=$(az ad app federated-credential list --id "$APP_ID" --query "[?subject=='$SUBJECT' && issuer=='$ISSUER'].id" --output tsv)
if [ -n "$trusted" ]; then
  say "$SUBJECT is trusted already"
else
  az ad app federated-credential create --id "$APP_ID" --output none \
    --parameters "{\"name\": \"forewarn\", \"issuer\": \"$ISSUER\", \"subject\": \"$SUBJECT\", \"audiences\": [\"api://AzureADTokenExchange\"]}"
  say "$SUBJECT is trusted now"
fi
say "on AKS: label the pod azure.workload.identity/use=true, and annotate its service account azure.workload.identity/client-id=$APP_ID"
{% endif %}
{% if aks and method != "azure-cli" %}

# {{ "4" if is_app else "3" }}. Reader, on the current subscription. Set SUBSCRIPTIONS to the ids of those with AKS clusters, with blanks between.
for subscription in ${SUBSCRIPTIONS:-$(az account show --query id --output tsv)}; do
  az role assignment create --role Reader --scope "/subscriptions/$subscription" --output none \
    --assignee-object-id "$PRINCIPAL" --assignee-principal-type ServicePrincipal
  say "assigned Reader on the subscription $subscription"
done
{% endif %}
{% if mailboxes %}

# {{ 3 + (1 if is_app else 0) + (1 if aks else 0) }}. Mail. Exchange is told to let it send as these mailboxes alone. The permission Mail.Send of Microsoft Graph is
#    not granted: with it, it could send as everybody, whatever Exchange says. The Azure CLI cannot talk to Exchange, so
#    these commands are for somebody with the Entra role Exchange Administrator, in Exchange Online PowerShell.
say "for mail, run in Exchange Online PowerShell; it can take two hours to be in force:"
say "  Connect-ExchangeOnline"
say "  New-ServicePrincipal -AppId $APP_ID -ObjectId $PRINCIPAL -DisplayName forewarn"
say '  New-ManagementScope -Name forewarn -RecipientRestrictionFilter' {{ mail_filter|powershell|sh }}
say "  New-ManagementRoleAssignment -App $PRINCIPAL -Role 'Application Mail.Send' -CustomResourceScope forewarn"
{% for mailbox in mailboxes %}
say "  Test-ServicePrincipalAuthorization -Identity $PRINCIPAL -Resource" {{ mailbox|powershell|sh }}
{% endfor %}
{% endif %}

say "for forewarn.toml; then: forewarn check --online"
printf '%s\n' '[[tenants]]' {{ ("name = " ~ (tenant|toml))|sh }}
printf 'tenant_id = "%s"\n' "$TENANT_ID"
{% for line in keys %}
printf '%s\n' {{ line|sh }}
{% endfor %}
printf '%s\n' '[tenants.auth]' {{ ("method = " ~ (method|toml))|sh }}
{% if method != "azure-cli" %}
printf 'client_id = "%s"\n' "$APP_ID"
{% endif %}
{% if credential %}
printf '%s\n' {{ credential|sh }}
{% endif %}
{% if aks %}
printf '%s\n' '[tenants.azure]' 'aks = true'
{% endif %}
