import { accessRequests } from './baseline/access-requests.ts'
import { appendOnly } from './baseline/append-only.ts'
import { archives } from './baseline/archives.ts'
import { bindings } from './baseline/bindings.ts'
import { checkpoints } from './baseline/checkpoints.ts'
import { credentials } from './baseline/credentials.ts'
import { events } from './baseline/events.ts'
import { identities } from './baseline/identities.ts'
import { liveCalls } from './baseline/live-calls.ts'
import { logins } from './baseline/logins.ts'
import { partitions } from './baseline/partitions.ts'
import { recordings } from './baseline/recordings.ts'
import { revision } from './baseline/revision.ts'
import { runs } from './baseline/runs.ts'
import { search } from './baseline/search.ts'
import { secondFactors } from './baseline/second-factors.ts'
import { sessions } from './baseline/sessions.ts'
import { sinks } from './baseline/sinks.ts'
import { stepUps } from './baseline/step-ups.ts'
import { workloads } from './baseline/workloads.ts'

/** Each part can refer to the tables and functions of the parts before it. */
const parts = [
  identities,
  sessions,
  logins,
  secondFactors,
  stepUps,
  bindings,
  accessRequests,
  workloads,
  credentials,
  runs,
  recordings,
  liveCalls,
  revision,
  appendOnly,
  events,
  search,
  partitions,
  checkpoints,
  sinks,
  archives,
]

export const baseline = { name: '0001-baseline', sql: parts.join('') }
