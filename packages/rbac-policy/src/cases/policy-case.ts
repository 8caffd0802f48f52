import type { PlannedCall } from '@rack-gateway/convox-api/commands'
import type { SourcePosition } from '../document-schema/source-positions.ts'
import type { Principal, StepUpLevel } from '../model/types.ts'
import type { RackFacts } from '../policy/scenarios.ts'

/** The expected result of a call. `require`: a step-up. `open`: depends on facts that only the rack knows. */
export type CaseEffect = 'allow' | 'require' | 'deny' | 'open'

/** Names of environment keys and of parameters, without their values. */
export interface NamedValues {
  readonly environment: readonly string[]
  readonly parameters: readonly string[]
}

export interface Expected {
  readonly effect: CaseEffect
  readonly rule: string
  readonly reason: string | null
  /** The expected level of a step-up; null if the case does not check it. */
  readonly level: StepUpLevel | null
  /** Names whose values the caller must not see. */
  readonly hidden: NamedValues
  /** Names whose values the caller must see. */
  readonly shown: NamedValues
  /** The ID of the expected recording rule, or `none`; null if the case does not check it. */
  readonly recording: string | null
}

export interface PolicyCase extends SourcePosition {
  readonly name: string
  readonly principal: Principal
  readonly rack: string
  /** Null: unknown, so no condition on addresses fails. */
  readonly address: string | null
  /** Milliseconds since the epoch. */
  readonly at: number
  /** The command, quoted for a shell, or the ID of the route. */
  readonly asks: string
  /** The essential calls of the command, in order. */
  readonly calls: readonly PlannedCall[]
  readonly facts: RackFacts
  readonly expected: Expected
}
