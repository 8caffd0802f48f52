import type { Binding } from '../model/types.ts'

/** A binding in force, as the access review lists it: a binding of a group is listed for each known member. */
export interface CurrentBinding {
  readonly id: string
  readonly subject: { readonly kind: string; readonly id: string }
  /** The group whose binding the subject has; null for a binding of its own. */
  readonly group: string | null
  readonly role: string
  /** Instead of the permissions of the role, or null. */
  readonly permissions: readonly string[] | null
  readonly racks: string
  readonly apps: string
  /** Milliseconds since the epoch; null for never. */
  readonly expiresAt: number | null
  readonly reason: string | null
}

export interface CurrentSubject {
  readonly kind: string
  readonly id: string
  readonly name: string
  readonly suspended: boolean
}

/** What callers have at the end of the study. */
export interface CurrentAccess {
  readonly bindings: readonly CurrentBinding[]
  /** The users, service accounts, API tokens, and trusts that exist. */
  readonly subjects: readonly CurrentSubject[]
  /** False if there are more bindings or subjects than these. */
  readonly complete: boolean
}

export const noAccess: CurrentAccess = { bindings: [], subjects: [], complete: false }

export function keyOfSubject({ subject }: CurrentBinding): string {
  return `${subject.kind} ${subject.id}`
}

export function toBinding({ id, role, racks, apps, expiresAt, permissions }: CurrentBinding): Binding {
  return { id, role, racks, apps, expiresAt, ...(permissions !== null && { permissions }) }
}
