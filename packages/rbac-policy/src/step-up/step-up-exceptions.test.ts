import { describe, expect, test } from 'vitest'
import { actorName } from '../model/actor-name.ts'
import type { Principal } from '../model/types.ts'
import { principal } from '../testing/calls.ts'
import { compileExceptions, exceptionOf, isException } from './step-up-exceptions.ts'

type Owner = { readonly kind: 'user' | 'service-account'; readonly name: string }

/** A token as authentication makes it from its record. */
function tokenNamed(name: string, { kind, name: ownerName }: Owner): Principal {
  const owner = { kind, id: 'o', name: ownerName, bindings: [] }
  return principal([], { kind: 'api-token', name: actorName({ kind: 'api-token', name, owner }), owner })
}

function jobNamed(name: string, trust: string): Principal {
  return principal([], { kind: 'workload', name, trust: { id: 't', name: trust, subject: name } })
}

const ada: Owner = { kind: 'user', name: 'ada@example.com' }
const mallory: Owner = { kind: 'user', name: 'mallory@example.com' }
const deploys: Owner = { kind: 'service-account', name: 'deploys' }

describe('an entry', () => {
  test.each([
    'service-account:deploys',
    'service-account:web/deploys 2',
    'trust:acme/web',
    'token:nightly (ada@example.com)',
    'token:a b.c_d/e+f-g (deploys)',
    'token:x (service-account:old@name)',
  ])('is valid: %s', (entry) => expect(isException(entry)).toBe(true))

  test.each([
    '',
    '*',
    'service-account:',
    'service-account: deploys',
    'trust:deploys ',
    'user:ada@example.com',
    'ada@example.com',
    'job:acme/web',
    'acme/web run 1',
    'token:nightly',
    'token:nightly(ada@example.com)',
    'token:nightly (ada@example.com) (deploys)',
    'token:nightly (ada (deploys))',
    'token: (ada@example.com)',
    'token:nightly ()',
    'trust:a\nb',
    'token:n\u0069\u0301ghtly (ada@example.com)',
  ])('is not valid: %j', (entry) => expect(isException(entry)).toBe(false))
})

describe('an exception', () => {
  test.each<[string, Principal, string]>([
    ['a token of a service account, by the account', tokenNamed('nightly', deploys), 'service-account:deploys'],
    ['a token of a service account, by its name', tokenNamed('nightly', deploys), 'token:nightly (deploys)'],
    ['a token of a user, by its name', tokenNamed('nightly', ada), 'token:nightly (ada@example.com)'],
    ['a job, by its trust', jobNamed('acme/web run 1', 'deploys'), 'trust:deploys'],
  ])('concerns %s', (_what, who, entry) => {
    expect(compileExceptions([entry])(who)).toBe(true)
    expect(compileExceptions(['trust:other', 'service-account:other', entry])(who)).toBe(true)
    expect(compileExceptions(['trust:other', 'service-account:other'])(who)).toBe(false)
    expect(compileExceptions([])(who)).toBe(false)
  })

  test.each<[string, Principal, string]>([
    [
      'a user with the name of a token',
      principal([], { name: 'token:nightly (ada@example.com)' }),
      'token:nightly (ada@example.com)',
    ],
    [
      'a user with the name of a service account',
      principal([], { name: 'service-account:deploys' }),
      'service-account:deploys',
    ],
    ['a token with the same name, of another user', tokenNamed('nightly', mallory), 'token:nightly (ada@example.com)'],
    [
      'a token whose name contains the owner',
      tokenNamed('nightly (ada@example.com)', mallory),
      'token:nightly (ada@example.com)',
    ],
    [
      'a token whose stored name is the entry',
      tokenNamed('token:nightly (ada@example.com)', mallory),
      'token:nightly (ada@example.com)',
    ],
    ['a token that ends like the entry', tokenNamed('x', mallory), 'token:x (ada@example.com'],
    [
      'a token with the name of a service account',
      tokenNamed('service-account:deploys', mallory),
      'service-account:deploys',
    ],
    ['a token with the name of a trust', tokenNamed('trust:deploys', mallory), 'trust:deploys'],
    [
      'a token of a user with the name of a service account',
      tokenNamed('nightly', { kind: 'user', name: 'deploys' }),
      'service-account:deploys',
    ],
    [
      'a token of a service account with the address of a user',
      tokenNamed('nightly', { kind: 'service-account', name: 'ada@example.com' }),
      'token:nightly (ada@example.com)',
    ],
    [
      'a service account in other letters',
      tokenNamed('nightly', { kind: 'service-account', name: 'Deploys' }),
      'service-account:deploys',
    ],
    [
      'a job with the name of a token',
      jobNamed('token:nightly (ada@example.com)', 'x'),
      'token:nightly (ada@example.com)',
    ],
    ['a job with the name of a service account', jobNamed('service-account:deploys', 'x'), 'service-account:deploys'],
    ['a job with the name of a trust', jobNamed('trust:deploys', 'x'), 'trust:deploys'],
    ['a job of a trust with the name of a service account', jobNamed('x', 'deploys'), 'service-account:deploys'],
    ['a job without a trust', principal([], { kind: 'workload', name: 'trust:undefined' }), 'trust:undefined'],
    [
      'a token without an owner',
      principal([], { kind: 'api-token', name: 'token:nightly (deploys)' }),
      'token:nightly (deploys)',
    ],
    ['a name by a pattern', tokenNamed('nightly', deploys), 'service-account:*'],
  ])('does not concern %s', (_what, who, entry) => {
    expect(compileExceptions([entry])(who)).toBe(false)
  })

  test('matches the principal for which it was suggested', () => {
    for (const who of [tokenNamed('nightly', ada), tokenNamed('nightly', deploys), jobNamed('a', 'deploys')])
      expect(compileExceptions([exceptionOf(who) ?? ''])(who)).toBe(true)
    expect(exceptionOf(principal([]))).toBeNull()
  })
})
