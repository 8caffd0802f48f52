import { accessRequestEndpoints } from './access-requests.ts'
import { accessReviewEndpoints } from './access-review.ts'
import { appChangeEndpoints } from './app-changes.ts'
import { auditEndpoints } from './audit.ts'
import { bindingEndpoints } from './bindings.ts'
import { connectionEndpoints } from './connection.ts'
import type { apiPrefix } from './endpoint.ts'
import { invitationEndpoints } from './invitations.ts'
import { liveCallEndpoints } from './live-calls.ts'
import { meEndpoints } from './me.ts'
import { policyEndpoints } from './policy.ts'
import { rackEndpoints } from './racks.ts'
import { recordingEndpoints } from './recordings.ts'
import { secondFactorEndpoints } from './second-factors.ts'
import { sessionEndpoints } from './sessions.ts'
import { setupEndpoints } from './setup-steps.ts'
import { stepUpEndpoints } from './step-ups.ts'
import { tokenEndpoints } from './tokens.ts'
import { userEndpoints } from './users.ts'
import { workloadEndpoints } from './workloads.ts'

export const endpoints = {
  ...meEndpoints,
  ...connectionEndpoints,
  ...sessionEndpoints,
  ...userEndpoints,
  ...secondFactorEndpoints,
  ...stepUpEndpoints,
  ...invitationEndpoints,
  ...bindingEndpoints,
  ...accessRequestEndpoints,
  ...tokenEndpoints,
  ...workloadEndpoints,
  ...accessReviewEndpoints,
  ...policyEndpoints,
  ...auditEndpoints,
  ...recordingEndpoints,
  ...rackEndpoints,
  ...liveCallEndpoints,
  ...appChangeEndpoints,
  ...setupEndpoints,
} as const

export type Endpoints = typeof endpoints
export type EndpointName = keyof Endpoints
/** What `endpointId` returns. */
export type EndpointId = {
  readonly [Name in EndpointName]: `${Endpoints[Name]['method']} ${typeof apiPrefix}${Endpoints[Name]['path']}`
}[EndpointName]
