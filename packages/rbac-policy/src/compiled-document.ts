import type { CompiledRules } from '@rack-gateway/command-matcher'
import type { Denial } from '@rack-gateway/errors'
import type { CompiledRole } from './compiled-role.ts'
import type { CompiledCondition } from './condition.ts'
import type { NeedWords } from './reasons.ts'
import type { Permission, RackCall } from './types.ts'

/** A policy document, compiled. */
export interface CompiledDocument {
  readonly hash: string
  /** What the document is called. */
  readonly source: string
  readonly roles: ReadonlyMap<string, CompiledRole>
  /** Those of commands. */
  readonly rules: () => CompiledRules
  readonly commandConditions: ReadonlyMap<string, readonly CompiledCondition[]>
  readonly blocked: (call: RackCall) => Denial | null
  /** Who has which permission, in words; filled as it is asked for. */
  readonly needs: Map<Permission, NeedWords>
}
