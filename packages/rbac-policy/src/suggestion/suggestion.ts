import type { Permission } from '../model/types.ts'
import type { Use } from './recorded-uses.ts'
import type { Subject } from './subject.ts'

/** A role of one permission set, or of the command rules of one set of callers. */
export interface SuggestedRole {
  readonly name: string
  readonly kind: 'commands' | 'extra'
  readonly permissions: readonly Permission[]
  readonly holders: readonly Subject[]
  readonly uses: readonly Use[]
}

export interface SuggestedRule {
  readonly id: string
  /** In the syntax of rules. */
  readonly run: string
  readonly service: string
  readonly by: 'run' | 'exec'
  readonly environment: readonly string[]
  readonly racks: readonly string[]
  readonly apps: readonly string[]
  readonly role: string
  readonly uses: readonly Use[]
}

export interface SuggestedBinding {
  readonly subject: Subject
  readonly role: string
  readonly rack: string
  /** `*` for the whole rack. */
  readonly apps: readonly string[]
  readonly uses: readonly Use[]
}

/** A call whose command no rule can have. */
export interface UnwrittenUse {
  readonly use: Use
  readonly cause: 'form' | 'secret' | 'too-many'
}

export interface Suggestion {
  readonly roles: readonly SuggestedRole[]
  readonly rules: readonly SuggestedRule[]
  readonly bindings: readonly SuggestedBinding[]
  readonly unwritten: readonly UnwrittenUse[]
}
