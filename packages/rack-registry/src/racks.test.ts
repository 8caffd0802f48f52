import { expect, test } from 'vitest'
import { createRacks, type RackChoice } from './racks.ts'

const settings = (...names: string[]) =>
  names.map((name) => ({ name, url: new URL(`http://${name}.example`), token: 't', tlsInsecure: false }))

function resolve(names: string[], choice: RackChoice): string {
  const resolution = createRacks(settings(...names)).resolve(choice)
  if ('rack' in resolution) return resolution.rack.name
  return `${resolution.refused.statusCode} ${resolution.rule}`
}

test.each([
  ['the only rack', ['staging'], null, null, 'staging'],
  ['the path says it', ['production', 'staging'], 'staging', null, 'staging'],
  ['the token says it', ['production', 'staging'], null, 'production', 'production'],
  ['both say the same', ['production', 'staging'], 'staging', 'staging', 'staging'],
  ['nothing says it', ['production', 'staging'], null, null, '400 rack-not-chosen'],
  ['no rack at all', [], null, null, '400 rack-not-chosen'],
  ['the path disagrees with the token', ['production', 'staging'], 'staging', 'production', '403 rack-bound-token'],
  ['the path names none, the token another', ['production'], 'nowhere', 'production', '403 rack-bound-token'],
  ['the path names none', ['production'], 'nowhere', null, '404 unknown-rack'],
  ["the token's rack is gone", ['production'], null, 'staging', '404 unknown-rack'],
  ['another spelling', ['staging'], 'Staging', null, '404 unknown-rack'],
  ['a name of every object', ['staging'], '__proto__', null, '404 unknown-rack'],
  ['an empty name', ['staging'], '', null, '404 unknown-rack'],
])('%s', (_name, names, prefix, bound, expected) => {
  expect(resolve(names, { prefix, bound })).toBe(expected)
})

test('a bound token learns nothing about which other racks there are', () => {
  const racks = createRacks(settings('production', 'staging'))
  const answers = ['staging', 'nowhere'].map((prefix) => {
    const resolution = racks.resolve({ prefix, bound: 'production' })
    return 'refused' in resolution ? resolution.refused.message : ''
  })
  expect(answers[0]).toBe(answers[1])
})

test('whoever has to choose is told the names that it may use, and no others', () => {
  const racks = createRacks(settings('production', 'secret', 'staging'))
  const resolution = racks.resolve({ prefix: null, bound: null, usable: ['production', 'staging'] })
  const message = 'refused' in resolution ? resolution.refused.message : ''
  expect(message).toBe(
    'more than one rack is served here: end RACK_URL in /rack/ and a name, one of production, staging',
  )
  const blind = racks.resolve({ prefix: null, bound: null })
  expect('refused' in blind ? blind.refused.message : '').not.toMatch(/production|secret|staging/)
})

test.each([
  ['stagin', ['staging', 'production'], 'there is no rack "stagin". Did you mean "staging"?'],
  ['elsewhere', ['staging', 'production'], 'there is no rack "elsewhere". You can use staging, production.'],
  ['stagin', [], 'there is no rack "stagin". Check the name after /rack/ in RACK_URL.'],
  ['secre', ['staging'], 'there is no rack "secre". You can use staging.'],
])('an unknown rack %s is answered with names that the caller may use, and no others', (prefix, usable, message) => {
  const resolution = createRacks(settings('production', 'secret', 'staging')).resolve({ prefix, bound: null, usable })
  expect('refused' in resolution ? resolution.refused.message : '').toBe(message)
})

test('racks are found by their exact name, and a name can be there once', () => {
  const racks = createRacks(settings('staging', 'production'))
  expect(racks.names).toEqual(['production', 'staging'])
  expect(racks.get('staging')?.url.host).toBe('staging.example')
  expect(racks.get('constructor')).toBeUndefined()
  expect(() => createRacks(settings('staging', 'staging'))).toThrow('the rack staging is configured twice')
})
