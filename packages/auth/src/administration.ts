import type { Database } from '@rack-gateway/database'
import { insertServiceAccount } from './accounts.ts'
import { closeApiToken, type GrantedApiToken, storeApiToken } from './api-tokens.ts'
import { mustTakeBindings } from './binding-subject.ts'
import { type BindingSubjectRef, type BindingTerms, createBinding, deleteBinding, type Lasting } from './bindings.ts'
import { type Change, changeIdentities } from './change.ts'
import type { Clock } from './clock.ts'
import { InvalidExpiry } from './errors.ts'
import type { Author, RecordIdentityEvents } from './events.ts'
import { type AdminRoles, keepAnAdmin, lockUser, setServiceAccountDisabled, unlockUser } from './locking.ts'
import { renewSession, type SessionTerms } from './renewal.ts'
import { type HandOver, handOverApiToken, mustExist, type Rotation, rotateApiToken } from './replacing-tokens.ts'
import { closeSession } from './sessions.ts'
import { checkSources } from './source-address.ts'
import type { TokenMint } from './token.ts'
import { closeWorkloadSession } from './workloads/sessions.ts'
import type { TrustTerms } from './workloads/trust-request.ts'
import { closeTrust, insertTrust } from './workloads/trusts.ts'

export interface AdministrationOptions extends AdminRoles {
  readonly database: Pick<Database, 'db'>
  readonly mint: TokenMint
  readonly clock: Clock
  /** Makes events durable before a change is committed. */
  readonly record: RecordIdentityEvents
  /** Who asks. */
  readonly by: Author
}

export type Administration = ReturnType<typeof createAdministration>

/** What people change about identities through the gateway's API. Whether they may was decided before; every change is recorded or doesn't happen. */
export function createAdministration({ database: { db }, mint, clock, record, by, adminRoles }: AdministrationOptions) {
  function change<T>(work: (change: Change) => Promise<T>): Promise<T> {
    return changeIdentities(db, by, record, work)
  }
  const now = () => new Date(clock.now())
  function mustBeFuture(expiresAt: number): void {
    if (!(expiresAt >= clock.now() + 1_000)) throw new InvalidExpiry()
  }

  return {
    async createToken({ sources = [], ...token }: GrantedApiToken) {
      mustBeFuture(token.expiresAt)
      const checked = checkSources(sources)
      return change(async (open) => {
        await mustExist(open, token.owner)
        return storeApiToken(open, mint, { ...token, sources: checked })
      })
    },
    async rotateToken(id: string, rotation: Omit<Rotation, 'now'>) {
      mustBeFuture(rotation.expiresAt)
      return change((open) => rotateApiToken(open, mint, id, { ...rotation, now: clock.now() }))
    },
    revokeToken: (id: string) => change((open) => closeApiToken(open, id, now())),
    handOverToken: (id: string, handOver: Omit<HandOver, 'now'>) =>
      change((open) => handOverApiToken(open, id, { ...handOver, now: clock.now() })),
    renewSession: (id: string, terms: SessionTerms) =>
      change((open) => renewSession(open, mint, { id, terms, now: clock.now() })),
    endSession: (id: string, reason: string) => change((open) => closeSession(open, id, reason, now())),
    /** @returns its id */
    async createTrust(terms: TrustTerms, lasting: Lasting = {}) {
      if (lasting.expiresAt !== undefined) mustBeFuture(lasting.expiresAt.getTime())
      return change((open) => insertTrust(open, terms, lasting))
    },
    revokeTrust: (id: string) => change((open) => closeTrust(open, id, now())),
    endWorkloadSession: (id: string, reason: string) => change((open) => closeWorkloadSession(open, id, reason, now())),
    lockUser: (id: string, reason: string) => change((open) => lockUser(open, id, { reason, at: now(), adminRoles })),
    unlockUser: (id: string) => change((open) => unlockUser(open, id)),
    createServiceAccount: (name: string) => change((open) => insertServiceAccount(open, name)),
    disableServiceAccount: (id: string) => change((open) => setServiceAccountDisabled(open, id, now())),
    enableServiceAccount: (id: string) => change((open) => setServiceAccountDisabled(open, id, null)),

    async createBinding(subject: BindingSubjectRef, terms: BindingTerms) {
      if (terms.expiresAt !== undefined) mustBeFuture(terms.expiresAt.getTime())
      return change(async (open) => {
        await mustTakeBindings(open, subject, clock.now())
        return createBinding(open, subject, terms)
      })
    },
    removeBinding: (id: string) =>
      change((open) => keepAnAdmin(open, adminRoles, async () => void (await deleteBinding(open, id)))),
  }
}
