import { randomUUID } from 'node:crypto'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createIdentities } from '../principals/identities.ts'
import { createDirectory } from '../store.ts'
import { startStore } from '../testing/database.ts'
import { deferred } from '../testing/deferred.ts'
import { hour, now } from '../testing/records.ts'
import type { VerifiedToken } from '../tokens/token.ts'
import { watchRevision } from './watch.ts'

/**
 * The tokens, by index: 0 and 1 are sessions of Ann, who is in the group ops. 2 is Ann's API token. 3 is an API token
 * of a service account. 4 to 12 are sessions of nine other users.
 */
async function start() {
  const store = await startStore()
  const { issuer, urls, database, admin, verifyToken, administrationBy } = store
  const administration = administrationBy(['admin'])
  const watch = await watchRevision({ pool: { url: urls.runtimeUrl }, interval: 60_000 })
  onTestFinished(() => watch.stop())
  const directory = createDirectory(database)
  const find = vi.spyOn(directory, 'find')
  const identities = createIdentities({ directory, revision: watch, clock: { now: () => now } })
  const session = (email: string) => issuer.issueSession({ email, device: 'laptop', expiresAt: now + hour })
  const [first, second] = [await session('ann@example.com'), await session('ann@example.com')]
  const ann = await issuer.user('ann@example.com')
  await admin`update gateway.users set groups = '{ops}' where id = ${ann.id}`
  const owner = { kind: 'user', id: ann.id } as const
  const bindings = [{ role: 'viewer', racks: '*', apps: '*' }]
  const token = await administration.createToken({ name: 'nightly', owner, bindings, expiresAt: now + hour })
  const account = await issuer.createServiceAccount({ name: 'deploys' })
  const robot = await administration.createToken({
    name: 'deploys',
    owner: { kind: 'service-account', id: account },
    bindings,
    expiresAt: now + hour,
  })
  const others = []
  for (let index = 0; index < 9; index++) others.push(await session(`other-${index}@example.com`))
  const verifiedTokens: VerifiedToken[] = [first, second, token, robot, ...others].map((issued) =>
    verifyToken(issued.token),
  )

  /** Makes a change, waits until the replica has noticed it, and returns the indexes of the tokens to look up again. */
  async function lookedUpAfter(change: () => Promise<unknown>): Promise<number[]> {
    await noticeAllChanges()
    for (const verifiedToken of verifiedTokens) await identities.find(verifiedToken)
    await change()
    await noticeAllChanges()
    find.mockClear()
    for (const verifiedToken of verifiedTokens) await identities.find(verifiedToken)
    const asked = find.mock.calls.map(([hash]) =>
      verifiedTokens.findIndex((verifiedToken) => verifiedToken.hash.equals(hash)),
    )
    return [...new Set(asked)]
  }

  /** Adds a user whose ID appears in no other change, and waits until the replica has noticed this change. */
  async function noticeAllChanges(): Promise<void> {
    const marker = randomUUID()
    const noticed = deferred<void>()
    const end = watch.onChange((changed) => {
      if (changed === null || changed.ids.has(marker)) noticed.resolve()
    })
    await admin`insert into gateway.users (id, issuer, subject, email) values (${marker}, 'x', ${marker}, 'x')`
    await noticed.promise
    end()
  }
  return { ...store, administration, ann, account, first, token, robot, others, lookedUpAfter, identities }
}

test('a change removes only the affected principals from the cache of a replica', async () => {
  const { administration, admin, ann, account, first, token, lookedUpAfter, issuer } = await start()
  const all = [...Array(13).keys()]
  const binding = (kind: 'user' | 'group' | 'service-account' | 'api-token', id: string) => () =>
    administration.createBinding({ kind, id }, { role: 'viewer', racks: 'staging' })
  const cases: [string, () => Promise<unknown>, number[]][] = [
    [
      'a new session of another user',
      () => issuer.issueSession({ email: 'new@example.com', device: 'x', expiresAt: now + hour }),
      [],
    ],
    ['a new service account', () => issuer.createServiceAccount({ name: 'another' }), []],
    ['a binding of a user', binding('user', ann.id), [0, 1, 2]],
    ['a binding of a group', binding('group', 'ops'), [0, 1]],
    ['a binding of another group', binding('group', 'dev'), []],
    ['a binding of a service account', binding('service-account', account), [3]],
    ['a binding of an API token', binding('api-token', token.id), [2]],
    [
      'the groups of a user',
      () => admin`update gateway.users set groups = '{ops,dev}' where id = ${ann.id}`,
      [0, 1, 2],
    ],
    ['a disabled service account', () => administration.disableServiceAccount(account), [3]],
    // A cached denial does not name its subject, so each change deletes it: that of 3 here, and that of 0 below.
    ['an ended session', () => administration.endSession(first.id, 'x'), [0, 3]],
    ['a revoked token', () => administration.revokeToken(token.id), [0, 2, 3]],
    [
      'more than a hundred rows',
      () =>
        admin`update gateway.users set email = email`.then(
          () => admin`
      insert into gateway.users (id, issuer, subject, email)
      select gen_random_uuid(), 'x', n::text, 'x' from generate_series(1, 101) n`,
        ),
      all,
    ],
  ]
  for (const [what, change, expected] of cases) expect([what, await lookedUpAfter(change)]).toEqual([what, expected])
})

test('revisions whose subjects are unknown affect every principal', async () => {
  const { admin, lookedUpAfter } = await start()
  const forgotten = () =>
    admin.begin(async (tx) => {
      await tx`update gateway.bindings set role = role where false`
      await tx`delete from gateway.changed_subjects`
    })
  expect(await lookedUpAfter(forgotten)).toHaveLength(13)
})
