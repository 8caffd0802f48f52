import { type Static, Type } from 'typebox'
import { BindingSummary } from './bindings.ts'
import {
  allowUnknownRacks,
  ClosedObject,
  ExtensibleEnum,
  Id,
  mayContainTokens,
  NamePattern,
  Nullable,
  namePatterns,
  Time,
} from './common.ts'

const Claim = Type.String({ minLength: 1, maxLength: 100, description: 'a top-level claim of the token' })
const ClaimValue = Type.Union([Type.String({ minLength: 1, maxLength: 500 }), Type.Integer(), Type.Boolean()])

/** A condition that one claim of a job's token must meet. */
export const TrustCondition = Type.Union([
  ClosedObject({ claim: Claim, equals: ClaimValue }),
  ClosedObject({ claim: Claim, oneOf: Type.Array(ClaimValue, { minItems: 1, maxItems: 50 }) }),
  ClosedObject({
    claim: Claim,
    pattern: Type.String({
      minLength: 1,
      maxLength: 200,
      description: '* stands for any run of characters except / and :',
    }),
  }),
  ClosedObject({ claim: Claim, empty: Type.Literal(true, { description: 'the claim is missing or empty' }) }),
])
export type TrustCondition = Static<typeof TrustCondition>

const ProviderId = Type.String({ pattern: '^[0-9]{1,20}$', description: 'the numeric ID that the provider assigned' })
const ProviderUuid = Type.String({
  pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$',
  description: 'the UUID that the provider assigned',
})
const Text = Type.String({ minLength: 1, maxLength: 200 })
const Issuer = Type.String({ minLength: 1, maxLength: 300, description: 'the issuer of a self-hosted installation' })
const Names = Type.Array(Text, { minItems: 1, maxItems: 20 })

/** @see https://docs.github.com/en/actions/reference/security/oidc */
const GitHubTemplate = ClosedObject({
  provider: Type.Literal('github'),
  issuer: Type.Optional(Issuer),
  repositoryId: ProviderId,
  repositoryOwnerId: ProviderId,
  /** Such as `refs/heads/main`. A pattern goes into `refPattern`. */
  ref: Type.Optional(Text),
  refPattern: Type.Optional(Text),
  environment: Type.Optional(Text),
  /** Such as `acme/app/.github/workflows/deploy.yml@refs/heads/main`. */
  workflowRef: Type.Optional(Text),
  events: Type.Optional(Names),
})

/** @see https://docs.gitlab.com/ci/secrets/id_token_authentication/ */
const GitLabTemplate = ClosedObject({
  provider: Type.Literal('gitlab'),
  issuer: Type.Optional(Issuer),
  projectId: ProviderId,
  namespaceId: ProviderId,
  ref: Type.Optional(Text),
  refPattern: Type.Optional(Text),
  /** What `ref` names; a branch by default, because a tag can have the name of a branch. */
  refType: Type.Optional(Type.Union([Type.Literal('branch'), Type.Literal('tag')])),
  environment: Type.Optional(Text),
  /** Also accepts jobs of unprotected branches and tags: everyone who can push to them can then use the trust. */
  unprotectedRefs: Type.Optional(Type.Literal(true)),
  sources: Type.Optional(Names),
})

/** @see https://circleci.com/docs/guides/permissions-authentication/openid-connect-tokens/ */
const CircleCiTemplate = ClosedObject({
  provider: Type.Literal('circleci'),
  organizationId: ProviderUuid,
  projectId: ProviderUuid,
  /** Such as `github.com/acme/app`. The build of a fork has the origin of the fork. */
  origin: Text,
  ref: Type.Optional(Text),
  refPattern: Type.Optional(Text),
})

export const TrustTemplate = Type.Union([GitHubTemplate, GitLabTemplate, CircleCiTemplate])
export type TrustTemplate = Static<typeof TrustTemplate>
export type TemplateOf<P extends TrustTemplate['provider']> = Extract<TrustTemplate, { provider: P }>

const ScopeRequest = Type.String({ minLength: 1, maxLength: 100, pattern: '^[A-Za-z0-9._*-]+$' })

/** A trust to create: either a template, or an issuer with conditions. */
export const TrustRequest = ClosedObject({
  name: Type.String({ minLength: 1, maxLength: 100 }),
  template: Type.Optional(TrustTemplate),
  issuer: Type.Optional(Type.String({ maxLength: 300 })),
  conditions: Type.Optional(Type.Array(TrustCondition, { minItems: 1, maxItems: 30 })),
  audience: Type.Optional(Type.String({ maxLength: 300, description: 'PUBLIC_URL, which is also the default' })),
  role: Type.String({ minLength: 1, maxLength: 100 }),
  racks: Type.Optional(namePatterns(ScopeRequest, 'the racks of the jobs: a name, or a pattern with *')),
  allowUnknownRacks,
  apps: Type.Optional(namePatterns(ScopeRequest, 'the apps of the jobs: a name, or a pattern with *')),
  expiresAt: Type.Optional(
    Type.String({ format: 'date-time', description: 'when the role expires, RFC 3339, in UTC; default: never' }),
  ),
  reason: Type.Optional(Type.String({ minLength: 1, maxLength: 500, pattern: '^[^\\u0000-\\u001f\\u007f]+$' })),
  maxAgeSeconds: Type.Optional(Type.Integer({ minimum: 60, maximum: 86_400 })),
})
export type TrustRequest = Static<typeof TrustRequest>

const AnyClaimValue = Type.Union([Type.String(), Type.Integer(), Type.Boolean()])

const condition = {
  claim: Type.String(),
  equals: Type.Optional(AnyClaimValue),
  oneOf: Type.Optional(Type.Array(AnyClaimValue)),
  pattern: Type.Optional(Type.String()),
  empty: Type.Optional(Type.Boolean()),
}

export const Trust = Type.Object({
  id: Id,
  name: Type.String(),
  issuer: Type.String({ description: 'the exact value of the claim iss' }),
  audience: Type.String(),
  conditions: Type.Array(Type.Object(condition), {
    description: 'conditions on the claims of a token; all of them must be met',
  }),
  maxAgeSeconds: Type.Integer({ description: 'the longest lifetime of a session' }),
  role: Nullable(Type.String({ description: 'the role of the first of `bindings`; null without bindings' })),
  racks: Nullable(NamePattern),
  apps: Nullable(NamePattern),
  bindings: Type.Array(BindingSummary, { description: 'the bindings of the trust, oldest first' }),
  createdAt: Time,
  createdBy: Type.String(),
  revokedAt: Nullable(Time),
})
export type Trust = Static<typeof Trust>

export const TrustTestRequest = ClosedObject({
  token: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 10_000,
      description: 'the whole JWT of a job; its signature is not checked',
      ...mayContainTokens,
    }),
  ),
  claims: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), {
      description: 'the claims of a job, instead of its token',
      ...mayContainTokens,
    }),
  ),
})
export type TrustTestRequest = Static<typeof TrustTestRequest>

const sentence = 'a sentence, followed by a second one if there is something to do'

/** The result that a job with these claims would get. */
export const TrustTest = Type.Object({
  verified: Type.Literal(false, {
    description: 'the signature was not checked, and neither was whether the token was used before',
  }),
  admitted: Type.Boolean({
    description: 'whether a job with these claims is admitted if it names no trust and has a valid, unused token',
  }),
  trust: Nullable(Type.Object({ id: Id, name: Type.String() }, { description: 'the trust that admits the job' })),
  text: Type.String({ description: `the result; ${sentence}` }),
  checks: Type.Array(
    Type.Object({
      check: ExtensibleEnum(['header', 'claims', 'expiry', 'start', 'lifetime', 'audience', 'issuer']),
      passed: Type.Boolean(),
      text: Type.String({ description: sentence }),
    }),
    { description: 'the checks that do not depend on a trust' },
  ),
  trusts: Type.Array(
    Type.Object({
      id: Id,
      name: Type.String(),
      matches: Type.Boolean({ description: 'whether the issuer, the audience, and all conditions match' }),
      text: Nullable(
        Type.String({ description: 'why the trust does not match; null if it matches, or if only conditions fail' }),
      ),
      conditions: Type.Array(
        Type.Object({
          ...condition,
          met: Type.Boolean(),
          expected: Type.String({ description: 'such as: must be "74"' }),
          found: Nullable(
            Type.String({ description: 'the claim as JSON, at most 500 characters; null: there is no such claim' }),
          ),
          text: Type.String({ description: 'a sentence' }),
        }),
      ),
    }),
    { description: 'active trusts, those that match best first, at most 50' },
  ),
  more: Type.Integer({ minimum: 0, description: 'further trusts, which do not match' }),
})
export type TrustTest = Static<typeof TrustTest>
