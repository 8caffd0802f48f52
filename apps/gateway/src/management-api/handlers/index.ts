import type { Handlers } from '../calls/call.ts'
import { accessRequestHandlers } from './access-requests.ts'
import { accessReviewHandlers } from './access-review.ts'
import { alarmHandlers } from './alarms.ts'
import { appChangeHandlers } from './app-changes.ts'
import { auditHandlers } from './audit.ts'
import { auditVerificationHandlers } from './audit-verification.ts'
import { bindingHandlers } from './bindings.ts'
import { cliLoginHandlers } from './cli-logins.ts'
import { connectionHandlers } from './connection.ts'
import { invitationHandlers } from './invitations.ts'
import { liveCallHandlers } from './live-calls.ts'
import { meHandlers } from './me.ts'
import { ownAppHandlers } from './own-apps.ts'
import { policyHandlers } from './policy.ts'
import { rackHandlers } from './racks.ts'
import { recordingHandlers } from './recordings.ts'
import { secondFactorHandlers } from './second-factors.ts'
import { serviceAccountHandlers } from './service-accounts.ts'
import { sessionHandlers } from './sessions.ts'
import { setupHandlers } from './setup-steps.ts'
import { stepUpHandlers } from './step-ups.ts'
import { tokenHandlers } from './tokens.ts'
import { trustHandlers } from './trusts.ts'
import { userHandlers } from './users.ts'
import { workloadSessionHandlers } from './workload-sessions.ts'

export const handlers: Handlers = {
  ...accessRequestHandlers,
  ...accessReviewHandlers,
  ...alarmHandlers,
  ...auditHandlers,
  ...meHandlers,
  ...connectionHandlers,
  ...sessionHandlers,
  ...userHandlers,
  ...secondFactorHandlers,
  ...stepUpHandlers,
  ...serviceAccountHandlers,
  ...invitationHandlers,
  ...bindingHandlers,
  ...tokenHandlers,
  ...policyHandlers,
  ...rackHandlers,
  ...recordingHandlers,
  ...liveCallHandlers,
  ...appChangeHandlers,
  ...setupHandlers,
  ...ownAppHandlers,
  ...trustHandlers,
  ...workloadSessionHandlers,
  ...cliLoginHandlers,
  ...auditVerificationHandlers,
}
