import { expect, test } from 'vitest'
import { shownParameters } from './shown-parameters.ts'

const policy = { isSecretParameter: (name: string) => /password/i.test(name) }
const none = { query: null, form: null, headers: null }
const call = {
  route: 'PUT /apps/{app}/services/{name}',
  rackToken: 'racktokenracktoken',
  params: new Map([
    ['app', 'myapp'],
    ['name', 'web'],
  ]),
}
const shownForm = (form: Record<string, string | null>) =>
  shownParameters(policy, { ...call, parameters: { ...none, form: new Map(Object.entries(form)) } }).slice(1)

test('shows parameters of the path, the query, the form, and the headers, in this order', () => {
  const parameters = {
    query: new Map([['limit', '5']]),
    form: new Map([['count', '2']]),
    headers: new Map([['release', null]]),
  }
  expect(shownParameters(policy, { ...call, parameters })).toEqual([
    { name: 'name', value: 'web' },
    { name: 'limit', value: '5' },
    { name: 'count', value: '2' },
    { name: 'release', value: null },
  ])
})

test('a parameter of the path that the caller does not name is one that only the command knows', () => {
  expect(shownParameters(policy, { ...call, params: new Map(), parameters: none })).toEqual([
    { name: 'name', value: null },
  ])
})

test.each([
  ['an environment', 'env', 'A=1'],
  ['a secret name', 'password', 'hunter22'],
  ['a secret name with a prefix', 'config.password', 'hunter22'],
  ['a password in a URL', 'url', 'postgres://user:hunter22@db/app'],
  ['a private key', 'description', '-----BEGIN PRIVATE KEY-----'],
  ['the token of the rack', 'description', 'with racktokenracktoken in it'],
])('hides %s', (_, name, value) => {
  expect(shownForm({ [name]: value })).toEqual([{ name, value: '[hidden]' }])
})

test('shows the length of a long value, and the number of further parameters', () => {
  const form = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`p${index}`, 'x'.repeat(501)]))
  const shown = shownForm(form)
  expect(shown).toHaveLength(50)
  expect(shown[0]).toEqual({ name: 'p0', value: '[501 characters]' })
  expect(shown.at(-1)).toEqual({ name: '…', value: '11 more' })
})
