import { expect, test } from 'vitest'
import { createRacks, type RackSelector } from './racks.ts'

const settings = (...names: string[]) =>
  names.map((name) => ({ name, url: new URL(`http://${name}.example`), token: 't', tlsInsecure: false }))

function resolve(names: string[], choice: RackSelector): string {
  const resolution = createRacks(settings(...names)).resolve(choice)
  if ('rack' in resolution) return resolution.rack.name
  return `${resolution.error.statusCode} ${resolution.rule}`
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

test('a bound token does not disclose other racks', () => {
  const racks = createRacks(settings('production', 'staging'))
  const responses = ['staging', 'nowhere'].map((prefix) => {
    const resolution = racks.resolve({ prefix, bound: 'production' })
    return 'error' in resolution ? resolution.error.message : ''
  })
  expect(responses[0]).toBe(responses[1])
})

test('a caller that must choose a rack sees only the racks that it may use', () => {
  const racks = createRacks(settings('production', 'secret', 'staging'))
  const resolution = racks.resolve({ prefix: null, bound: null, usableRacks: ['production', 'staging'] })
  const message = 'error' in resolution ? resolution.error.message : ''
  expect(message).toBe(
    'This gateway serves more than one rack. Add /rack/ and the name of a rack to RACK_URL, one of production, staging.',
  )
  const blind = racks.resolve({ prefix: null, bound: null })
  expect('error' in blind ? blind.error.message : '').not.toMatch(/production|secret|staging/)
})

test.each([
  ['stagin', ['staging', 'production'], 'There is no rack "stagin". Did you mean "staging"?'],
  ['elsewhere', ['staging', 'production'], 'There is no rack "elsewhere". You can use staging, production.'],
  ['stagin', [], 'There is no rack "stagin". Check the name after /rack/ in RACK_URL.'],
  ['secre', ['staging'], 'There is no rack "secre". You can use staging.'],
])('the error for the unknown rack %s names only racks that the caller may use', (prefix, usableRacks, message) => {
  const resolution = createRacks(settings('production', 'secret', 'staging')).resolve({
    prefix,
    bound: null,
    usableRacks,
  })
  expect('error' in resolution ? resolution.error.message : '').toBe(message)
})

test('racks are found by their exact name, and names are unique', () => {
  const racks = createRacks(settings('staging', 'production'))
  expect(racks.names).toEqual(['production', 'staging'])
  expect(racks.get('staging')?.url.host).toBe('staging.example')
  expect(racks.get('constructor')).toBeUndefined()
  expect(() => createRacks(settings('staging', 'staging'))).toThrow('The rack staging is configured twice.')
})
