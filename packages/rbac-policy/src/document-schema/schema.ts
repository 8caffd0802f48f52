import { type Static, Type } from 'typebox'
import { closed, names, narrowingList } from './lists.ts'
import { WrittenRecordings } from './recordings.ts'
import { WrittenRequests } from './requests.ts'
import { WrittenStepUp, WrittenStepUpTerms } from './step-up.ts'
import { WrittenTokens } from './tokens.ts'
import { WrittenAudit } from './values.ts'

function oneOf<const T extends string>(values: readonly T[], description: string) {
  return Type.Enum([...values], { description })
}

const Day = oneOf(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], 'mon, tue, wed, thu, fri, sat, or sun')
const Clock = Type.String({ description: 'a time of day, such as 08:00' })

const Window = Type.Object(
  {
    days: Type.Optional(Type.Array(Day, { minItems: 1, description: 'a list of days, such as [mon, tue]' })),
    from: Clock,
    to: Clock,
    zone: Type.String({ description: 'a time zone, such as Europe/Berlin' }),
  },
  { ...closed, description: 'from, to, and zone, and optionally days' },
)

const When = Type.Object(
  {
    time: Type.Optional(Type.Array(Window, { minItems: 1, description: 'a list of times' })),
    addresses: narrowingList('networks, such as [10.0.0.0/8]'),
    racks: narrowingList('rack patterns, such as [staging*]'),
    apps: narrowingList('app patterns'),
    callers: Type.Optional(
      Type.Array(oneOf(['user', 'api-token', 'workload'], 'user, api-token, or workload'), {
        minItems: 1,
        description: 'a list of user, api-token, and workload',
      }),
    ),
  },
  { ...closed, description: 'conditions: time, addresses, racks, apps, and callers' },
)

const Role = Type.Object(
  {
    description: Type.Optional(Type.String({ description: 'a sentence' })),
    extends: names('names of roles'),
    permissions: names('permissions, such as [app:read, release:*]'),
    when: Type.Optional(When),
    stepUp: Type.Optional(WrittenStepUp),
  },
  { ...closed, description: 'a role: description, extends, permissions, when, and stepUp' },
)

const Rule = Type.Object(
  {
    run: Type.String({ description: 'a command, such as rake db:migrate|db:seed or rake reports:*' }),
    services: names('names of services, or [*]'),
    apps: narrowingList('app patterns'),
    racks: narrowingList('rack patterns'),
    roles: Type.Array(Type.String({ description: 'the name of a role' }), { description: 'a list of names of roles' }),
    modes: Type.Optional(
      Type.Array(oneOf(['attached', 'detached', 'exec'], 'attached, detached, or exec'), {
        minItems: 1,
        description: 'a list of attached, detached, and exec',
      }),
    ),
    interactive: Type.Optional(Type.Boolean({ description: 'true (only with a terminal) or false (only without)' })),
    entrypoint: Type.Optional(Type.Boolean({ description: 'true (only with the entrypoint) or false (only without)' })),
    environment: names('patterns of environment keys that the call can set'),
    releases: Type.Optional(oneOf(['newest', 'any'], 'newest or any')),
    when: Type.Optional(When),
    stepUp: Type.Optional(WrittenStepUp),
  },
  {
    ...closed,
    description:
      'a command rule: run and roles, and optionally services, apps, racks, modes, interactive, entrypoint, environment, releases, when, and stepUp',
  },
)

const Blocked = Type.Object(
  {
    reason: Type.String({ description: 'a sentence that says why' }),
    next: Type.Optional(Type.String({ description: 'a sentence that says what to do instead' })),
  },
  { ...closed, description: 'reason, and optionally next' },
)

const Patterns = Type.Object(
  { environment: names('patterns of environment keys'), parameters: names('patterns of parameters') },
  { ...closed, description: 'environment and parameters' },
)

/** A policy document. Each `description` completes a message with "should be …". */
export const WrittenPolicy = Type.Object(
  {
    version: Type.Literal(1, { description: '1' }),
    roles: Type.Optional(Type.Record(Type.String(), Role, { description: 'a mapping of names to roles' })),
    commands: Type.Optional(
      Type.Object(
        {
          services: narrowingList('services that accept run'),
          extend: Type.Optional(
            oneOf(
              ['built-in', 'none'],
              'built-in (the rules are added to the built-in ones), or none (the rules replace them)',
            ),
          ),
          rules: Type.Optional(Type.Record(Type.String(), Rule, { description: 'a mapping of IDs to command rules' })),
        },
        { ...closed, description: 'services, extend, and rules' },
      ),
    ),
    blocked: Type.Optional(Type.Record(Type.String(), Blocked, { description: 'a mapping of routes to reasons' })),
    unblocked: names('routes'),
    secrets: Type.Optional(Patterns),
    protected: Type.Optional(Patterns),
    audit: Type.Optional(WrittenAudit),
    recordings: Type.Optional(WrittenRecordings),
    tokens: Type.Optional(WrittenTokens),
    stepUp: Type.Optional(WrittenStepUpTerms),
    requests: Type.Optional(WrittenRequests),
    proxy: Type.Optional(Type.Object({ hosts: names('host patterns') }, { ...closed, description: 'hosts' })),
  },
  { ...closed, description: 'a policy: version and its sections' },
)
export type WrittenPolicy = Static<typeof WrittenPolicy>
export type WrittenRole = Static<typeof Role>
export type WrittenRule = Static<typeof Rule>
