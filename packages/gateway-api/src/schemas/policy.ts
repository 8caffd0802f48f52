import { type Static, Type } from 'typebox'
import { ClosedObject, ExtensibleEnum, Id, mayContainTokens, Nullable, Observing, Time } from './common.ts'
import { Caller } from './me.ts'

const Names = Type.Array(Type.String({ maxLength: 1_000 }), { maxItems: 1_000 })
const RackName = Type.String({ maxLength: 100 })
const Document = Type.Unknown({
  description:
    'the document as JSON: roles, command rules, blocked operations, and patterns, including the built-in ones',
})
const PolicyHash = Type.String({ description: 'SHA-256 of the document, hex; the same as in audit events' })

export const RackQuery = ClosedObject({ rack: Type.Optional(RackName) })

export const ActivePolicy = Type.Object({
  policy: PolicyHash,
  source: Type.String({ description: 'the name of the document' }),
  text: Nullable(Type.String({ description: 'the text of the document; null for the built-in policy' })),
  document: Document,
})

const EffectiveBinding = Type.Object({
  id: Type.String(),
  role: Type.String(),
  racks: Type.String(),
  apps: Type.String(),
  expiresAt: Nullable(Type.Integer({ description: 'milliseconds since the epoch' })),
  permissions: Type.Optional(Type.Array(Type.String())),
})

const EffectiveGrant = Type.Object({
  id: Type.String(),
  rule: Type.String(),
  role: Type.String(),
  racks: Type.Array(Type.String()),
  apps: Type.Array(Type.String()),
  startsAt: Type.Integer({ description: 'milliseconds since the epoch' }),
  expiresAt: Type.Integer({ description: 'milliseconds since the epoch' }),
  startsWithUse: Type.Boolean({ description: 'whether the first use starts the grant' }),
})

export const EffectivePolicy = Type.Object({
  format: Type.Literal(1, { description: 'increased when the meaning of the other members changes' }),
  rack: Type.String(),
  policy: PolicyHash,
  document: Document,
  observing: Observing,
  principal: Type.Object(
    {
      kind: Type.Union([Type.Literal('user'), Type.Literal('api-token'), Type.Literal('workload')]),
      id: Type.String(),
      name: Type.String(),
      rack: Nullable(Type.String()),
      groups: Type.Array(Type.String()),
      bindings: Type.Array(EffectiveBinding),
      owner: Nullable(
        Type.Object({
          kind: Type.Union([Type.Literal('user'), Type.Literal('service-account')]),
          id: Type.String(),
          name: Type.String(),
          bindings: Type.Array(EffectiveBinding),
        }),
      ),
      trust: Type.Optional(
        Type.Object(
          { id: Type.String(), name: Type.String(), subject: Type.String() },
          { description: 'the trust of a CI job' },
        ),
      ),
      secondFactor: Type.Optional(Type.Boolean({ description: 'whether a user has a second factor' })),
      grants: Type.Optional(Type.Array(EffectiveGrant, { description: 'only if the user has any' })),
    },
    { description: 'the caller, and for an API token its owner' },
  ),
})

/** A planned call. A missing member is unknown: the gateway evaluates the call with every value of that member. */
export const RequestedCall = ClosedObject(
  {
    route: Type.String({
      maxLength: 200,
      description:
        'the ID of a route of the rack, such as GET /apps/{app}/processes, or of the management API, such as GET /gateway/api/v1/users',
    }),
    app: Type.Optional(Type.String({ maxLength: 1_000 })),
    params: Type.Optional(Type.Record(Type.String({ maxLength: 100 }), Type.String({ maxLength: 4_000 }))),
    parameters: Type.Optional(ClosedObject({ query: Names, form: Names, headers: Names })),
    command: Type.Optional(
      Nullable(
        ClosedObject({
          header: Type.String({
            description: 'the value of the header Command: UTF-8, each byte as one character',
          }),
          by: Type.Enum(['run', 'exec', 'shell']),
        }),
      ),
    ),
    process: Type.Optional(
      Nullable(
        ClosedObject({
          id: Nullable(Type.String({ maxLength: 1_000 })),
          service: Nullable(Type.String({ maxLength: 1_000, description: 'null: only the rack knows it' })),
          own: Type.Union([Type.Literal('yes'), Type.Literal('unknown')], {
            description: 'yes: the CLI command that makes this call also starts the process',
          }),
        }),
      ),
    ),
    release: Type.Optional(Nullable(ClosedObject({ id: Nullable(Type.String({ maxLength: 1_000 })) }))),
    environment: Type.Optional(
      Nullable(
        ClosedObject(
          { named: Names, others: Type.Union([Type.Literal('none'), Type.Literal('possible')]) },
          { description: 'keys that the call sets or unsets, and whether other keys may change too' },
        ),
      ),
    ),
  },
  mayContainTokens,
)
export type RequestedCall = Static<typeof RequestedCall>

export const DecideRequest = ClosedObject({
  rack: Type.Optional(RackName),
  as: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 600,
      description:
        'the ID or email address of a user; if several users have the address, add the issuer: ann@example.com/accounts.google.com',
    }),
  ),
  calls: Type.Array(RequestedCall, { minItems: 1, maxItems: 100 }),
})
export type DecideRequest = Static<typeof DecideRequest>

export const StoppedCall = ClosedObject({
  id: Type.String({ ...Id, description: 'chosen by the client, for events of a report that was sent twice' }),
  principal: Type.String({
    maxLength: 200,
    description: 'the ID of the principal whose call was stopped; the gateway records only calls of its caller',
  }),
  rack: RackName,
  at: Type.String({ maxLength: 40, description: 'when the call was stopped, RFC 3339 in UTC' }),
  call: RequestedCall,
})
export type StoppedCall = Static<typeof StoppedCall>

export const StoppedCallReceipt = Type.Object({
  recorded: Type.Boolean({
    description: 'false if the call is of another principal, or the policy now allows it in some case',
  }),
})

const StepUpLevel = Type.Object(
  {
    kind: ExtensibleEnum(['recent', 'always']),
    within: Type.Optional(Type.Integer({ description: 'for recent: the greatest age of the proof, in milliseconds' })),
    methods: Type.Optional(ExtensibleEnum(['passkey', 'any'], 'for always: the accepted factors')),
  },
  { description: 'how recent the proof of a second factor must be' },
)

const Decision = Type.Object({
  effect: Type.Union([Type.Literal('allow'), Type.Literal('deny'), Type.Literal('require')]),
  rule: Type.String(),
  source: Type.String({ description: 'where the rule is defined, such as policy.yaml:12 or built-in:12' }),
  permission: Type.String(),
  reason: Type.String(),
  next: Type.Optional(Type.String({ description: 'what the caller can do' })),
  requirement: Type.Optional(Type.Union([Type.Literal('step-up'), Type.Literal('approval')])),
  level: Type.Optional(StepUpLevel),
  roles: Type.Array(Type.String(), {
    description:
      'all roles that the caller has where the call applies, including those that do not grant the permission',
  }),
  bindings: Type.Array(Type.String(), {
    description:
      'the IDs of at most 256 bindings with these roles. For an API token, also the IDs of the bindings of its owner on the same rack and app. Empty for the management API',
  }),
  policy: PolicyHash,
  grant: Type.Optional(
    Type.Object(
      {
        id: Type.String({ ...Id, description: 'the ID of the access request' }),
        expiresAt: Type.String({ ...Time, description: 'when the grant ends, RFC 3339 in UTC' }),
      },
      { description: 'the grant without which the call would be denied' },
    ),
  ),
  wouldBe: Type.Optional(
    Type.Object(
      {
        effect: Type.Union([Type.Literal('deny'), Type.Literal('require')], {
          description: 'require: a proof of a second factor',
        }),
        rule: Type.String(),
        source: Type.String(),
        reason: Type.String(),
        next: Type.String(),
      },
      { description: 'the decision when the policy is enforced; only for a call that only observe mode allows' },
    ),
  ),
})

export const Decisions = Type.Object({
  rack: Type.String({ description: '* if all calls are of the management API, which concerns no rack' }),
  policy: PolicyHash,
  caller: Caller,
  decisions: Type.Array(
    Type.Object({
      route: Type.String(),
      decision: Decision,
      when: Nullable(Type.String({ description: 'when this decision applies; null: always' })),
      otherwise: Nullable(
        Type.Object(
          { when: Type.String(), decision: Decision },
          { description: 'the decision in another case; only the rack knows which case applies' },
        ),
      ),
    }),
    { description: 'in the order of the calls' },
  ),
})
export type Decisions = Static<typeof Decisions>

/** Characters. */
export const maxDocumentLength = 256 * 1024
const ProposedDocument = Type.String({
  maxLength: maxDocumentLength,
  description: 'the proposed policy document, as YAML',
})
const ProposedHash = Type.String({ description: 'SHA-256 of the proposed document, hex' })

export const GrantersQuery = ClosedObject({
  role: Type.Array(Type.String({ maxLength: 100 }), {
    minItems: 1,
    maxItems: 20,
    description: 'repeat it for several roles',
  }),
  rack: Type.Optional(RackName),
  app: Type.Optional(Type.String({ maxLength: 100 })),
})

export const Granters = Type.Object({
  items: Type.Array(
    Type.Object({
      role: Type.String(),
      users: Type.Array(Type.Object({ id: Id, email: Type.String() }), {
        description: 'users who can grant the role, at most 20, sorted by email address',
      }),
    }),
    { description: 'in the order of the roles' },
  ),
  complete: Type.Boolean({ description: 'false if more users could be able to grant these roles' }),
})

export const CheckRequest = ClosedObject({ document: ProposedDocument })

export const PolicyCheck = Type.Object({
  policy: Type.String({ description: 'SHA-256 of the document in force, hex' }),
  valid: Type.Boolean(),
  problems: Type.Array(
    Type.Object({
      line: Type.Integer({ description: 'from 1' }),
      column: Type.Integer({ description: 'from 1' }),
      text: Type.String({ description: 'what is wrong, without a full stop' }),
    }),
    { description: 'sorted by position, at most 1,000; none if the document is valid' },
  ),
  proposed: Nullable(ProposedHash),
  warnings: Type.Array(Type.String(), { description: 'what is valid but may be a mistake, without a full stop' }),
  changes: Type.Array(
    Type.Object({
      effect: Type.String({
        ...ExtensibleEnum(['allows', 'denies', 'changes']),
        description:
          'allows: something that was denied is allowed; denies: the opposite; changes: the effect can be either',
      }),
      role: Nullable(Type.String({ description: 'null for everyone' })),
      what: Type.String({ description: 'a permission, or a phrase about a command, a rule, or a name' }),
    }),
    { description: 'the differences to the document in force, at most 500; none if the document is not valid' },
  ),
  more: Type.Integer({ minimum: 0, description: 'further differences that are left out' }),
})
export type PolicyCheck = Static<typeof PolicyCheck>

const Source = Type.String({ description: 'where it is defined, such as policy.yaml:12 or built-in:12' })
const Patterns = Type.Optional(Type.Array(Type.String()))
export const Conditions = Type.Array(
  Type.Object({
    time: Type.Optional(
      Type.Array(
        Type.Object({
          days: Patterns,
          from: Type.String(),
          to: Type.String(),
          zone: Type.String({ description: 'such as Europe/Berlin' }),
        }),
      ),
    ),
    addresses: Patterns,
    racks: Patterns,
    apps: Patterns,
    callers: Type.Optional(Type.Array(ExtensibleEnum(['user', 'api-token', 'workload']))),
  }),
  { description: 'all of these must be met' },
)
const Entries = Type.Array(Type.Object({ name: Type.String(), source: Source }))
const Seconds = Type.Integer({ description: 'seconds' })
const Total = Type.Integer({ minimum: 0 })

export const PolicyMatrix = Type.Object({
  policy: PolicyHash,
  source: Type.String({ description: 'the name of the document' }),
  builtInText: Type.String({ description: 'the text that sources such as built-in:12 refer to' }),
  permissions: Type.Array(
    Type.Object({
      name: Type.String(),
      description: Type.String({ description: 'what the permission allows, such as "promote a release"' }),
      roles: Type.Array(Type.String(), { description: 'roles that have it' }),
    }),
  ),
  roles: Type.Array(
    Type.Object({
      name: Type.String(),
      description: Type.String(),
      source: Source,
      extends: Type.Array(Type.String(), { description: 'roles that it extends, directly and indirectly' }),
      conditions: Conditions,
    }),
  ),
  commandRules: Type.Array(
    Type.Object({
      id: Type.String(),
      source: Source,
      command: Type.String({ description: 'in the syntax of rules, such as rake db:migrate|db:seed' }),
      services: Type.Array(Type.String()),
      roles: Type.Array(Type.String()),
      racks: Patterns,
      apps: Patterns,
      modes: Patterns,
      interactive: Type.Optional(Type.Boolean()),
      entrypoint: Type.Optional(Type.Boolean()),
      environment: Patterns,
      releases: Type.Optional(Type.String()),
      conditions: Conditions,
    }),
    { description: 'a missing member does not narrow the rule' },
  ),
  blocked: Type.Array(
    Type.Object({ route: Type.String(), reason: Type.String(), next: Type.String(), source: Source }),
  ),
  unblocked: Type.Array(Type.Object({ route: Type.String(), source: Source }), {
    description: 'operations that the built-in policy blocks and the document unblocks',
  }),
  names: Type.Object(
    {
      runServices: Entries,
      protectedKeys: Entries,
      protectedParameters: Entries,
      proxyHosts: Entries,
      secretKeys: Entries,
      secretParameters: Entries,
    },
    { description: 'lists of names and patterns' },
  ),
  recordings: Type.Array(
    Type.Object({
      id: Type.String(),
      source: Source,
      mode: Type.String(),
      input: Type.Boolean(),
      sessions: Patterns,
      racks: Patterns,
      apps: Patterns,
      commands: Patterns,
    }),
    { description: 'the first matching rule decides' },
  ),
  tokens: Type.Object({
    maxAgeSeconds: Seconds,
    defaultAgeSeconds: Seconds,
    source: Source,
    rules: Type.Array(
      Type.Object({
        id: Type.String(),
        source: Source,
        maxAgeSeconds: Seconds,
        roles: Patterns,
        permissions: Patterns,
      }),
    ),
  }),
  recordedValues: Type.Array(
    Type.Object({
      id: Type.String(),
      source: Source,
      parameters: Type.Array(Type.String()),
      routes: Patterns,
      permissions: Patterns,
      racks: Patterns,
      apps: Patterns,
    }),
  ),
  stepUps: Type.Array(
    Type.Object({
      rule: Type.String({ description: 'the rule of its decisions, such as step-up:rule production-promotes' }),
      kind: ExtensibleEnum(['rule', 'command', 'role', 'management']),
      name: Type.String({ description: 'the ID of the rule or command rule, or the role; empty for management' }),
      permissions: Patterns,
      racks: Patterns,
      apps: Patterns,
      level: Nullable(StepUpLevel),
      except: Type.Array(Type.String()),
      source: Source,
    }),
    { description: 'requirements of proofs of second factors; the strictest one that concerns a call applies' },
  ),
  enrollment: Nullable(
    Type.Object(
      { by: Time, source: Source },
      { description: 'the time from which a user without a second factor can only manage their own account' },
    ),
  ),
  packages: Type.Array(
    Type.Object({
      name: Type.String(),
      version: Nullable(Type.String()),
      sha256: Type.String({ description: 'of its file, hex' }),
      evaluated: Total,
      simulated: Total,
      objected: Total,
      failed: Total,
      slow: Total,
    }),
    { description: 'policy packages in their order, with the counts of this process since it started' },
  ),
  routes: Type.Array(
    Type.Object({
      id: Type.String({ description: 'for POST /policy/decisions' }),
      api: ExtensibleEnum(['rack', 'management']),
      permission: Type.String(),
      scope: Type.String({
        ...ExtensibleEnum(['app', 'rack', 'list', 'gateway', 'self', 'everyone']),
        description:
          'app: the call concerns one app; rack: the permission is needed on all apps of the rack; list: any role on the rack with the permission is enough; gateway: the permission is needed on all racks and apps; self: the call concerns only data of the caller; everyone: no role is needed',
      }),
      summary: Type.String({ description: 'a sentence, such as Promotes a release.' }),
    }),
  ),
})
export type PolicyMatrix = Static<typeof PolicyMatrix>

export const ImpactRequest = ClosedObject({
  document: ProposedDocument,
  since: Type.String({
    maxLength: 40,
    description: 'the start of the range: 30d, 12h, or 45m ago, or a time in UTC such as 2027-01-31T12:00:00Z',
  }),
})

const Count = Type.Integer({ minimum: 0 })

const ImpactChange = Type.Object({
  effect: Type.Union([Type.Literal('allows'), Type.Literal('denies')]),
  principal: Type.Object({ kind: Type.String(), id: Type.String(), name: Type.String() }),
  route: Type.String(),
  rack: Type.String(),
  app: Nullable(Type.String()),
  command: Nullable(Type.String()),
  rule: Type.String({ description: 'the rule of the proposed document that decides' }),
  reason: Type.String(),
  count: Count,
  last: Type.String({ description: 'the time of the latest of these calls' }),
})
export type ImpactChange = Static<typeof ImpactChange>

export const Impact = Type.Object({
  policy: PolicyHash,
  proposed: ProposedHash,
  since: Time,
  until: Time,
  calls: Type.Integer({ minimum: 0, description: 'recorded calls that were evaluated' }),
  unclear: Type.Integer({ minimum: 0, description: 'calls whose events have too little information to evaluate' }),
  packages: Type.Integer({
    minimum: 0,
    description: 'calls that a policy package denied when they were made; the study runs no policy packages',
  }),
  allowed: Type.Integer({ minimum: 0, description: 'calls that were denied and would be allowed' }),
  denied: Type.Integer({ minimum: 0, description: 'calls that were allowed and would be denied' }),
  cut: Nullable(
    Type.Object(
      { by: Type.Union([Type.Literal('time'), Type.Literal('number')]), from: Time },
      {
        description:
          'which limit was reached, and the time from which calls were evaluated; null: all calls were evaluated',
      },
    ),
  ),
  stepUp: Type.Object(
    {
      prompts: Type.Integer({
        minimum: 0,
        description:
          'how often users would be asked: `recent` asks again when the proof of the session is too old, `always` asks for each call',
      }),
      users: Type.Integer({ minimum: 0, description: 'users who would be asked at least once' }),
      denied: Type.Integer({
        minimum: 0,
        description:
          'calls of API tokens and jobs that would be denied, because they cannot prove a factor; `denied` above includes them',
      }),
      requirements: Type.Array(
        Type.Object({
          rule: Type.String({ description: 'such as step-up:rule production-promotes' }),
          level: StepUpLevel,
          calls: Type.Integer({ minimum: 0, description: 'calls that need a proof because of this rule' }),
          prompts: Count,
          users: Count,
        }),
        { description: 'the most prompts first' },
      ),
    },
    {
      description: 'the proofs of second factors that users would be asked for, assuming that every user has a factor',
    },
  ),
  changes: Type.Array(ImpactChange, { description: 'similar calls as one change, the most frequent first' }),
  more: Type.Integer({ minimum: 0, description: 'further changes that are left out' }),
})
export type Impact = Static<typeof Impact>

/** The recorded calls of a study. */
const studied = {
  since: Type.String({
    maxLength: 40,
    description: 'the start of the range: 30d, 12h, or 45m ago, or a time in UTC such as 2027-01-31T12:00:00Z',
  }),
  rack: Type.Optional(Type.String({ maxLength: 100, description: 'only calls on this rack; all racks by default' })),
}

export const WouldBeQuery = ClosedObject({
  ...studied,
  until: Type.Optional(Type.String({ maxLength: 40, description: 'the end of the range: as `since`; now by default' })),
})

const WouldBeRow = Type.Object({
  effect: Type.Union([Type.Literal('deny'), Type.Literal('require')], {
    description: 'require: a proof of a second factor',
  }),
  principal: Type.Object({ kind: Type.String(), id: Type.String(), name: Type.String() }),
  rack: Type.String(),
  app: Nullable(Type.String()),
  route: Type.String(),
  command: Nullable(Type.String()),
  rule: Type.String({ description: 'the rule that would decide' }),
  reason: Type.String(),
  stopped: Type.Integer({ minimum: 0, description: 'calls that the CLI stopped before they were sent' }),
  count: Count,
  last: Type.String({ description: 'the time of the latest of these calls' }),
  event: Nullable(Type.String({ description: 'the ID of the event of the latest of these calls' })),
})

const StudyCut = Nullable(
  Type.Object(
    { by: Type.Union([Type.Literal('time'), Type.Literal('number')]), from: Time },
    { description: 'which limit was reached, and the time from which calls were read; null: all calls were read' },
  ),
)

export const WouldBe = Type.Object({
  policy: PolicyHash,
  since: Time,
  until: Time,
  calls: Type.Integer({ minimum: 0, description: 'recorded calls that were read' }),
  hidden: Type.Integer({
    minimum: 0,
    description: 'calls whose command was hidden from the log, so they cannot be decided again',
  }),
  resolved: Type.Integer({ minimum: 0, description: 'calls that the policy in force allows by now' }),
  unclear: Type.Integer({ minimum: 0, description: 'calls whose events have too little information' }),
  cut: StudyCut,
  rows: Type.Array(WouldBeRow, { description: 'equal calls as one row, the most frequent first' }),
  more: Type.Integer({ minimum: 0, description: 'further rows that are left out' }),
})
export type WouldBe = Static<typeof WouldBe>

export const SuggestionRequest = ClosedObject(studied)

export const Suggestion = Type.Object({
  policy: PolicyHash,
  since: Time,
  until: Time,
  calls: Type.Integer({ minimum: 0, description: 'recorded calls that were read' }),
  denied: Type.Integer({ minimum: 0, description: 'allowed calls that the suggestion would deny' }),
  cut: StudyCut,
  files: Type.Object({
    policy: Type.String({ description: 'a policy document' }),
    bindings: Type.String({ description: 'a shell script that creates bindings, and then deletes broader ones' }),
    cases: Type.String({ description: 'cases for policy test' }),
  }),
  summary: Type.Array(Type.String(), {
    description: 'lines of text: what was left out, what would be denied, and what is allowed beyond what was used',
  }),
})
export type Suggestion = Static<typeof Suggestion>
