import { createHmac } from 'node:crypto'
import type { TrustCondition } from '@rack-gateway/gateway-api'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { isDenial, noTrust } from '../errors/denial.ts'
import { createRevision } from '../revision/revision.ts'
import { createIssuerKeys } from './issuer-keys.ts'
import { readJwt } from './jwt.ts'
import { expandTemplate } from './templates.ts'
import { githubClaims, rawJwt, startTestIssuer, type TestIssuer } from './testing/issuer.ts'
import type { Trust } from './trust.ts'
import { createTrustCache } from './trust-cache.ts'
import { createJwtVerifier, workloadOf } from './verify.ts'

const audience = 'https://gateway.example.com'
const time = Date.UTC(2026, 0, 2, 3, 4, 5)
const clock = { time, now: () => clock.time }
let issuer: TestIssuer
let otherIssuer: TestIssuer
beforeAll(async () => {
  issuer = await startTestIssuer({ audience, now: clock.now })
  otherIssuer = await startTestIssuer({ audience, now: clock.now })
})
afterAll(() => Promise.all([issuer.stop(), otherIssuer.stop()]))
beforeEach(() => {
  clock.time = time
  issuer.response = null
  issuer.asked.length = 0
})

const template = { provider: 'github', repositoryId: '74', repositoryOwnerId: '65' } as const

function trust(changes: Partial<Trust> = {}): Trust {
  const { conditions } = expandTemplate(template)
  return { id: 'trust-1', name: 'deploys', issuer: issuer.url, audience, conditions, maxAge: 3_600, ...changes }
}

function verifier(trusts: readonly Trust[] = [trust()]) {
  const revision = createRevision(clock)
  revision.update('1', clock.now())
  const trustCache = createTrustCache(async () => trusts, revision, 60_000)
  const verifyJwt = createJwtVerifier({ trusts: trustCache, keys: createIssuerKeys({ clock }), audience })
  return async function verify(text: string, wanted: string | null) {
    const jwt = readJwt(text, audience, clock.now())
    const verified = isDenial(jwt) ? jwt : await verifyJwt(jwt)
    return isDenial(verified) ? verified : workloadOf(verified, wanted)
  }
}

async function ruleOf(text: string, trusts?: readonly Trust[]): Promise<string> {
  const received = await verifier(trusts)(text, null)
  return isDenial(received) ? received.rule : 'accepted'
}

test('a job that meets a trust is accepted, and named from its claims', async () => {
  const received = await verifier()(await issuer.jwt(), null)
  expect(received).toMatchObject({
    trust: { name: 'deploys' },
    name: 'acme/app run 9001',
    job: {
      repository: 'acme/app',
      workflow: 'acme/app/.github/workflows/deploy.yml@refs/heads/main',
      run: '9001',
      commit: githubClaims.sha,
      ref: 'refs/heads/main',
      actor: 'ada',
    },
  })
})

test.each(['RS384', 'RS512', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA'])(
  'the algorithm %s is accepted',
  async (alg) => {
    const other = await startTestIssuer({ audience, now: clock.now, alg })
    expect(await ruleOf(await other.jwt(), [trust({ issuer: other.url })])).toBe('accepted')
    await other.stop()
  },
)

describe('the signature', () => {
  test.each(['none', 'None', 'HS256', 'HS512', 'RSA1_5', ''])(
    'alg %j is rejected before a request to the issuer',
    async (alg) => {
      const { text } = await usual()
      const claims = JSON.parse(Buffer.from(text.split('.')[1] ?? '', 'base64url').toString())
      expect(await ruleOf(rawJwt({ alg, kid: issuer.jwk().kid }, claims))).toBe('jwt-algorithm')
      expect(issuer.asked).toEqual([])
    },
  )

  test('HS256 with the public key as the secret is rejected, also if the header says RS256', async () => {
    const { header, claims } = await usual()
    for (const alg of ['HS256', 'RS256']) {
      const [head, body] = rawJwt({ ...header, alg }, claims).split('.')
      for (const secret of [JSON.stringify(issuer.jwk()), String(issuer.jwk().n)]) {
        const mac = createHmac('sha256', secret).update(`${head}.${body}`).digest('base64url')
        expect(await ruleOf(`${head}.${body}.${mac}`)).not.toBe('accepted')
      }
    }
  })

  test('a symmetric key that an issuer publishes is ignored', async () => {
    const secret = Buffer.alloc(32, 7).toString('base64url')
    issuer.response = (path, response) => {
      if (path !== '/jwks') return false
      response.end(JSON.stringify({ keys: [{ kty: 'oct', k: secret, kid: 'shared' }] }))
      return true
    }
    const { claims } = await usual()
    expect(await ruleOf(rawJwt({ alg: 'RS256', kid: 'shared' }, claims))).toBe('no-trust')
  })

  test('keys and addresses of keys in the token itself are ignored', async () => {
    const forged = await otherIssuer.jwt(
      { iss: issuer.url },
      { kid: issuer.jwk().kid, jwk: otherIssuer.jwk(), jku: `${otherIssuer.url}/jwks` },
    )
    otherIssuer.asked.length = 0
    expect(await ruleOf(forged)).toBe('no-trust')
    expect(otherIssuer.asked).toEqual([])
  })

  test('a changed claim or signature is rejected', async () => {
    const { text, header, claims } = await usual()
    const signature = text.split('.')[2] ?? ''
    expect(await ruleOf(rawJwt(header, { ...claims, repository_id: '74', actor: 'eve' }, signature))).toBe('no-trust')
    const flipped = `${signature[0] === 'A' ? 'B' : 'A'}${signature.slice(1)}`
    expect(await ruleOf(rawJwt(header, claims, flipped))).toBe('no-trust')
  })
})

describe('issuer and audience', () => {
  test('the gateway never sends a request to an issuer without a trust', async () => {
    otherIssuer.asked.length = 0
    expect(await ruleOf(await otherIssuer.jwt())).toBe('no-trust')
    expect(otherIssuer.asked).toEqual([])
  })

  test.each([
    ['a slash more', (url: string) => `${url}/`],
    ['upper case', (url: string) => url.toUpperCase()],
    ['a path', (url: string) => `${url}/x`],
  ])('iss is compared as text: %s', async (_, change) => {
    expect(await ruleOf(await issuer.jwt({ iss: change(issuer.url) }))).toBe('no-trust')
    expect(issuer.asked).toEqual([])
  })

  test.each([
    ['another', 'https://other.example.com'],
    ['ours with a slash', `${audience}/`],
    ['ours among others', [audience, 'https://other.example.com']],
    ['none', undefined],
    ['an empty list', []],
    ['an object', { 0: audience }],
  ])('the audience: %s is rejected', async (_, aud) => {
    expect(await ruleOf(await issuer.jwt({ aud }))).toBe('wrong-audience')
    expect(issuer.asked).toEqual([])
  })

  test('a list with only our audience is accepted', async () => {
    expect(await ruleOf(await issuer.jwt({ aud: [audience] }))).toBe('accepted')
  })

  test('a trust of another PUBLIC_URL accepts no job', async () => {
    expect(await ruleOf(await issuer.jwt(), [trust({ audience: 'https://old.example.com' })])).toBe('no-trust')
  })
})

describe('the times of a JWT', () => {
  const at = time / 1000
  test.each([
    ['expired by a second', { exp: at - 1 }, 'expired-jwt'],
    ['expired now', { exp: at }, 'expired-jwt'],
    ['a second left', { exp: at + 1 }, 'accepted'],
    ['from 30 seconds ahead', { iat: at + 30, nbf: at + 30 }, 'accepted'],
    ['issued 31 seconds ahead', { iat: at + 31 }, 'early-jwt'],
    ['not before 31 seconds from now', { nbf: at + 31 }, 'early-jwt'],
    ['for more than a day', { exp: at + 86_401 }, 'long-lived-jwt'],
    ['without nbf', { nbf: undefined }, 'accepted'],
    ['without exp', { exp: undefined }, 'malformed-jwt'],
    ['without iat', { iat: undefined }, 'malformed-jwt'],
    ['exp as text', { exp: `${at + 60}` }, 'malformed-jwt'],
    ['exp beyond numbers', { exp: 1e300 }, 'malformed-jwt'],
    ['a negative iat', { iat: -1 }, 'malformed-jwt'],
  ])('%s', async (_, claims, rule) => {
    expect(await ruleOf(await issuer.jwt(claims))).toBe(rule)
  })
})

describe('malformed JWTs', () => {
  test.each([
    ['two parts', 'eyJ.eyJ'],
    ['five parts (encrypted)', 'eyJhIjoxfQ.a.b.c.d'],
    ['a list as header', rawJwt([], {})],
    ['null claims', rawJwt({ alg: 'RS256', kid: 'k' }, null)],
    ['claims that are no JSON', rawJwt({ alg: 'RS256', kid: 'k' }, '{"a":')],
    ['padding', `${rawJwt({ alg: 'RS256', kid: 'k' }, {})}==`],
    ['no signature', rawJwt({ alg: 'RS256', kid: 'k' }, {}, '')],
    ['broken UTF-8', `eyJhbGciOiJSUzI1NiJ9.${Buffer.from([0x7b, 0xff, 0x7d]).toString('base64url')}.AAAA`],
    ['a megabyte', `eyJ${'a'.repeat(1_000_000)}.a.a`],
  ])('%s', async (_, text) => {
    expect(await ruleOf(text)).toBe('malformed-jwt')
    expect(issuer.asked).toEqual([])
  })

  test.each([
    ['no kid', { kid: undefined }],
    ['a kid that is a number', { kid: 1 }],
    ['critical extensions', { crit: ['exp'] }],
    ['an unencoded payload', { b64: false }],
    ['an access token', { typ: 'at+jwt' }],
  ])('a header with %s', async (_, change) => {
    const { header, claims } = await usual()
    expect(await ruleOf(rawJwt({ ...header, ...change }, claims))).toBe('malformed-jwt')
  })

  test.each(['sub', 'iss'])('a NUL in %s', async (claim) => {
    const { header, claims } = await usual()
    expect(await ruleOf(rawJwt(header, { ...claims, [claim]: `${claims[claim]}\0` }))).toBe('malformed-jwt')
  })

  test('a claim called __proto__ is a claim like any other', async () => {
    const { header, claims } = await usual()
    const text = JSON.stringify(claims).replace('{', '{"__proto__":{"repository_id":"74"},')
    expect(await ruleOf(rawJwt(header, text))).toBe('no-trust')
  })
})

describe('the GitHub template', () => {
  test.each([
    ['a recycled repository name with another id', { repository_id: '75' }],
    ['a recycled owner', { repository_owner_id: '66' }],
    ['an id as a number', { repository_id: 74 }],
    ['a pull request', { event_name: 'pull_request', head_ref: 'evil' }],
    ['a pull request from a fork with its target’s rights', { event_name: 'pull_request_target', head_ref: 'evil' }],
    ['an event that a fork sets off', { event_name: 'workflow_run' }],
    ['a comment', { event_name: 'issue_comment' }],
    ['a head branch whatever the event', { head_ref: 'evil' }],
    ['no event', { event_name: undefined }],
  ])('rejects %s', async (_, claims) => {
    expect(await ruleOf(await issuer.jwt(claims))).toBe('no-trust')
  })

  test('requires the branch, environment, and workflow that it names', async () => {
    const named = {
      ...template,
      ref: 'refs/heads/main',
      environment: 'production',
      workflowRef: githubClaims.workflow_ref,
    }
    const strict = [trust({ conditions: expandTemplate(named).conditions })]
    expect(await ruleOf(await issuer.jwt({ environment: 'production' }), strict)).toBe('accepted')
    expect(await ruleOf(await issuer.jwt(), strict)).toBe('no-trust')
    expect(await ruleOf(await issuer.jwt({ environment: 'production', ref: 'refs/heads/x' }), strict)).toBe('no-trust')
  })
})

describe('the GitLab template', () => {
  const given = { provider: 'gitlab', projectId: '28', namespaceId: '1' } as const
  const job = { project_id: '28', namespace_id: '1', pipeline_source: 'push', ref: 'main', ref_protected: 'true' }
  const let28In = () => [trust({ conditions: expandTemplate(given).conditions })]
  test.each([
    ['a protected branch', {}, 'accepted'],
    ['a merge request', { pipeline_source: 'merge_request_event' }, 'no-trust'],
    ['a merge request of a fork', { project_id: '99', pipeline_source: 'merge_request_event' }, 'no-trust'],
    ['an unprotected branch', { ref_protected: 'false' }, 'no-trust'],
    ['a child pipeline', { pipeline_source: 'parent_pipeline' }, 'no-trust'],
    ['another namespace', { namespace_id: '2' }, 'no-trust'],
  ])('%s', async (_, changes, rule) => {
    expect(await ruleOf(await issuer.jwt({ ...job, ...changes }), let28In())).toBe(rule)
  })

  test.each([
    [{ ref: 'main' }, 'branch', 'accepted'],
    [{ ref: 'main' }, 'tag', 'no-trust'],
    [{ refPattern: 'ma*' }, 'tag', 'no-trust'],
    [{ ref: 'main', refType: 'tag' }, 'tag', 'accepted'],
    [{ ref: 'main', refType: 'tag' }, 'branch', 'no-trust'],
  ] as const)('with %o, of a %s called main: %s', async (part, ref_type, rule) => {
    const trusts = [trust({ conditions: expandTemplate({ ...given, ...part }).conditions })]
    expect(await ruleOf(await issuer.jwt({ ...job, ref_type }), trusts)).toBe(rule)
  })
})

describe('the CircleCI template', () => {
  const organizationId = '5e0b5a1e-0000-4000-8000-000000000001'
  const projectId = '5e0b5a1e-0000-4000-8000-000000000002'
  const given = {
    provider: 'circleci',
    organizationId,
    projectId,
    origin: 'github.com/acme/app',
    ref: 'refs/heads/main',
  } as const
  const job = {
    'oidc.circleci.com/project-id': projectId,
    'oidc.circleci.com/vcs-origin': 'github.com/acme/app',
    'oidc.circleci.com/vcs-ref': 'refs/heads/main',
    'oidc.circleci.com/ssh-rerun': false,
    jti: undefined,
  }
  test('expects the organization’s own issuer', () => {
    expect(expandTemplate(given).issuer).toBe(`https://oidc.circleci.com/org/${organizationId}`)
  })
  test.each([
    ['a build', {}, 'accepted'],
    ['a re-run with SSH', { 'oidc.circleci.com/ssh-rerun': true }, 'no-trust'],
    ['a re-run with SSH as text', { 'oidc.circleci.com/ssh-rerun': 'true' }, 'no-trust'],
    ['one that does not say', { 'oidc.circleci.com/ssh-rerun': undefined }, 'no-trust'],
    ['a fork', { 'oidc.circleci.com/vcs-origin': 'github.com/eve/app' }, 'no-trust'],
    ['another branch', { 'oidc.circleci.com/vcs-ref': 'refs/pull/1' }, 'no-trust'],
  ])('%s', async (_, changes, rule) => {
    const conditions = expandTemplate(given).conditions
    expect(await ruleOf(await issuer.jwt({ ...job, ...changes }), [trust({ conditions })])).toBe(rule)
  })
})

describe('conditions', () => {
  const withSub = (pattern: string): readonly Trust[] => [
    trust({
      conditions: [
        { claim: 'repository_id', equals: '74' },
        { claim: 'sub', pattern },
      ],
    }),
  ]
  test.each([
    ['repo:acme/app:ref:refs/heads/*', 'repo:acme/app:ref:refs/heads/main', 'accepted'],
    ['repo:acme/*:ref:refs/heads/main', 'repo:acme/app:ref:refs/heads/main', 'accepted'],
    ['repo:acme/*', 'repo:acme/app:ref:refs/heads/main', 'no-trust'],
    ['repo:acme/app:ref:refs/heads/*', 'repo:acme/app:ref:refs/heads/a/b', 'no-trust'],
    ['repo:acme/app:*', 'repo:acme/app:pull_request', 'accepted'],
    ['repo:*', 'repo:evil/app:ref:refs/heads/main', 'no-trust'],
    ['repo:acme/app:environment:*:ref', 'repo:acme/app:environment:x:y:ref', 'no-trust'],
    ['*a*a*a*a*a*a*a*a*b', `${'a'.repeat(990)}c`, 'no-trust'],
  ])('a star in %s stays within its part of %s: %s', async (pattern, sub, rule) => {
    expect(await ruleOf(await issuer.jwt({ sub }), withSub(pattern))).toBe(rule)
  })

  test('a star in an exact condition is literal', async () => {
    const conditions: TrustCondition[] = [{ claim: 'repository_id', equals: '*' }]
    expect(await ruleOf(await issuer.jwt(), [trust({ conditions })])).toBe('no-trust')
  })

  test('a trust without conditions accepts no job', async () => {
    expect(await ruleOf(await issuer.jwt(), [trust({ conditions: [] })])).toBe('no-trust')
  })

  test.each(['constructor', 'toString', '__proto__'])(
    '%s is not found on the prototype, so the claim counts as missing',
    async (claim) => {
      const conditions: TrustCondition[] = [
        { claim: 'repository_id', equals: '74' },
        { claim, empty: true },
      ]
      expect(await ruleOf(await issuer.jwt(), [trust({ conditions })])).toBe('accepted')
    },
  )

  test('the caller gets one sentence for every cause; the operator gets the condition, without values of the token', async () => {
    const refused = await verifier()(await issuer.jwt({ repository_id: 'evil-74' }), null)
    expect(refused).toMatchObject({
      rule: 'no-trust',
      reason: noTrust.reason,
      detail: 'deploys: repository_id must be "74"',
    })
    expect(await verifier()(await otherIssuer.jwt(), null)).toMatchObject({ reason: noTrust.reason })
  })

  test('if two trusts match, the caller must name one', async () => {
    const both = [trust(), trust({ id: 'trust-2', name: 'others' })]
    const text = await issuer.jwt()
    expect(await verifier(both)(text, null)).toMatchObject({ rule: 'several-trusts' })
    expect(await verifier(both)(text, 'others')).toMatchObject({ trust: { id: 'trust-2' } })
    expect(await verifier(both)(text, 'nobody')).toMatchObject({ rule: 'no-trust' })
  })
})

async function usual() {
  const text = await issuer.jwt()
  const [head = '', body = ''] = text.split('.')
  const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString())
  return { text, header: decode(head), claims: decode(body) }
}
