import { createTokenMint, isDenial, principalOf, type RecordIdentityEvents } from '@rack-gateway/auth'
import { type Change, changeIdentities, createDirectory, createIssuer } from '@rack-gateway/auth/store'
import { type Database, openDatabase } from '@rack-gateway/database'
import { createTestDatabase, type OnEnd } from '@rack-gateway/database/testing'
import type { Principal, RequestRule } from '@rack-gateway/rbac-policy'
import postgres from 'postgres'
import { vi } from 'vitest'
import { cancelRequest, revokeGrant, startGrant } from '../change-request.ts'
import { createRequest, type RequestTerms } from '../create-request.ts'
import { createRequestLists } from '../request-lists.ts'
import { type Approval, reviewRequest } from '../review-request.ts'
import { createSweep } from '../sweep.ts'

export const minute = 60_000
export const hour = 60 * minute
export const day = 24 * hour
export const startOfTest = Date.UTC(2027, 0, 2, 3, 4, 5)

export interface Person {
  readonly id: string
  readonly email: string
}

export function ruleOf(changes: Partial<RequestRule> = {}): RequestRule {
  return {
    id: 'production-deploy',
    from: [{ kind: 'group', name: 'engineering' }],
    role: 'deployer',
    racks: ['production*'],
    apps: ['*'],
    longest: 4 * hour,
    answerWithin: hour,
    workStarts: 'approval',
    reason: null,
    reviewers: [{ kind: 'group', name: 'leads' }],
    reviews: 1,
    stepUp: null,
    ...changes,
  }
}

function termsOf(changes: Partial<RequestTerms> = {}): RequestTerms {
  const common = { role: 'deployer', racks: ['production'], apps: ['*'], seconds: 3_600, startsAt: null }
  return { ...common, reason: 'OPS-1', extends: null, ...changes }
}

export interface Reviewing {
  readonly rule?: RequestRule
  readonly note?: string
  readonly process?: Database
  readonly isStillReviewer?: (id: string) => boolean
}

/** Access requests on a database of their own, as two gateway processes see it. */
export async function startRequests(onEnd: OnEnd) {
  const urls = await createTestDatabase()
  const databases = [openDatabase(urls.runtimeUrl), openDatabase(urls.runtimeUrl)] as const
  const [database, otherDatabase] = databases
  const admin = postgres(urls.adminUrl, { max: 2, onnotice() {} })
  onEnd(async () => {
    await Promise.all([...databases.map((one) => one.close()), admin.end({ timeout: 0 })])
    await urls.drop()
  })
  const clock = { time: startOfTest, now: () => clock.time }
  const record = vi.fn<RecordIdentityEvents>(async () => {})
  const mint = createTokenMint([Buffer.alloc(32, 'access requests')])
  const by = { kind: 'system', id: 'test', name: 'a test' } as const
  const issuer = createIssuer({ database, mint, clock, record: async () => {}, by })
  const lists = createRequestLists(database, clock)
  const directory = createDirectory(database)

  /** Runs a change by a user, in one of the two processes. */
  function changeBy<T>(
    { id, email }: Person,
    work: (change: Change) => Promise<T>,
    process: Database = database,
  ): Promise<T> {
    return changeIdentities({ database: process, by: { kind: 'user', id, name: email }, record }, work)
  }

  function review(reviewer: Person, id: string, approval: Approval | null, options: Reviewing = {}) {
    const { rule = ruleOf(), note = null, process, ...more } = options
    const common = { reviewer, because: 'group:leads', rule, note, approval, ...more }
    return changeBy(reviewer, (change) => reviewRequest(change, id, { ...common, now: clock.now() }), process)
  }

  return {
    admin,
    database,
    otherDatabase,
    clock,
    record,
    lists,
    /** The principal of a new session of a user, or of a new API token. Read again at each call. */
    async principalReader({ email }: Person, kind: 'session' | 'token'): Promise<() => Promise<Principal>> {
      const common = { role: 'viewer', expiresAt: clock.time + 7 * day }
      const { token } =
        kind === 'session'
          ? await issuer.issueSession({ ...common, email, device: 'laptop' })
          : await issuer.issueApiToken({ ...common, name: 'script', owner: { kind: 'user', email } })
      const verified = mint.verify(token, clock.time)
      if (isDenial(verified)) throw new Error(verified.reason)
      return async function readPrincipal() {
        const principal = principalOf(await directory.find(verified.hash), clock.time)
        if (isDenial(principal)) throw new Error(principal.reason)
        return principal
      }
    },
    user: (email: string): Promise<Person> => issuer.user(email),
    addBinding: (...binding: Parameters<typeof issuer.addBinding>): Promise<string> => issuer.addBinding(...binding),
    ask: (requester: Person, terms: Partial<RequestTerms> = {}, rule = ruleOf(), process?: Database) =>
      changeBy(
        requester,
        (change) => createRequest(change, { requester, rule, terms: termsOf(terms), now: clock.now() }),
        process,
      ),
    approve: (reviewer: Person, id: string, approval: Approval = {}, options?: Reviewing) =>
      review(reviewer, id, approval, options),
    deny: (reviewer: Person, id: string, options?: Reviewing) => review(reviewer, id, null, options),
    cancel: (by: Person, id: string, process?: Database) =>
      changeBy(by, (change) => cancelRequest(change, id, { now: clock.now() }), process),
    revoke: (by: Person, id: string, note: string | null = null, process?: Database) =>
      changeBy(
        by,
        (change) => revokeGrant(change, id, { by: { id: by.id, name: by.email }, note, now: clock.now() }),
        process,
      ),
    use: (by: Person, id: string, process?: Database) =>
      changeBy(by, (change) => startGrant(change, id, clock.now()), process),
    /** The kinds of the events of a request, without their common prefix. */
    eventKinds: (id: string) =>
      record.mock.calls
        .flatMap(([events]) => events)
        .filter(({ detail }) => detail.accessRequest === id)
        .map(({ kind }) => kind.split('.')[1]),
    events: () => record.mock.calls.flatMap(([events]) => events),
    /** A sweep that runs only when the test asks for it. */
    createSweep(onError: (error: unknown) => void = fail, process: Database = database) {
      const sweep = createSweep({ database: process, record, clock, onError, interval: day })
      onEnd(() => sweep.stop())
      return sweep
    },
  }
}

function fail(error: unknown): never {
  throw error
}
