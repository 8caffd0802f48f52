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

test('a caller that must choose a rack sees only racks that it can use', () => {
  const racks = createRacks(settings('production', 'secret', 'staging'))
  const resolution = racks.resolve({ prefix: null, bound: null, usableRacks: () => ['production', 'staging'] })
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
])('the error for the unknown rack %s names only racks that the caller can use', (prefix, usableRacks, message) => {
  const resolution = createRacks(settings('production', 'secret', 'staging')).resolve({
    prefix,
    bound: null,
    usableRacks: () => usableRacks,
  })
  expect('error' in resolution ? resolution.error.message : '').toBe(message)
})

test('with `onlyUsable`, a rack that the caller cannot use is as one that does not exist', () => {
  const racks = createRacks(settings('production', 'secret', 'staging'))
  const choose = (prefix: string | null, bound: string | null = null) => {
    const resolution = racks.resolve({ prefix, bound, usableRacks: () => ['staging'], onlyUsable: true })
    return 'rack' in resolution ? resolution.rack.name : resolution.error.message.replaceAll(`${prefix}`, 'NAME')
  }
  expect(choose('secret')).toBe('There is no rack "NAME". You can use staging.')
  expect(choose('elsewhere')).toBe(choose('secret'))
  expect(choose('staging')).toBe('staging')
  expect([choose(null, 'production'), choose('production', 'production')]).toEqual(['production', 'production'])
})

test('racks are found by their exact name, and names are unique', () => {
  const racks = createRacks(settings('staging', 'production'))
  expect(racks.names).toEqual(['production', 'staging'])
  expect(racks.get('staging')?.url.host).toBe('staging.example')
  expect(racks.get('constructor')).toBeUndefined()
  expect(() => createRacks(settings('staging', 'staging'))).toThrow('The rack staging is configured twice.')
})

const acme = (name: string) => ({
  organization: 'acme',
  name,
  rack: name.startsWith('acme/') ? name.slice('acme/'.length) : null,
})

test.each([
  ['the header says it', 'acme/staging', null, null, 'staging'],
  ['the path says the same', 'acme/staging', 'staging', null, 'staging'],
  ['the token says the same', 'acme/staging', null, 'staging', 'staging'],
  ['all three say the same', 'acme/staging', 'staging', 'staging', 'staging'],
  ['the path names another rack', 'acme/staging', 'production', null, '400 rack-mismatch'],
  ['the token is bound to another rack', 'acme/staging', null, 'production', '400 rack-mismatch'],
  ['path and token agree against the header', 'acme/staging', 'production', 'production', '400 rack-mismatch'],
  ['header and path agree against the token', 'acme/staging', 'staging', 'production', '400 rack-mismatch'],
  ['header and token agree against the path', 'acme/staging', 'production', 'staging', '400 rack-mismatch'],
  ['an unknown rack that differs from the token', 'acme/nowhere', null, 'production', '400 rack-mismatch'],
  ['an unknown rack', 'acme/nowhere', null, null, '404 unknown-rack'],
  ['another organization', 'other/staging', null, null, '404 unknown-rack'],
  ['another organization, and the path', 'other/staging', 'staging', null, '400 rack-mismatch'],
  ['no organization', 'staging', null, null, '404 unknown-rack'],
  ['an empty header', '', null, null, '404 unknown-rack'],
  ['an empty name', 'acme/', null, null, '404 unknown-rack'],
  ['another spelling', 'acme/Staging', null, null, '404 unknown-rack'],
  ['a name of every object', 'acme/__proto__', null, null, '404 unknown-rack'],
])('the header Rack: %s', (_name, header, prefix, bound, expected) => {
  expect(resolve(['production', 'staging'], { prefix, bound, named: acme(header) })).toBe(expected)
})

test('the header Rack with an unknown rack does not fall back to another rack', () => {
  expect(resolve(['staging'], { prefix: null, bound: null, named: acme('acme/nowhere') })).toBe('404 unknown-rack')
})

test.each([
  [['staging'], 'There is no rack "acme/stagin". Did you mean "acme/staging"?'],
  [['production'], 'There is no rack "acme/stagin". You can use acme/production.'],
  [[], 'There is no rack "acme/stagin". Ask an administrator for a role on a rack.'],
])('the error for an unknown name in the header, with the racks %j', (usableRacks, message) => {
  const named = acme('acme/stagin')
  const resolution = createRacks(settings('production', 'staging')).resolve({
    prefix: null,
    bound: null,
    named,
    usableRacks: () => usableRacks,
  })
  expect('error' in resolution ? resolution.error.message : '').toBe(message)
})
