import { sharedFixture } from '@rack-gateway/database/testing'
import { expect, test } from 'vitest'
import { hour, minute, ruleOf, startRequests } from './testing/start-requests.ts'

const shared = sharedFixture(startRequests)
const onUse = ruleOf({ id: 'on-use', workStarts: 'firstUse' })

test('the sessions of a user have the grants, and the API tokens of the same user do not', async () => {
  const { user, ask, approve, revoke, use, principalReader, clock } = shared()
  const [ann, bob] = [await user('ann@example.com'), await user('bob@example.com')]
  const session = await principalReader(ann, 'session')
  const token = await principalReader(ann, 'token')
  const other = await principalReader(bob, 'session')
  const id = await ask(ann, { apps: ['web', 'api'] })
  expect(await session()).not.toHaveProperty('grants')
  await approve(bob, id)
  const unused = await ask(ann, { seconds: 600 }, onUse)
  await approve(bob, unused, {}, { rule: onUse })
  const common = { role: 'deployer', racks: ['production'], startsAt: clock.time }
  const grant = { ...common, id, rule: 'production-deploy', apps: ['web', 'api'], expiresAt: clock.time + hour }
  const later = { ...common, id: unused, rule: 'on-use', apps: ['*'], expiresAt: clock.time + 4 * hour }
  const { grants } = await session()
  expect(grants).toEqual([
    { ...grant, startsWithUse: false },
    { ...later, startsWithUse: true },
  ])
  expect([grants, grants?.[0], grants?.[0]?.racks, grants?.[0]?.apps].every(Object.isFrozen)).toBe(true)
  const { owner, ...ownPrincipal } = await token()
  for (const principal of [ownPrincipal, owner, await other()]) expect(principal).not.toHaveProperty('grants')

  await use(ann, unused)
  expect((await session()).grants?.[0]).toEqual({
    ...later,
    expiresAt: clock.time + 10 * minute,
    startsWithUse: false,
  })
  await revoke(ann, unused)
  clock.time += hour - 1
  expect((await session()).grants).toEqual([{ ...grant, startsWithUse: false }])
  clock.time++
  expect(await session()).not.toHaveProperty('grants')
})
