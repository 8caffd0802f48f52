import { routeSummaries } from '@rack-gateway/convox-api/route-summaries'
import type { EndpointId, StepUp } from '@rack-gateway/gateway-api'

type Call = Pick<StepUp['calls'][number], 'rack' | 'app' | 'route'>

/** By operation ID. Lists each operation of the management API that can need a second factor. */
const managementActions: { readonly [Id in EndpointId]?: string } = {
  'POST /gateway/api/v1/bindings': 'Grant a role',
  'POST /gateway/api/v1/invitations': 'Invite a person',
  'POST /gateway/api/v1/second-factors/backup-codes': 'Create new backup codes',
  'POST /gateway/api/v1/second-factors/enrollments': 'Add a second factor',
  'POST /gateway/api/v1/second-factors/{id}/name': 'Rename a second factor',
  'DELETE /gateway/api/v1/second-factors/{id}': 'Remove a second factor',
  'POST /gateway/api/v1/service-accounts': 'Create a service account',
  'POST /gateway/api/v1/service-accounts/{id}/enable': 'Enable a service account',
  'POST /gateway/api/v1/tokens': 'Create an API token',
  'POST /gateway/api/v1/tokens/{id}/owner': 'Change the owner of an API token',
  'POST /gateway/api/v1/tokens/{id}/rotate': 'Rotate an API token',
  'POST /gateway/api/v1/trusts': 'Create a CI trust',
  'POST /gateway/api/v1/users/{id}/second-factors/reset': 'Reset the second factors of a user',
  'POST /gateway/api/v1/users/{id}/unlock': 'Unlock a user',
}

/** Such as `Promote a release: web on staging`. */
export function callText({ rack, app, route }: Call): string {
  const summary = routeSummaries[route]
  const action = managementActions[route as EndpointId] ?? (summary === undefined ? route : imperative(summary))
  if (rack === null) return action
  return app === null ? `${action} on ${rack}` : `${action}: ${app} on ${rack}`
}

/** `Promotes a release.` becomes `Promote a release`. */
function imperative(summary: string): string {
  const [verb = '', ...rest] = summary.replace(/\.$/, '').split(' ')
  return [verb.replace(/ies$/, 'y').replace(/(ss)es$|s$/, '$1'), ...rest].join(' ')
}
