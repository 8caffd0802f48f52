import type { Audit } from '@rack-gateway/audit/plugin'
import type { Identities } from '@rack-gateway/auth'
import type { RackRegistry } from '@rack-gateway/rack-registry'
import type { Policy } from '@rack-gateway/rbac-policy'
import type { PolicyPackages } from '@rack-gateway/rbac-policy/packages/host'
import type { SessionRecorder } from '../recordings/session-recorder.ts'
import type { BufferSweep } from './buffer-sweep.ts'
import type { CallLimits } from './call-limits.ts'
import type { Environments } from './environment.ts'
import type { LiveCalls } from './live-calls.ts'
import type { MaskKeeper } from './masks.ts'
import type { ProcessDirectory } from './processes.ts'
import type { ResourceDirectory } from './resources.ts'
import type { Runs } from './runs.ts'
import type { Turns } from './turns.ts'

/** What the steps of a call work with. */
export interface Steps {
  readonly identities: Identities
  readonly policy: Policy
  /** What may refuse a call that the policy permits. */
  readonly packages: PolicyPackages
  readonly racks: RackRegistry
  readonly audit: Audit
  readonly processes: ProcessDirectory
  readonly resources: ResourceDirectory
  readonly environments: Environments
  readonly runs: Runs
  readonly masks: MaskKeeper
  readonly live: LiveCalls
  readonly limits: CallLimits
  /** In which large answers are masked. */
  readonly turns: Turns
  /** Milliseconds in which a request body has to bring 1 KiB. */
  readonly bodyTimeout: number
  readonly recorder: SessionRecorder
  readonly sweep: BufferSweep
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** `relaxed`: a read's answer doesn't wait for its record. */
  readonly reads: 'strict' | 'relaxed'
}
