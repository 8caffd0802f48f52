import { identities } from './0001-identities.ts'
import { revision } from './0002-revision.ts'
import { events } from './0003-events.ts'
import { partitions } from './0004-partitions.ts'
import { logins } from './0005-logins.ts'
import { apiTokens } from './0006-api-tokens.ts'
import { workloads } from './0007-workloads.ts'
import { sessionRenewal } from './0008-session-renewal.ts'
import { runOptions } from './0009-run-options.ts'
import { workloadSessions } from './0010-workload-sessions.ts'
import { cliLogins } from './0011-cli-logins.ts'
import { renewalsAndUses } from './0012-renewals-and-uses.ts'
import { adoption } from './0013-adoption.ts'
import { checkpoints } from './0014-checkpoints.ts'
import { search } from './0015-search.ts'
import { sinks } from './0016-sinks.ts'
import { recordings } from './0018-recordings.ts'
import { archives } from './0019-archives.ts'
import { recordingEnds } from './0020-recording-ends.ts'
import { fewerIndexes } from './0022-fewer-indexes.ts'
import { actorNames } from './0023-actor-names.ts'
import { changedSubjects } from './0024-changed-subjects.ts'
import { decidingSessions } from './0025-deciding-sessions.ts'
import { convoxSessions } from './0026-convox-sessions.ts'
import { invitations } from './0027-invitations.ts'
import { liveCalls } from './0028-live-calls.ts'
import { appChanges } from './0029-app-changes.ts'
import { secondFactors } from './0030-second-factors.ts'
import { proofUses } from './0031-proof-uses.ts'
import { stepUpChallenges } from './0032-step-up-challenges.ts'
import { uniqueBindings } from './0033-unique-bindings.ts'
import { loginPurposes } from './0034-login-purposes.ts'
import { runAttachments } from './0035-run-attachments.ts'
export interface Migration {
  readonly name: string
  readonly sql: string
}

/**
 * The position, from 1, is the version of the schema. From 0018 on, it is less than the number in the name, because
 * 0017 and 0021 do not exist. Never change a released migration: add another.
 */
export const migrations: readonly Migration[] = [
  identities,
  revision,
  events,
  partitions,
  logins,
  apiTokens,
  workloads,
  sessionRenewal,
  runOptions,
  workloadSessions,
  cliLogins,
  renewalsAndUses,
  adoption,
  checkpoints,
  search,
  sinks,
  recordings,
  archives,
  recordingEnds,
  fewerIndexes,
  actorNames,
  changedSubjects,
  decidingSessions,
  convoxSessions,
  invitations,
  liveCalls,
  appChanges,
  secondFactors,
  proofUses,
  stepUpChallenges,
  uniqueBindings,
  loginPurposes,
  runAttachments,
]
