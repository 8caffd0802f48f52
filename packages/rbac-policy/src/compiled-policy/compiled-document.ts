import type { CompiledRules } from '@rack-gateway/command-matcher'
import type { Denial } from '@rack-gateway/errors'
import type { CompiledCondition } from '../conditions/condition.ts'
import type { Permission, RackCall } from '../model/types.ts'
import type { RequestRule } from '../policy-document/policy-document.ts'
import type { CompiledStepUp } from '../step-up/step-up.ts'
import type { CompiledRole } from './compiled-role.ts'
import type { RequiredRolesText } from './reasons.ts'

export interface CompiledDocument {
  readonly hash: string
  /** The name of the document. */
  readonly source: string
  readonly roles: ReadonlyMap<string, CompiledRole>
  /** Some policies compile the command rules only when this function is called. */
  readonly rules: () => CompiledRules
  readonly commandConditions: ReadonlyMap<string, readonly CompiledCondition[]>
  /** Returns the denial of an operation that the document blocks; null for any other call. */
  readonly blocked: (call: RackCall) => Denial | null
  /** Whether a rack is in observe mode at a time; null: never. */
  readonly observes: ((rack: string, at: number) => boolean) | null
  /** Null if nothing requires a proof of a second factor. */
  readonly stepUp: CompiledStepUp | null
  readonly requests: readonly RequestRule[]
  /** Caches the names of the roles that have a permission. */
  readonly rolesByPermission: Map<Permission, readonly string[]>
  /** Caches the roles that have a permission, as text. */
  readonly requiredRoles: Map<Permission, RequiredRolesText>
}
