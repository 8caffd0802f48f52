import { describe, expect, test } from 'vitest'
import { LoginDenied } from '../errors/login-denial.ts'
import { providerUserOf } from './provider-user.ts'
import { googleIssuer, type LoginSettings } from './settings.ts'

const google: LoginSettings = {
  publicUrl: 'https://gateway.example.com',
  issuer: googleIssuer,
  clientId: 'client',
  clientSecret: 'secret',
  groupsClaim: null,
  allowedDomains: ['example.com'],
  adminUsers: [],
  defaultRole: null,
  sessionIdle: 1,
  sessionLife: 1,
}
const claims = { sub: '1', email: 'Ann@Example.com', email_verified: true, hd: 'example.com' }

function ruleOf(changes: object, settings: Partial<LoginSettings> = {}): string | null {
  try {
    providerUserOf({ ...claims, ...changes }, { ...google, ...settings })
    return null
  } catch (error) {
    if (error instanceof LoginDenied) return error.denial.rule
    throw error
  }
}

describe('an account at Google', () => {
  test('is accepted if its address and its organization are allowed', () => {
    expect(providerUserOf(claims, google)).toEqual({
      issuer: googleIssuer,
      subject: '1',
      email: 'ann@example.com',
      groups: [],
    })
    expect(ruleOf({ hd: 'EXAMPLE.com' })).toBeNull()
  })

  test('is rejected without an organization, because any account can have such an address', () => {
    expect(ruleOf({ hd: undefined })).toBe('login-domain')
    expect(ruleOf({ hd: 7 })).toBe('login-domain')
    expect(ruleOf({ hd: 'evil.example' })).toBe('login-domain')
  })

  test('needs no organization for an address of Google itself', () => {
    expect(ruleOf({ email: 'a@gmail.com', hd: undefined }, { allowedDomains: ['gmail.com'] })).toBeNull()
  })

  test('is rejected if its address is of another domain, even if its organization is allowed', () => {
    expect(ruleOf({ email: 'ann@evil.example' })).toBe('login-domain')
  })
})

describe('groups', () => {
  const settings = { groupsClaim: 'groups' }
  const groupsOf = (groups: unknown) => providerUserOf({ ...claims, groups }, { ...google, ...settings }).groups

  test('are sorted, without duplicates; a single text is one group', () => {
    expect(groupsOf(['b', 'a', 'b'])).toEqual(['a', 'b'])
    expect(groupsOf('ops')).toEqual(['ops'])
    expect(providerUserOf(claims, { ...google, ...settings }).groups).toEqual([])
  })

  test.each([[null], [{}], [7], [['a', null]], [['']], [['a\nb']], [['x'.repeat(257)]]])('cannot be %j', (groups) => {
    expect(ruleOf({ groups }, settings)).toBe('login-groups')
  })

  test('are not read from an inherited property of the claims', () => {
    expect(providerUserOf(claims, { ...google, groupsClaim: 'constructor' }).groups).toEqual([])
  })
})
