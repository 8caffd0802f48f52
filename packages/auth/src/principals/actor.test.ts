import { actorName } from '@rack-gateway/rbac-policy'
import { describe, expect, test } from 'vitest'
import { apiToken, expectPrincipal, now, serviceAccount, user, workload } from '../testing/records.ts'
import { canonicalEmail } from '../transactions/names.ts'
import { jobName } from '../workloads/job.ts'
import { principalOf } from './principals.ts'

/** Names that imitate a person. A database can have names that the gateway does not accept. */
const chosen = ['admin@example.com', 'nightly', 'a@b', 'token:x@y.z', 'job:x@y.z', 'ann@example.com run 1', 'acme/app']
const nameIn = (record: Parameters<typeof principalOf>[0]) => expectPrincipal(principalOf(record, now)).name

describe('no chosen name looks like a person', () => {
  test.each(chosen)('%s, of a token, a service account, and a job', (name) => {
    const shown = [
      nameIn(apiToken({ name, owner: user({ email: 'boss@example.com' }) })),
      nameIn(apiToken({ name, owner: serviceAccount({ name }) })),
      nameIn(workload({ name })),
      nameIn(workload({ name: jobName({ repository: name }, '') })),
      nameIn(workload({ name: jobName({}, name) })),
      actorName({ kind: 'api-token', name }),
    ]
    for (const one of shown) {
      expect(() => canonicalEmail(one)).toThrow('The email address is invalid')
      expect(one.includes('@') ? one : 'token: or job:').toMatch(/^(token|job):/)
    }
  })

  test.each(chosen.filter((name) => name.includes('@')))(
    '%s, as a service account that owns a token, is printed with its kind',
    (name) => {
      expect(nameIn(apiToken({ name: 'x', owner: serviceAccount({ name }) }))).toBe(`token:x (service-account:${name})`)
    },
  )
})

test('a token is shown with its owner, a job by its repository, a person by the email address', () => {
  expect(nameIn(apiToken())).toBe('token:nightly (deploys)')
  expect(nameIn(apiToken({ owner: user() }))).toBe('token:nightly (ann@example.com)')
  expect(nameIn(workload())).toBe('acme/app run 1')
  expect(actorName({ kind: 'user', name: 'ann@example.com' })).toBe('ann@example.com')
})

test('the name of an actor that is formatted again stays the same', () => {
  const owner = { kind: 'user', name: 'ann@example.com' }
  for (const name of chosen)
    for (const kind of ['api-token', 'workload', 'user', 'system']) {
      const once = actorName({ kind, name, owner })
      expect(actorName({ kind, name: once, owner })).toBe(once)
    }
})
