# Made by `forewarn setup --terraform`: lets forewarn read a tenant of Microsoft Entra ID{{ " and send mail" if mailboxes }}, and no more than that.
# It signs in with {{ method_words }}.
#
# Who can apply it: somebody with the Entra role Privileged Role Administrator, to grant permissions of Microsoft Graph,
{% if is_app %}
# and Cloud Application Administrator, to make the app registration (Global Administrator is both of them).
{% else %}
# and the Azure role Managed Identity Contributor on the resource group.
{% endif %}
{% if aks %}
# To assign Reader: the Azure role User Access Administrator on the subscriptions.
{% endif %}
{% if is_app and client_id %}
#
# It makes a new app registration. To go on with the one that the configuration names, first:
#   terraform import azuread_application.forewarn /applications/$(az ad app show --id {{ client_id }} --query id -o tsv)
{% endif %}
{% if method == "certificate" %}
#
# Before, for the key and its certificate; the key does not get into Terraform's state:
#   umask 077
#   openssl req -x509 -newkey rsa:3072 -sha256 -nodes -days 365 -subj /CN=forewarn -keyout forewarn.key -out forewarn.crt
#   cat forewarn.key forewarn.crt > {{ file|sh }}
{% endif %}
#
# Then: terraform output -raw forewarn_toml
{% if method == "client-secret" %}
#       (umask 077; terraform output -raw client_secret > {{ file|sh }})
# The secret is in Terraform's state as well: keep that as closely. A certificate or a workload identity is better.
{% endif %}

terraform {
  required_version = ">= 1.5"
  required_providers {
    azuread = {
      source  = "hashicorp/azuread"
      version = "~> 3.0"
    }
{% if needs_azurerm %}
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 4.0"
    }
{% endif %}
{% if method == "client-secret" %}
    time = {
      source  = "hashicorp/time"
      version = "~> 0.12"
    }
{% elif method == "certificate" %}
    tls = {
      source  = "hashicorp/tls"
      version = "~> 4.0"
    }
{% endif %}
  }
}

provider "azuread" {
  environment = {{ azuread_environment|hcl }}
{% if tenant_id %}
  tenant_id   = {{ tenant_id|hcl }}
{% endif %}
}
{% if needs_azurerm %}

# Its subscription: ARM_SUBSCRIPTION_ID
provider "azurerm" {
  environment = {{ azurerm_environment|hcl }}
  features {}
}
{% endif %}
{% if method == "workload-identity" %}

variable "issuer" {
  type        = string
  description = "The cluster's OIDC issuer; on AKS: az aks show --query oidcIssuerProfile.issuerUrl"
}

variable "namespace" {
  type        = string
  default     = "forewarn"
  description = "Where forewarn runs"
}

variable "service_account" {
  type        = string
  default     = "forewarn"
  description = "The service account that it runs as"
}
{% elif method == "managed-identity" %}

variable "resource_group_name" {
  type        = string
  description = "Where the identity is made"
}

variable "location" {
  type        = string
  description = "The Azure region that it is made in"
}
{% endif %}
{% if aks %}

variable "subscription_ids" {
  type        = set(string)
  description = "The subscriptions with AKS clusters"
}
{% endif %}

locals {
  # all of it for reading
  permissions = toset([
{% for permission in permissions %}
    # {{ permission.purpose }}
    {{ permission.name|hcl }},
{% endfor %}
  ])
{% if is_app %}
  client_id = azuread_application.forewarn.client_id
  principal = azuread_service_principal.forewarn.object_id
{% else %}
  client_id = azurerm_user_assigned_identity.forewarn.client_id
  principal = azurerm_user_assigned_identity.forewarn.principal_id
{% endif %}
}

data "azuread_client_config" "current" {}

# Microsoft Graph
data "azuread_service_principal" "graph" {
  client_id = {{ graph_app_id|hcl }}
}
{% if is_app %}

resource "azuread_application" "forewarn" {
  display_name     = "forewarn"
  sign_in_audience = "AzureADMyOrg"

  required_resource_access {
    resource_app_id = data.azuread_service_principal.graph.client_id

    dynamic "resource_access" {
      for_each = local.permissions
      content {
        id   = data.azuread_service_principal.graph.app_role_ids[resource_access.value]
        type = "Role"
      }
    }
  }
}

resource "azuread_service_principal" "forewarn" {
  client_id = azuread_application.forewarn.client_id
}
{% else %}

# It has no app registration, and nothing of it ever expires. Assign it to what forewarn runs on.
resource "azurerm_user_assigned_identity" "forewarn" {
  name                = "forewarn"
  resource_group_name = var.resource_group_name
  location            = var.location
}
{% endif %}

# Admin consent
resource "azuread_app_role_assignment" "graph" {
  for_each = local.permissions

  app_role_id         = data.azuread_service_principal.graph.app_role_ids[each.value]
  principal_object_id = local.principal
  resource_object_id  = data.azuread_service_principal.graph.object_id
}
{% if method == "client-secret" %}

resource "time_offset" "secret" {
  offset_years = 1
}

resource "azuread_application_password" "forewarn" {
  application_id = azuread_application.forewarn.id
  display_name   = "forewarn"
  end_date       = time_offset.secret.rfc3339
}
{% elif method == "certificate" %}

data "tls_certificate" "forewarn" {
  content = file("${path.module}/forewarn.crt")
}

resource "azuread_application_certificate" "forewarn" {
  application_id = azuread_application.forewarn.id
  type           = "AsymmetricX509Cert"
  value          = file("${path.module}/forewarn.crt")
  end_date       = data.tls_certificate.forewarn.certificates[0].not_after
}
{% elif method == "workload-identity" %}

# Trust in the cluster's tokens for one service account. Nothing of this expires.
resource "azuread_application_federated_identity_credential" "forewarn" {
  application_id = azuread_application.forewarn.id
  display_name   = "forewarn"
  audiences      = ["api://AzureADTokenExchange"]
  issuer         = var.issuer
  subject        = "system:serviceaccount:${var.namespace}:${var.service_account}"
}
{% endif %}
{% if aks %}

resource "azurerm_role_assignment" "reader" {
  for_each = var.subscription_ids

  scope                            = "/subscriptions/${each.value}"
  role_definition_name             = "Reader"
  principal_id                     = local.principal
  skip_service_principal_aad_check = true
}
{% endif %}

output "forewarn_toml" {
  description = "For forewarn.toml; then: forewarn check --online"
  value = join("\n", [
    "[[tenants]]",
    {{ ("name = " ~ (tenant|toml))|hcl }},
    "tenant_id = \"${data.azuread_client_config.current.tenant_id}\"",
{% for line in keys %}
    {{ line|hcl }},
{% endfor %}
    "[tenants.auth]",
    {{ ("method = " ~ (method|toml))|hcl }},
    "client_id = \"${local.client_id}\"",
{% if credential %}
    {{ credential|hcl }},
{% endif %}
{% if aks %}
    "[tenants.azure]",
    "aks = true",
{% endif %}
    "",
  ])
}
{% if mailboxes %}

# Exchange is told to let it send as these mailboxes alone. The permission Mail.Send of Microsoft Graph is not granted: with it,
# it could send as everybody, whatever Exchange says. Somebody with the Entra role Exchange Administrator runs them.
output "exchange_online" {
  description = "For mail: commands for Exchange Online PowerShell; they can take two hours to be in force"
  value = join("\n", [
    "Connect-ExchangeOnline",
    "New-ServicePrincipal -AppId ${local.client_id} -ObjectId ${local.principal} -DisplayName forewarn",
    {{ ("New-ManagementScope -Name forewarn -RecipientRestrictionFilter " ~ (mail_filter|powershell))|hcl }},
    "New-ManagementRoleAssignment -App ${local.principal} -Role 'Application Mail.Send' -CustomResourceScope forewarn",
{% for mailbox in mailboxes %}
    join(" ", ["Test-ServicePrincipalAuthorization -Identity ${local.principal} -Resource", {{ mailbox|powershell|hcl }}]),
{% endfor %}
    "",
  ])
}
{% endif %}
{% if method == "client-secret" %}

output "client_secret" {
  value     = azuread_application_password.forewarn.value
  sensitive = true
}
{% endif %}
