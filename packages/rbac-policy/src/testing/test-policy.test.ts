import { describe, expect, test } from 'vitest'
import { definePolicy } from '../packages/define-policy.ts'
import { testPolicy } from './test-policy.ts'

const promote = 'POST /apps/{app}/releases/{id}/promote'
const noFridays = definePolicy({
  name: 'no-fridays',
  evaluate(call, { principal, phase, clock, log }) {
    if (call.permission !== 'release:promote' || new Date(clock.now()).getUTCDay() !== 5) return null
    if (principal.roles.includes('captain')) {
      log.info(`${phase} by a captain`)
      return null
    }
    if (call.params.id === 'odd') return JSON.parse('"odd"')
    if (call.params.id === 'broken') throw new Error('no calendar')
    return { effect: 'deny', rule: 'friday', reason: `No promotion of ${call.params.id}.`, next: 'Wait until Monday.' }
  },
  register(scope, context) {
    scope.get('/open', { config: { anonymous: true } }, async () => ({ now: context.clock.now() }))
    scope.post('/note', async (request) => {
      await context.record(request, { noted: true })
      return context.callerOf(request, { rack: 'staging', app: null }).roles
    })
  },
})

describe('testPolicy', () => {
  const fridays = testPolicy(noFridays)

  test('decides as a gateway would', async () => {
    expect(await fridays.evaluate({ route: promote, at: '2030-01-04T12:00Z' })).toMatchObject({
      effect: 'deny',
      rule: 'package:no-fridays:friday',
      source: 'no-fridays',
      reason: 'No promotion of R1.',
    })
    expect(await fridays.evaluate({ route: promote, at: '2030-01-05T12:00Z', as: { role: 'ci' } })).toMatchObject({
      effect: 'allow',
      rule: 'role:ci',
    })
    expect(
      await fridays.evaluate({ route: promote, at: '2030-01-04T12:00Z', as: { role: 'captain' } }, 'review'),
    ).toMatchObject({
      effect: 'allow',
    })
    expect(fridays.logged).toEqual(['info: review by a captain'])
  })

  test.each<[string, object, string]>([
    ['of the caller', { as: { gruops: ['platform'] } }, 'as.gruops is not known here: did you mean groups?'],
    ['of the call', { rout: promote }, 'rout is not known here: did you mean route?'],
    ['that looks like none', { whatever: 1 }, 'whatever is not known here: there are route, rack'],
    ['of a process', { process: { won: true } }, 'process.won is not known here: did you mean own?'],
    ['of parameters', { parameters: { qery: [] } }, 'parameters.qery is not known here: did you mean query?'],
    ['of a release', { release: { id: 'R1', newset: true } }, 'release.newset is not known here: did you mean newest?'],
    ['that every object has', { constructor: 1 }, 'constructor is not known here'],
  ])('a misspelled field %s is an error', async (_, change, message) => {
    await expect(fridays.evaluate({ route: promote, ...change })).rejects.toThrow(message)
  })

  test('a misspelled field of a call of its routes is an error', async () => {
    const asked = { boddy: {} } as object
    await expect(fridays.ask('POST', '/note', asked)).rejects.toThrow('boddy is not known here: did you mean body?')
  })

  test('the package sees the groups of the caller', async () => {
    const seen: (readonly string[])[] = []
    const byGroup = testPolicy(
      definePolicy({
        name: 'by-group',
        evaluate: (_call, { principal }) => {
          seen.push(principal.groups)
          return null
        },
      }),
    )
    await byGroup.evaluate({ route: promote, as: { groups: ['platform'] } })
    expect(seen).toEqual([['platform']])
  })

  test('a shell on an instance is asked about with its command', async () => {
    const noDisks = testPolicy(
      definePolicy({
        name: 'no-disks',
        evaluate: ({ instanceCommand }) =>
          instanceCommand?.startsWith('mkfs') ? { effect: 'deny', rule: 'mkfs', reason: 'No.', next: 'Ask.' } : null,
      }),
    )
    const shell = 'WS /instances/{id}/shell'
    expect(await noDisks.evaluate({ route: shell, command: 'mkfs /dev/sda' })).toMatchObject({ effect: 'deny' })
    expect(await noDisks.evaluate({ route: shell })).toMatchObject({ effect: 'allow' })
  })

  test('says what is wrong with a test', async () => {
    await expect(fridays.evaluate({ route: 'POST /promote' })).rejects.toThrow(
      'the rack API has no route "POST /promote": did you mean POST /apps/{app}/releases/{id}/promote?',
    )
    await expect(fridays.evaluate({ route: promote, at: 'Friday' })).rejects.toThrow('at: Friday is not a time')
    await expect(fridays.evaluate({ route: promote, as: { role: 'viewer' } })).rejects.toThrow(
      'the built-in policy denies POST /apps/{app}/releases/{id}/promote to the role viewer: release:promote on web needs',
    )
  })

  test('throws where the package fails, with the cause', async () => {
    const at = '2030-01-04T12:00Z'
    const failure = await fridays.evaluate({ route: promote, at, params: { id: 'broken' } }).catch((error) => error)
    expect(failure.message).toBe(
      `no-fridays, for ${promote}: threw "no calendar". A gateway denies such a call by the rule package-failed.`,
    )
    expect(failure.cause.message).toBe('no calendar')
    await expect(fridays.evaluate({ route: promote, at, params: { id: 'odd' } })).rejects.toThrow(
      'it returned a string',
    )
  })

  test('asks its routes', async () => {
    expect(await fridays.ask('GET', '/open', { as: null, at: 5 })).toEqual({ status: 200, body: { now: 5 } })
    expect((await fridays.ask('POST', '/note', { as: null })).status).toBe(401)
    expect(await fridays.ask('POST', '/note', { as: { role: 'ops' }, body: {} })).toEqual({
      status: 200,
      body: ['ops'],
    })
    expect(fridays.recorded).toEqual([{ by: 'ops@example.com', detail: { noted: true, package: 'no-fridays' } }])
    await fridays.close()
  })
})
