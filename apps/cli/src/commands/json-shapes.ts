import {
  AccessRequestDetails,
  Decisions,
  EndedSessions,
  endpoints,
  Group,
  Invitation,
  Me,
  NewFactor,
  ReviewedBinding,
  SecondFactor,
  ServiceAccount,
  Session,
  Token,
  TrustTest,
  User,
} from '@rack-gateway/gateway-api'
import { type TSchema, Type } from 'typebox'
import { checkNames } from '../doctor/findings/finding.ts'
import {
  NamedBinding,
  Nullable,
  PrintedBackupCodes,
  PrintedFactorReset,
  PrintedHandedOverToken,
  PrintedLockedUser,
  PrintedNewToken,
  PrintedProof,
  PrintedSecondFactors,
  PrintedTrust,
  ShownAccessRequest,
} from '../output/output-schemas.ts'
import { auditShapes } from './audit/json-shapes.ts'
import { completionShapes } from './completion/json-shapes.ts'
import { policyShapes } from './policy/json-shapes.ts'

const Text = Type.String()
const Time = Type.String({ description: 'RFC 3339' })

const Rack = Type.Object({
  name: Type.String({ description: 'your name for the rack' }),
  current: Type.Boolean({ description: 'whether it is the current rack (rack-gateway switch)' }),
  chosen: Type.Boolean({ description: 'whether a command in this directory and shell uses it' }),
  url: Type.String({ description: 'the address of its gateway' }),
  rack: Type.String({ description: 'the name that its gateway has for it' }),
  email: Nullable(Text),
  loggedIn: Type.Boolean(),
  expiresAt: Nullable(Time),
  token: Nullable(
    Type.Enum(['shared', 'own'], { description: 'shared with the other racks at this address, or for this name only' }),
  ),
  keptIn: Nullable(Type.Enum(['file', 'keychain', 'environment'])),
  observing: Nullable(
    Type.Object(
      { until: Time },
      {
        description:
          'observe mode, as the gateway last said; null: the policy is enforced, or the gateway has not been asked yet',
      },
    ),
  ),
})

const Whoami = Type.Object({
  name: Text,
  kind: Type.String({ description: 'user, api-token, or workload' }),
  rack: Nullable(Type.String({ description: 'the only rack of the token; null for all racks' })),
  racks: Type.Array(Text, { description: 'the racks on which you have a role' }),
  roles: Type.Array(Text),
  grants: Me.properties.grants,
  expiresAt: Nullable(Time),
  gateway: Type.String({ description: 'the address of the gateway' }),
  confirmedAt: Type.String({ description: 'when the gateway last confirmed the identity, RFC 3339' }),
  chosenRack: Nullable(
    Type.String({
      description:
        'the rack that a command in this directory uses; null: the rack that the token is bound to, or its only rack',
    }),
  ),
  keptIn: Type.Enum(['file', 'keychain', 'environment']),
})

const Login = Type.Object({
  name: Type.String({ description: 'your name for the rack' }),
  gateway: Type.String({ description: 'the address of the gateway' }),
  rack: Type.String({ description: 'the name that the gateway has for the rack' }),
  user: Nullable(Type.String({ description: 'null if the gateway did not answer' })),
  expiresAt: Nullable(Time),
  current: Type.Boolean({ description: 'whether it is the current rack now' }),
})
const Logout = Type.Object({
  loggedOut: Type.Array(Text, {
    description: 'for each session or API token: the names that used it, joined by commas, or else its address',
  }),
})
const Switch = Type.Object({ current: Text })
const rackUrl = Type.String({ description: 'contains the token' })
const CiLogin = Type.Object({
  rackUrl,
  racks: Type.Array(Text, { description: 'the racks on which the job has a role' }),
})

const ConvoxLogin = Type.Object({
  host: Type.String({ description: 'the host of the gateway, as convox login takes it' }),
  rack: Nullable(Type.String({ description: 'the current rack of convox' })),
  expiresAt: Time,
  settings: Type.String({ description: 'the directory of the settings of convox' }),
})

const MfaAdd = Type.Object({
  address: Type.Optional(Type.String({ description: 'without totp: the page on which you add a second factor' })),
  opened: Type.Optional(Type.Boolean({ description: 'without totp: whether a browser was asked to open the page' })),
  factor: Type.Optional(SecondFactor),
  backupCodes: Type.Optional(NewFactor.properties.backupCodes),
})

const Can = Type.Object({
  command: Text,
  effect: Type.Enum(['allow', 'deny', 'require', 'open'], {
    description: 'open: it depends on facts that only the rack knows',
  }),
  rack: Type.Optional(Text),
  policy: Type.Optional(Type.String({ description: 'SHA-256 of the policy document' })),
  caller: Type.Optional(Decisions.properties.caller),
  calls: Type.Array(Decisions.properties.decisions.items, {
    description: 'the calls that the command needs; decisions as in events',
  }),
})

const Check = Type.Object({
  check: Type.Enum([...checkNames]),
  status: Type.Enum(['ok', 'warning', 'problem']),
  says: Type.String({ description: 'the finding, in sentences' }),
  next: Nullable(Type.String({ description: 'the remedy; null if there is nothing to do, or if says contains it' })),
})
const Doctor = Type.Object({
  healthy: Type.Boolean({ description: 'whether there is no problem; a warning is not a problem' }),
  findings: Type.Array(Check),
})

const Version = Type.Object({
  cli: Text,
  asked: Nullable(
    Type.Object(
      {
        minimum: Nullable(Type.String({ description: 'the oldest version that the gateway supports' })),
        newest: Type.String({ description: 'the version of the gateway’s own release' }),
      },
      { description: 'the versions of rack-gateway that the gateway asks for' },
    ),
  ),
  upgrade: Type.Enum(['needed', 'advised', 'none', 'unknown']),
  gateway: Nullable(Type.Object({ address: Text, version: Text })),
  rack: Nullable(Type.Object({ name: Text, version: Text })),
  unknown: Type.Array(Text, { description: 'why a version is unknown, one sentence for each' }),
})

/** What each command prints with `--json`. Fields that are not listed can change. */
export const jsonShapes: Readonly<Record<string, TSchema>> = {
  login: Login,
  logout: Logout,
  racks: Type.Array(Rack),
  switch: Switch,
  whoami: Whoami,
  url: Type.Object({ rackUrl }),
  'convox-login': ConvoxLogin,
  'ci login': CiLogin,
  can: Can,
  'sessions list': Type.Array(Session),
  'sessions revoke': Session,
  'sessions revoke-all': EndedSessions,
  'mfa list': PrintedSecondFactors,
  'mfa add': MfaAdd,
  'mfa rename': SecondFactor,
  'mfa remove': SecondFactor,
  'mfa backup-codes': PrintedBackupCodes,
  'mfa test': PrintedProof,
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
  'users reset-factors': PrintedFactorReset,
  'users groups': Type.Array(Group),
  'users invite': endpoints.createInvitation.response,
  'users invitations': Type.Array(Invitation),
  'users uninvite': Invitation,
  request: AccessRequestDetails,
  'requests list': endpoints.listAccessRequests.response,
  'requests show': ShownAccessRequest,
  'requests approve': AccessRequestDetails,
  'requests deny': AccessRequestDetails,
  'requests cancel': AccessRequestDetails,
  'requests revoke': AccessRequestDetails,
  'access review': Type.Array(ReviewedBinding),
  'bindings list': Type.Array(NamedBinding),
  'bindings create': Type.Array(NamedBinding),
  'bindings delete': NamedBinding,
  'service-accounts list': Type.Array(ServiceAccount),
  'service-accounts create': ServiceAccount,
  'service-accounts disable': ServiceAccount,
  'service-accounts enable': ServiceAccount,
  'trusts list': Type.Array(PrintedTrust),
  'trusts show': PrintedTrust,
  'trusts test': TrustTest,
  'trusts create': PrintedTrust,
  'trusts delete': PrintedTrust,
  ...policyShapes,
  ...auditShapes,
  ...completionShapes,
  doctor: Doctor,
  version: Version,
}
