import { callEndings, recordings } from '@rack-gateway/database'
import type { Clock } from '@rack-gateway/time'
import { and, eq, isNull } from 'drizzle-orm'
import { insertServiceAccount } from '../accounts/accounts.ts'
import {
  type BindingSubjectRef,
  type BindingTerms,
  createBinding,
  deleteBinding,
  type ScopeTerms,
} from '../accounts/bindings.ts'
import { type ApiTokenTerms, assertBelowTokenLimit, closeApiToken, storeApiToken } from '../api-tokens/api-tokens.ts'
import {
  assertOwnerExists,
  changeApiTokenOwner,
  lockLiveToken,
  type OwnerChange,
  type Rotation,
  rotateApiToken,
} from '../api-tokens/replace-tokens.ts'
import { checkSources } from '../http/source-address.ts'
import type { LoginSettings } from '../provider/settings.ts'
import { type ConvoxSessionRequest, createConvoxSession } from '../sessions/convox-sessions.ts'
import { renewSession, type SessionTerms } from '../sessions/renewal.ts'
import { closeSession, closeSessionsOf } from '../sessions/sessions.ts'
import type { TokenMint } from '../tokens/token.ts'
import type { Change } from '../transactions/change.ts'
import { checkGroupName } from '../transactions/names.ts'
import { closeWorkloadSession } from '../workloads/sessions.ts'
import type { TrustTerms } from '../workloads/trust-request.ts'
import { closeTrust, insertTrust, lockLiveTrust } from '../workloads/trusts.ts'
import { assertFuture } from './assert-future.ts'
import { type InvitationRequest, insertInvitation, revokeInvitation } from './invitations.ts'
import { type AdminRoles, assertAdminRemains, lockUser, setServiceAccountDisabled, unlockUser } from './locking.ts'

export interface AdministrationOptions extends AdminRoles {
  readonly mint: TokenMint
  readonly clock: Clock
  /** The maximum number of valid API tokens for one owner. */
  readonly tokensPerOwner: number
}

export type Administration = ReturnType<typeof createAdministration>

/** The identity changes of the management API. Check the permissions in the same transaction before you call them. */
export function createAdministration(
  change: Change,
  { mint, clock, adminRoles, login, tokensPerOwner }: AdministrationOptions,
) {
  const now = () => new Date(clock.now())

  return {
    async createToken({ sources = [], ...token }: ApiTokenTerms) {
      assertFuture(clock, token.expiresAt)
      const checked = checkSources(sources)
      await assertOwnerExists(change, token.owner)
      await assertBelowTokenLimit(change, token.owner, { now: now(), max: tokensPerOwner })
      return storeApiToken(change, mint, { ...token, sources: checked })
    },
    async rotateToken(id: string, rotation: Omit<Rotation, 'now'>) {
      assertFuture(clock, rotation.expiresAt)
      return rotateApiToken(change, mint, id, { ...rotation, now: clock.now() })
    },
    revokeToken: (id: string) => closeApiToken(change, id, now()),
    async changeTokenOwner(id: string, ownerChange: Omit<OwnerChange, 'now'>) {
      if (ownerChange.newOwner.id !== ownerChange.previousOwner.id)
        await assertBelowTokenLimit(change, ownerChange.newOwner, { now: now(), max: tokensPerOwner })
      return changeApiTokenOwner(change, id, { ...ownerChange, now: clock.now() })
    },
    renewSession: (id: string, terms: SessionTerms) => renewSession(change, mint, { id, terms, now: clock.now() }),
    createConvoxSession: (request: Omit<ConvoxSessionRequest, 'now'>) =>
      createConvoxSession(change, mint, { ...request, now: clock.now() }),
    endSession: (id: string, reason: string) => closeSession(change, id, reason, now()),
    /** Ends all valid sessions of a user except the session `except`. @throws NotFound */
    async endSessionsOf(id: string, { except, reason }: { readonly except: string; readonly reason: string }) {
      await assertOwnerExists(change, { kind: 'user', id })
      return closeSessionsOf(change, { user: id, except }, reason, now())
    },
    /** @returns whether the session was still open */
    endRecordedSession: (id: string, reason: string) => endRecordedSession(change, id, reason),
    endLiveCall: (id: string, reason: string) => endLiveCall(change, id, reason),
    async createTrust(terms: TrustTerms, binding: ScopeTerms = {}) {
      if (binding.expiresAt !== undefined) assertFuture(clock, binding.expiresAt.getTime())
      return insertTrust(change, terms, binding)
    },
    revokeTrust: (id: string) => closeTrust(change, id, now()),
    endWorkloadSession: (id: string, reason: string) => closeWorkloadSession(change, id, reason, now()),
    lockUser: (id: string, reason: string) => lockUser(change, id, { reason, at: now(), adminRoles, login }),
    unlockUser: (id: string) => unlockUser(change, id),
    async createInvitation(
      request: Omit<InvitationRequest, 'now'>,
      settings: Pick<LoginSettings, 'allowedDomains'>,
    ): Promise<string> {
      for (const { expiresAt } of request.bindings) if (expiresAt !== null) assertFuture(clock, Date.parse(expiresAt))
      return insertInvitation(change, { ...request, now: clock.now() }, settings)
    },
    revokeInvitation: (id: string) => revokeInvitation(change, id, now()),
    createServiceAccount: (name: string) => insertServiceAccount(change, name),
    disableServiceAccount: (id: string) => setServiceAccountDisabled(change, id, now()),
    enableServiceAccount: (id: string) => setServiceAccountDisabled(change, id, null),

    async createBinding(subject: BindingSubjectRef, terms: BindingTerms) {
      if (terms.expiresAt !== undefined) assertFuture(clock, terms.expiresAt.getTime())
      await assertSubjectExists(change, subject, clock.now())
      return createBinding(change, subject, terms)
    },
    removeBinding: (id: string) =>
      assertAdminRemains(change, { adminRoles, login }, async () => void (await deleteBinding(change, id))),
  }
}

/** Tells all processes to end a recorded session. @returns false if it has already ended, or does not exist */
async function endRecordedSession(change: Change, id: string, reason: string): Promise<boolean> {
  const isOpen = and(eq(recordings.id, id), isNull(recordings.endedAt))
  const [open] = await change.tx.select({ openedEvent: recordings.opened }).from(recordings).where(isOpen).for('update')
  if (open === undefined) return false
  await endLiveCall(change, open.openedEvent, reason)
  return true
}

/**
 * Tells all processes to end a call. The process that serves the call ends it, and then deletes this row.
 *
 * @param call the ID of the live call, which is the ID of its `opened` event if it has one
 */
async function endLiveCall({ tx }: Change, call: string, reason: string): Promise<void> {
  await tx
    .insert(callEndings)
    .values({ call, reason })
    .onConflictDoUpdate({ target: callEndings.call, set: { reason } })
}

/**
 * Accepts every valid group name, because only the identity provider knows which groups exist.
 *
 * @param now milliseconds since the epoch
 * @throws NotFound, InvalidName, TokenEnded, TrustRevoked
 */
async function assertSubjectExists(change: Change, { kind, id }: BindingSubjectRef, now: number): Promise<void> {
  switch (kind) {
    case 'group':
      checkGroupName(id)
      return
    case 'user':
    case 'service-account':
      return assertOwnerExists(change, { kind, id })
    case 'api-token':
      return void (await lockLiveToken(change, id, now))
    case 'trust':
      return void (await lockLiveTrust(change, id))
  }
}
