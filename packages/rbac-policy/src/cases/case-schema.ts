import { type Static, Type } from 'typebox'
import { closed, names } from '../document-schema/lists.ts'
import { WrittenStepUp } from '../document-schema/step-up.ts'

function text(description: string) {
  return Type.Optional(Type.String({ description }))
}

const Binding = Type.Object(
  {
    role: Type.String({ description: 'the name of a role' }),
    racks: text('a rack pattern, such as staging*'),
    apps: text('an app pattern'),
  },
  { ...closed, description: 'a binding: role, and optionally racks and apps' },
)

const Grant = Type.Object(Binding.properties, {
  ...closed,
  description: 'a grant: role, and optionally racks and apps',
})

const Who = Type.Object(
  {
    roles: names('names of roles, held on all racks and apps'),
    bindings: Type.Optional(Type.Array(Binding, { description: 'a list of bindings' })),
    grants: Type.Optional(Type.Array(Grant, { description: 'a list of grants of access requests' })),
    groups: names('names of groups, each with its bindings under groups at the top'),
    kind: Type.Optional(Type.Enum(['user', 'api-token', 'workload'], { description: 'user, api-token, or workload' })),
    name: text('a name, such as ada@example.com'),
    owner: names('names of roles that the owner of an API token holds'),
    serviceAccount: text('the service account that owns an API token'),
    trust: text('the trust of a job, for kind workload'),
    secondFactor: Type.Optional(
      Type.Boolean({ description: 'true (the user has a second factor, which is the default) or false' }),
    ),
    address: text('an IP address'),
    time: text('a time with its offset, such as 2030-01-07T12:00:00+01:00'),
  },
  {
    ...closed,
    description:
      'who calls: roles, bindings, grants, groups, kind, name, owner, serviceAccount, trust, secondFactor, address, and time',
  },
)

const Call = Type.Object(
  {
    route: Type.String({ description: 'the ID of a route, such as GET /apps/{app}/processes' }),
    params: Type.Optional(
      Type.Record(Type.String(), Type.String({ description: 'text' }), {
        description: 'a mapping of names to path parameters',
      }),
    ),
    query: names('names of query parameters'),
    form: names('names of form parameters'),
    headers: names('names of option headers'),
    command: text('the command of a run, an exec, or a shell on an instance'),
    release: text('the release that a run asks for'),
  },
  { ...closed, description: 'a call: route, params, query, form, headers, command, and release' },
)

const Where = Type.Object(
  {
    rack: text('the name of a rack'),
    app: text('the name of an app'),
    service: text('the service of the process'),
    ownRun: Type.Optional(Type.Boolean({ description: 'true (a process of the caller’s own run) or false' })),
    newestRelease: Type.Optional(Type.Boolean({ description: 'true (a run with the newest release) or false' })),
    changed: names('keys of the environment that the new release changes'),
    parameters: names('names of rack parameters that the call changes'),
  },
  { ...closed, description: 'where: rack, app, service, ownRun, newestRelease, changed, and parameters' },
)

const Values = Type.Object(
  { environment: names('keys of the environment'), parameters: names('names of parameters') },
  { ...closed, description: 'environment and parameters' },
)

const Expect = Type.Object(
  {
    effect: Type.Enum(['allow', 'require', 'deny', 'open'], {
      description: 'allow, require (a step-up), deny, or open (it depends on what only the rack knows)',
    }),
    rule: Type.String({ description: 'the rule that decides, such as role:deployer or command:no-rule' }),
    reason: text('a part of the reason or of what to do next'),
    hidden: Type.Optional(Values),
    shown: Type.Optional(Values),
    level: Type.Optional(WrittenStepUp),
    recording: text('the recording rule that the session falls under, or none'),
  },
  { ...closed, description: 'effect, rule, and optionally reason, hidden, shown, level, and recording' },
)

const Case = Type.Object(
  {
    who: Who,
    convox: text('a command of convox, such as releases promote R1 -a web'),
    call: Type.Optional(Call),
    where: Type.Optional(Where),
    expect: Expect,
  },
  { ...closed, description: 'a case: who, convox or call, where, and expect' },
)

/** A file of cases. Each `description` completes a message with "should be …". */
export const WrittenCases = Type.Object(
  {
    version: Type.Literal(1, { description: '1' }),
    policy: text('the path of a policy document, relative to this file'),
    groups: Type.Optional(
      Type.Record(Type.String(), Type.Array(Binding, { description: 'a list of bindings' }), {
        description: 'a mapping of groups to lists of bindings',
      }),
    ),
    cases: Type.Record(Type.String(), Case, { description: 'a mapping of names to cases' }),
  },
  { ...closed, description: 'a file of cases: version, policy, groups, and cases' },
)
export type WrittenCases = Static<typeof WrittenCases>
export type WrittenCase = Static<typeof Case>
export type WrittenBinding = Static<typeof Binding>
