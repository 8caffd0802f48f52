import { randomUUID } from 'node:crypto'
import { type InvitedBinding, invitations, users } from '@rack-gateway/database'
import type { Moment, Principal } from '@rack-gateway/rbac-policy'
import { and, eq, gt, isNull } from 'drizzle-orm'
import { ensureBinding } from '../accounts/bindings.ts'
import {
  AlreadyInvited,
  DomainNotAllowed,
  InvitationEnded,
  noSuchItem,
  UserExists,
  UserLocked,
} from '../errors/errors.ts'
import { findUserPrincipal } from '../principals/user-principal.ts'
import type { ProviderUser } from '../provider/provider-user.ts'
import type { LoginSettings } from '../provider/settings.ts'
import type { Change, Transaction } from '../transactions/change.ts'
import type { IdentityEvent } from '../transactions/events.ts'
import { canonicalEmail, checkId } from '../transactions/names.ts'

export type { InvitedBinding }

export interface InvitationRequest {
  readonly email: string
  /** The identity provider at which the person must log in. */
  readonly issuer: string
  readonly bindings: readonly InvitedBinding[]
  readonly reason?: string
  /** The ID of the user who invites. */
  readonly invitedBy: string
  /** Milliseconds from `now` until the invitation expires. */
  readonly lifetime: number
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** @returns the ID. @throws InvalidName, DomainNotAllowed, UserExists, AlreadyInvited */
export async function insertInvitation(
  change: Change,
  { bindings, now, issuer, lifetime, ...request }: InvitationRequest,
  { allowedDomains }: Pick<LoginSettings, 'allowedDomains'>,
): Promise<string> {
  const { tx } = change
  const email = canonicalEmail(request.email)
  const domain = email.slice(email.lastIndexOf('@') + 1)
  if (allowedDomains.length > 0 && !allowedDomains.includes(domain))
    throw new DomainNotAllowed(domain, allowedDomains.join(', '))
  const ofUser = and(eq(users.issuer, issuer), eq(users.email, email))
  if ((await tx.$count(users, ofUser)) > 0) throw new UserExists()
  if ((await tx.$count(invitations, isOpen({ issuer, email }, now))) > 0) throw new AlreadyInvited()
  const id = randomUUID()
  const times = { createdAt: new Date(now), expiresAt: new Date(now + lifetime) }
  await tx.insert(invitations).values({ id, issuer, ...request, email, bindings, ...times })
  const { reason } = request
  const detail = {
    invitation: id,
    email,
    issuer,
    bindings: textOf(bindings),
    expires: times.expiresAt.toISOString(),
    ...(reason !== undefined && { reason }),
  }
  change.events.push({ kind: 'invitation.created', principal: change.by, detail })
  return id
}

/** Has no effect on a revoked invitation. @throws NotFound; InvitationEnded after the invited person logged in */
export async function revokeInvitation(change: Change, id: string, at: Date): Promise<void> {
  const [invitation] = await change.tx
    .select()
    .from(invitations)
    .where(eq(invitations.id, checkId('invitation', id)))
  if (!invitation) throw noSuchItem('invitation')
  const { outcome, email } = invitation
  if (outcome === 'revoked') return
  if (outcome !== null) throw new InvitationEnded()
  await change.tx.update(invitations).set({ endedAt: at, outcome: 'revoked' }).where(eq(invitations.id, id))
  change.events.push({ kind: 'invitation.revoked', principal: change.by, detail: { invitation: id, email } })
}

export type CanInvite = (inviter: Principal, bindings: readonly InvitedBinding[], moment: Moment) => boolean

export interface FirstLogin {
  readonly providerUser: ProviderUser
  /** The ID of the user that this login added. */
  readonly user: string
  readonly canInvite: CanInvite
  readonly now: number
  readonly context: Pick<IdentityEvent, 'request' | 'source'>
}

/**
 * Grants nothing if the inviter is locked, or can no longer grant the roles. The inviter's conditions on time and
 * address are not checked again: they were checked when the inviter created the invitation.
 */
export async function redeemInvitation(
  change: Change,
  { providerUser: { issuer, email }, user, canInvite, now, context }: FirstLogin,
): Promise<void> {
  const { tx, events } = change
  const [invitation] = await tx.select().from(invitations).where(isOpen({ issuer, email }, now)).for('update')
  if (!invitation) return
  const { id, invitedBy, createdAt, bindings } = invitation
  const inviter = await inviterOf(tx, invitedBy, now)
  const canGrant = inviter !== null && canInvite(inviter, bindings, { at: createdAt.getTime(), address: null })
  const outcome = canGrant ? 'redeemed' : 'denied'
  await tx
    .update(invitations)
    .set({ endedAt: new Date(now), outcome, userId: user })
    .where(eq(invitations.id, id))
  const principal = { kind: 'user', id: user, name: email } as const
  const detail = { invitation: id, user, email, invitedBy, bindings: textOf(bindings) }
  if (!canGrant) {
    const decision = {
      effect: 'deny',
      rule: 'inviter-authority',
      reason: 'The user who sent this invitation is locked, or can no longer grant its roles.',
      next: 'Ask an administrator of the gateway for a binding.',
    } as const
    events.push({ kind: 'invitation.denied', principal, ...context, decision, detail })
    return
  }
  events.push({ kind: 'invitation.redeemed', principal, ...context, detail })
  const reason = invitation.reason === null ? {} : { reason: invitation.reason }
  for (const { role, racks, apps, expiresAt } of bindings) {
    if (expiresAt !== null && Date.parse(expiresAt) <= now) continue
    const end = expiresAt === null ? {} : { expiresAt: new Date(expiresAt) }
    const terms = { role, racks, apps, ...end, ...reason, invitation: { id, invitedBy } }
    await ensureBinding(change, { kind: 'user', id: user }, terms)
  }
}

function isOpen({ issuer, email }: Pick<ProviderUser, 'issuer' | 'email'>, now: number) {
  return and(
    eq(invitations.issuer, issuer),
    eq(invitations.email, email),
    isNull(invitations.endedAt),
    gt(invitations.expiresAt, new Date(now)),
  )
}

async function inviterOf(tx: Transaction, id: string, now: number): Promise<Principal | null> {
  try {
    return await findUserPrincipal({ db: tx }, id, now)
  } catch (error) {
    if (error instanceof UserLocked) return null
    throw error
  }
}

function textOf(bindings: readonly InvitedBinding[]): string {
  return bindings.map(({ role, racks, apps }) => `${role} on ${racks}/${apps}`).join(', ')
}
