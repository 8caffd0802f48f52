import { randomUUID } from 'node:crypto'
import { type BindingSubject, bindings } from '@rack-gateway/database'
import { and, eq, isNull } from 'drizzle-orm'
import { BindingExists, noSuchItem } from '../errors/errors.ts'
import type { Change } from '../transactions/change.ts'
import { checkId } from '../transactions/names.ts'
import type { BindingRow } from './binding-row.ts'

export interface BindingSubjectRef {
  readonly kind: BindingSubject
  /** The ID of the user, service account, API token, or trust; the name of the group. */
  readonly id: string
}

/** A binding without an expiry is valid until it is removed. */
export interface ScopeTerms {
  readonly expiresAt?: Date
  readonly reason?: string
}

/** By default, the binding applies to all racks and apps. */
export interface BindingTerms extends ScopeTerms {
  readonly role: string
  /** The name of a rack, or a pattern in which `*` stands for any part of a name. */
  readonly racks?: string
  /** The name of an app, or a pattern like that of `racks`. */
  readonly apps?: string
  /** Replaces the permissions of the role. Only for API tokens. */
  readonly permissions?: readonly string[]
  /** The inviter is stored as the creator of the binding. */
  readonly invitation?: { readonly id: string; readonly invitedBy: string }
}

/** @returns the ID of the binding @throws BindingExists if the subject has a binding with the same scope and expiry */
export async function createBinding(change: Change, subject: BindingSubjectRef, terms: BindingTerms): Promise<string> {
  const { role, racks = '*', apps = '*', expiresAt, reason, permissions, invitation } = terms
  const id = randomUUID()
  const row = { id, subjectKind: subject.kind, subjectId: subject.id, role, racks, apps, expiresAt, reason }
  const granter = { createdBy: invitation?.invitedBy ?? change.by.id, invitation: invitation?.id }
  const inserted = await change.tx
    .insert(bindings)
    .values({ ...row, ...granter, permissions: permissions?.join(' ') })
    .onConflictDoNothing()
    .returning({ id: bindings.id })
  if (inserted.length === 0) throw new BindingExists((await findSame(change, subject, terms)) ?? id)
  const end = expiresAt && { expires: expiresAt.toISOString() }
  const detail = {
    binding: id,
    subject: `${subject.kind}:${subject.id}`,
    role,
    racks,
    apps,
    ...end,
    ...(reason && { reason }),
    ...(permissions && { permissions: permissions.join(' ') }),
    ...(invitation && { invitation: invitation.id, invitedBy: invitation.invitedBy }),
  }
  change.events.push({ kind: 'binding.created', principal: change.by, detail })
  return id
}

/** Finds or adds a binding. @returns its ID */
export async function ensureBinding(
  change: Change,
  subject: BindingSubjectRef,
  terms: Omit<BindingTerms, 'permissions'>,
): Promise<string> {
  return (await findSame(change, subject, terms)) ?? createBinding(change, subject, terms)
}

/** The ID of a binding that would be the same for the unique index of PostgreSQL. */
async function findSame(
  change: Change,
  subject: BindingSubjectRef,
  { role, racks = '*', apps = '*', expiresAt }: BindingTerms,
): Promise<string | null> {
  const same = and(
    eq(bindings.subjectKind, subject.kind),
    eq(bindings.subjectId, subject.id),
    eq(bindings.role, role),
    eq(bindings.racks, racks),
    eq(bindings.apps, apps),
    expiresAt === undefined ? isNull(bindings.expiresAt) : eq(bindings.expiresAt, expiresAt),
    isNull(bindings.permissions),
  )
  const [found] = await change.tx.select({ id: bindings.id }).from(bindings).where(same).limit(1)
  return found?.id ?? null
}

/** @throws NotFound */
export async function deleteBinding(change: Change, id: string): Promise<BindingRow> {
  const [deleted] = await change.tx
    .delete(bindings)
    .where(eq(bindings.id, checkId('binding', id)))
    .returning()
  if (!deleted) throw noSuchItem('binding')
  const { subjectKind, subjectId, role, racks, apps } = deleted
  const detail = { binding: id, subject: `${subjectKind}:${subjectId}`, role, racks, apps }
  change.events.push({ kind: 'binding.removed', principal: change.by, detail })
  return deleted
}
