import type { PlannedCall } from '@rack-gateway/convox-api/commands'
import type { Place } from '../document-places.ts'
import type { KnownOfRack } from '../planned-worlds.ts'
import type { Principal } from '../types.ts'

/** What a case says that a call comes to: `open` where it depends on what only the rack knows. */
export type CaseEffect = 'allow' | 'deny' | 'open'

/** Somebody asks for something somewhere, and what should come of it. */
export interface PolicyCase extends Place {
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
  readonly expected: { readonly effect: CaseEffect; readonly rule: string; readonly reason: string | null }
}
