import { type Static, Type } from 'typebox'
import { Binding, Granter } from './bindings.ts'
import { ExtensibleEnum, Id, NamePattern, Nullable, ObservedRacks, Time } from './common.ts'

export const principalKinds = ['user', 'api-token', 'workload'] as const
export type PrincipalKind = (typeof principalKinds)[number]

export const Caller = Type.Object({ kind: ExtensibleEnum(principalKinds), id: Type.String(), name: Type.String() })

export const Me = Type.Object({
  kind: ExtensibleEnum(principalKinds),
  id: Id,
  name: Type.String(),
  rack: Nullable(Type.String({ description: 'the only rack that the token is valid for; null: every rack' })),
  racks: Type.Array(Type.String(), { description: 'racks on which the caller has a role' }),
  observing: Type.Optional(ObservedRacks),
  roles: Type.Array(Type.String()),
  grants: Type.Optional(
    Type.Array(
      Type.Object({
        id: Type.String({ ...Id, description: 'the ID of the access request' }),
        rule: Type.String({ description: 'the ID of the request rule' }),
        role: Type.String(),
        racks: Type.Array(NamePattern),
        apps: Type.Array(NamePattern),
        from: Time,
        until: Type.String({
          ...Time,
          description: 'the end; before the first use that starts the grant, the latest time of this use',
        }),
        startsWithUse: Type.Boolean({ description: 'whether the first use starts the grant' }),
      }),
      { description: 'only for a user: the grants of approved access requests, also those that start later' },
    ),
  ),
  administrators: Type.Optional(
    Type.Array(Type.String(), {
      description:
        'the email addresses in ADMIN_USERS, whom the user can ask; only for a user without a role, and if ADMIN_USERS is set',
    }),
  ),
  permissions: Type.Optional(
    Type.Array(Type.String(), {
      description:
        'permissions of the management API that the caller has on all racks and apps now; gateway:self:* is left out, because every caller may access their own data',
    }),
  ),
  listPermissions: Type.Optional(
    Type.Array(
      Type.Object({
        racks: Type.Array(Type.String()),
        onAllApps: Type.Array(Type.String(), { description: 'permissions on the whole rack' }),
        onSomeApps: Type.Array(Type.String(), { description: 'permissions on at least one app, but not on all apps' }),
      }),
      {
        description:
          'only for a browser session: the permissions `…:list` of the rack API that the user has now; racks with the same permissions are one item',
      },
    ),
  ),
  access: Type.Optional(
    Type.Array(
      Type.Object({
        ...Binding.properties,
        grantedBy: Granter,
        roleDescription: Nullable(
          Type.String({ description: 'what the policy says about the role; null for individual permissions' }),
        ),
      }),
      {
        description:
          'the bindings that give the caller their roles, oldest first; the subject is the caller, a group of the user, or the trust of the job; missing while the database does not answer',
      },
    ),
  ),
  expiresAt: Time,
  loggedInAt: Type.Optional(
    Type.String({ ...Time, description: 'only for a browser session: when the user logged in, RFC 3339' }),
  ),
  organization: Type.Optional(
    Type.String({ description: 'only for a browser session: the first part of rack names in console mode' }),
  ),
  csrfToken: Type.Optional(
    Type.String({
      description: 'only for a browser session: the value of X-CSRF-Token for requests that change something',
    }),
  ),
})
export type Me = Static<typeof Me>

const Version = Type.String({ pattern: '^\\d+\\.\\d+\\.\\d+', description: 'such as 1.4.0' })

export const Versions = Type.Object({
  gateway: Version,
  cli: Type.Object({
    minimum: Nullable(Type.String({ ...Version, description: 'CLI_MINIMUM_VERSION: the oldest supported CLI' })),
    newest: Type.String({ description: 'the CLI that was released together with this gateway' }),
  }),
})
export type Versions = Static<typeof Versions>
