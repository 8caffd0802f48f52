import type { Database } from '@rack-gateway/database'
import type { Clock } from '@rack-gateway/time'
import { ensureUser, insertServiceAccount } from '../accounts/accounts.ts'
import { type BindingSubjectRef, type BindingTerms, createBinding, deleteBinding } from '../accounts/bindings.ts'
import { type ApiTokenRequest, closeApiToken, insertApiToken, selectApiTokens } from '../api-tokens/api-tokens.ts'
import { closeSession, insertSession, type SessionRequest, selectSessions } from '../sessions/sessions.ts'
import type { TokenMint } from '../tokens/token.ts'
import { type Change, type ChangeDatabase, changeIdentities } from '../transactions/change.ts'
import type { Author, RecordIdentityEvents } from '../transactions/events.ts'
import { canonicalEmail } from '../transactions/names.ts'
import { assertFuture } from './assert-future.ts'

export interface IssuerOptions {
  readonly database: Pick<Database, 'db'> & ChangeDatabase
  readonly mint: TokenMint
  readonly clock: Clock
  /** Makes events durable before a change is committed and a token is shown. */
  readonly record: RecordIdentityEvents
  readonly by: Author
}

export interface ServiceAccountRequest {
  readonly name: string
  /** The first binding of the account. Without one, its tokens have no permissions. */
  readonly binding?: BindingTerms
}

export type Issuer = ReturnType<typeof createIssuer>

/** Issues tokens and changes identities for the server's commands. Not an issuer of OIDC tokens. */
export function createIssuer({ database, mint, clock, record, by }: IssuerOptions) {
  const { db } = database
  function makeChange<T>(work: (change: Change) => Promise<T>): Promise<T> {
    return changeIdentities({ database, by, record }, work)
  }

  return {
    /** Finds or adds a user by email address. @returns the ID and the canonical address */
    user: (email: string) => makeChange((change) => ensureUser(change, email)),

    async issueSession(request: SessionRequest) {
      assertFuture(clock, request.expiresAt)
      return makeChange((change) => insertSession(change, mint, request, clock.now()))
    },

    async issueApiToken(request: ApiTokenRequest) {
      assertFuture(clock, request.expiresAt)
      return makeChange((change) => insertApiToken(change, mint, request))
    },

    createServiceAccount: ({ name, binding }: ServiceAccountRequest) =>
      makeChange(async (change) => {
        const id = await insertServiceAccount(change, name)
        if (binding) await createBinding(change, { kind: 'service-account', id }, binding)
        return id
      }),

    addBinding: (subject: BindingSubjectRef, terms: BindingTerms) =>
      makeChange((change) => createBinding(change, subject, terms)),
    removeBinding: (id: string) => makeChange((change) => deleteBinding(change, id)),
    endSession: (id: string, reason: string) =>
      makeChange((change) => closeSession(change, id, reason, new Date(clock.now()))),
    revokeToken: (id: string) => makeChange((change) => closeApiToken(change, id, new Date(clock.now()))),

    /** The newest thousand sessions of all users or of one user, including ended ones. */
    listSessions: (email?: string) => selectSessions(db, email === undefined ? undefined : canonicalEmail(email)),
    /** The newest thousand tokens, including revoked and expired ones. */
    listTokens: () => selectApiTokens(db),
  }
}
