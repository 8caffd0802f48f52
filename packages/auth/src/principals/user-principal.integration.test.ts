import { expect, test } from 'vitest'
import { startStore } from '../testing/database.ts'
import { hour, now } from '../testing/records.ts'
import { findUserPrincipal } from './user-principal.ts'

test('is the principal of a session on every rack: own bindings and those of the groups, without expired ones', async () => {
  const { database, issuer, annSession, admin } = await startStore()
  await annSession({ email: 'bob@example.com', role: 'admin' })
  await annSession({ rack: 'staging' })
  const ann = await issuer.user('ann@example.com')
  await admin`update gateway.users set groups = array['ops', 'it''s "odd"'] where id = ${ann.id}`
  await issuer.addBinding({ kind: 'group', id: 'ops' }, { role: 'ops' })
  await issuer.addBinding({ kind: 'group', id: `it's "odd"` }, { role: 'deployer' })
  await issuer.addBinding({ kind: 'group', id: 'others' }, { role: 'admin' })
  await issuer.addBinding({ kind: 'service-account', id: ann.id }, { role: 'admin' })
  await issuer.addBinding({ kind: 'user', id: ann.id }, { role: 'auditor', expiresAt: new Date(now + hour) })

  for (const who of [ann.id, 'ann@example.com', 'Ann@Example.com']) {
    const principal = await findUserPrincipal(database, who, now)
    expect(principal).toMatchObject({ kind: 'user', id: ann.id, name: 'ann@example.com', rack: null, owner: null })
    expect(principal.bindings.map(({ role }) => role).sort()).toEqual(['auditor', 'deployer', 'ops', 'viewer'])
  }
  const later = await findUserPrincipal(database, ann.id, now + hour)
  expect(later.bindings.map(({ role }) => role).sort()).toEqual(['deployer', 'ops', 'viewer'])
})

test('an unknown user, an ambiguous address, and a locked user have their own errors', async () => {
  const { database, issuer, admin } = await startStore()
  const ann = await issuer.user('ann@example.com')
  await admin`
    insert into gateway.users (id, issuer, subject, email)
    values (gen_random_uuid(), 'https://id.example.com', '42', 'ann@example.com')`
  const find = (who: string) => findUserPrincipal(database, who, now)
  await expect(find('ann@example.com')).rejects.toMatchObject({
    code: 'RGW_AMBIGUOUS_USER',
    message: expect.stringContaining('ann@example.com/local, ann@example.com/id.example.com'),
    users: [
      { id: ann.id, email: 'ann@example.com', issuer: 'local' },
      { id: expect.any(String), email: 'ann@example.com', issuer: 'https://id.example.com' },
    ],
  })
  expect(await find('ann@example.com/local')).toMatchObject({ id: ann.id })
  for (const issuer of ['id.example.com', 'https://id.example.com', 'https://ID.example.com/']) {
    const { id } = await find(`Ann@example.com/${issuer}`)
    expect(id).not.toBe(ann.id)
  }
  await expect(find('ann@example.com/other.example.com')).rejects.toMatchObject({ code: 'RGW_IDENTITY_NOT_FOUND' })
  expect(await find(ann.id)).toMatchObject({ id: ann.id })
  await expect(find('bob@example.com')).rejects.toMatchObject({ code: 'RGW_IDENTITY_NOT_FOUND' })
  await expect(find('00000000-0000-0000-0000-000000000000')).rejects.toMatchObject({ code: 'RGW_IDENTITY_NOT_FOUND' })
  await admin`update gateway.users set locked_at = now() where id = ${ann.id}`
  await expect(find(ann.id)).rejects.toMatchObject({ code: 'RGW_USER_LOCKED' })
})
