import type { PlannedCall } from '@rack-gateway/convox-api/commands'
import type { KnownOfRack } from '../possible-outcomes.ts'
import type { SourcePosition } from '../source-positions.ts'
import type { Principal } from '../types.ts'

/** What a case says that a call comes to: `open` where it depends on what only the rack knows. */
export type CaseEffect = 'allow' | 'deny' | 'open'

/** Names of keys of an environment, and of parameters. */
export interface NamedValues {
  readonly environment: readonly string[]
  readonly parameters: readonly string[]
}

export interface Expected {
  readonly effect: CaseEffect
  readonly rule: string
  readonly reason: string | null
  /** Those whose values the caller is not shown there, and those whose values they are. */
  readonly hidden: NamedValues
  readonly shown: NamedValues
  /** The id of the recording rule that a session falls under, `none` for none; null where nothing is said about it. */
  readonly recording: string | null
}

/** A caller, the calls, and the expected decision. */
export interface PolicyCase extends SourcePosition {
  readonly name: string
  readonly principal: Principal
  readonly rack: string
  /** Null: not known, so no condition on it stands against the call. */
  readonly address: string | null
  /** Milliseconds since the epoch. */
  readonly at: number
  /** As it is written. */
  readonly asks: string
  /** What the command can't do without, in order. */
  readonly calls: readonly PlannedCall[]
  readonly known: KnownOfRack
  readonly expected: Expected
}
