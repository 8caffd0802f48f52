import { Decisions, Group, ServiceAccount, Session, Token, User } from '@rack-gateway/gateway-api'
import { type TSchema, Type } from 'typebox'
import { auditShapes } from '../commands/audit/json-shapes.ts'
import { completionShapes } from '../commands/completion/json-shapes.ts'
import { policyShapes } from '../commands/policy/json-shapes.ts'
import { checkNames } from '../doctor/finding.ts'
import { Nullable } from '../nullable.ts'
import {
  NamedBinding,
  PrintedHandedOverToken,
  PrintedLockedUser,
  PrintedNewToken,
  PrintedTrust,
} from './output-schemas.ts'

const Text = Type.String()
const Time = Type.String({ description: 'RFC 3339' })

const Rack = Type.Object({
  name: Type.String({ description: 'what you call it' }),
  current: Type.Boolean({ description: 'whether it is the choice where nothing else chooses' }),
  chosen: Type.Boolean({ description: 'whether a command that is typed here goes there' }),
  url: Type.String({ description: 'of its gateway' }),
  rack: Type.String({ description: 'what its gateway calls it' }),
  email: Nullable(Text),
  loggedIn: Type.Boolean(),
  expiresAt: Nullable(Time),
  token: Nullable(
    Type.Enum(['shared', 'own'], { description: 'with the other racks at this address, or of this name alone' }),
  ),
  keptIn: Nullable(Type.Enum(['file', 'keychain', 'environment'])),
})

const Whoami = Type.Object({
  name: Text,
  kind: Type.String({ description: 'user, api-token or workload' }),
  rack: Nullable(Type.String({ description: 'the only one that the token is good for' })),
  racks: Type.Array(Text, { description: 'on which the caller has any role' }),
  roles: Type.Array(Text),
  expiresAt: Nullable(Time),
  gateway: Type.String({ description: 'its address' }),
  confirmedAt: Type.String({ description: 'when the gateway last said so, RFC 3339' }),
  chosenRack: Nullable(Type.String({ description: 'where commands go; null: the token or its only rack decides' })),
  keptIn: Type.Enum(['file', 'keychain', 'environment']),
})

const Login = Type.Object({
  name: Type.String({ description: 'what you call it' }),
  gateway: Type.String({ description: 'its address' }),
  rack: Type.String({ description: 'what the gateway calls it' }),
  user: Nullable(Type.String({ description: 'null where the gateway couldn’t say' })),
  expiresAt: Nullable(Time),
  current: Type.Boolean({ description: 'whether it is the current rack now' }),
})
const Logout = Type.Object({ loggedOut: Type.Array(Text, { description: 'the names of each session' }) })
const Switch = Type.Object({ current: Text })
const rackUrl = Type.String({ description: 'with the token in it' })
const CiLogin = Type.Object({ rackUrl, racks: Type.Array(Text, { description: 'that the job may use' }) })

const Can = Type.Object({
  command: Text,
  effect: Type.Enum(['allow', 'deny', 'needs', 'open'], { description: 'open: only the rack knows' }),
  rack: Type.Optional(Text),
  policy: Type.Optional(Type.String({ description: 'SHA-256 of the policy document' })),
  caller: Type.Optional(Decisions.properties.caller),
  calls: Type.Array(Decisions.properties.decisions.items, {
    description: 'those without which the command can’t succeed; decisions as in events',
  }),
})

const Check = Type.Object({
  check: Type.Enum([...checkNames]),
  status: Type.Enum(['ok', 'warning', 'problem']),
  says: Text,
  next: Nullable(Type.String({ description: 'what to do; null where nothing is, or where says has it' })),
})
const Doctor = Type.Object({
  healthy: Type.Boolean({ description: 'whether there is no problem; warnings are none' }),
  findings: Type.Array(Check),
})

const Version = Type.Object({
  cli: Text,
  asked: Nullable(
    Type.Object({
      minimum: Nullable(Type.String({ description: 'the oldest one that the gateway still wants' })),
      newest: Type.String({ description: 'the one that was made together with the gateway' }),
    }),
  ),
  upgrade: Type.Enum(['needed', 'advised', 'none', 'unknown']),
  gateway: Nullable(Type.Object({ address: Text, version: Text })),
  rack: Nullable(Type.Object({ name: Text, version: Text })),
  unknown: Type.Array(Text, { description: 'what could not be asked, and why: a sentence each' }),
})

/** What each command prints with --json. A member that isn't in it is nothing to rely on. */
export const jsonShapes: Readonly<Record<string, TSchema>> = {
  login: Login,
  logout: Logout,
  racks: Type.Array(Rack),
  switch: Switch,
  whoami: Whoami,
  url: Type.Object({ rackUrl }),
  'ci login': CiLogin,
  can: Can,
  'sessions list': Type.Array(Session),
  'sessions revoke': Session,
  'tokens list': Type.Array(Token),
  'tokens create': PrintedNewToken,
  'tokens show': Token,
  'tokens rotate': PrintedNewToken,
  'tokens revoke': Token,
  'tokens owner': PrintedHandedOverToken,
  'users list': Type.Array(User),
  'users show': User,
  'users lock': PrintedLockedUser,
  'users unlock': User,
  'users groups': Type.Array(Group),
  'bindings list': Type.Array(NamedBinding),
  'bindings create': NamedBinding,
  'bindings delete': NamedBinding,
  'service-accounts list': Type.Array(ServiceAccount),
  'service-accounts create': ServiceAccount,
  'service-accounts disable': ServiceAccount,
  'service-accounts enable': ServiceAccount,
  'trusts list': Type.Array(PrintedTrust),
  'trusts show': PrintedTrust,
  'trusts create': PrintedTrust,
  'trusts delete': PrintedTrust,
  ...policyShapes,
  ...auditShapes,
  ...completionShapes,
  doctor: Doctor,
  version: Version,
}
