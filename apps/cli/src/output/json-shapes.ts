import {
  Alarm,
  AlarmList,
  Decisions,
  endpoints,
  Group,
  Impact,
  LoggedEvent,
  Recording,
  ServiceAccount,
  Session,
  Token,
  User,
} from '@rack-gateway/gateway-api'
import { type TSchema, Type } from 'typebox'
import { checkNames } from '../doctor/finding.ts'
import { Nullable } from '../nullable.ts'
import {
  NamedBinding,
  PrintedHandedOverToken,
  PrintedLockedUser,
  PrintedNewToken,
  PrintedTrust,
} from './output-schemas.ts'

/** What more may come with it, and is described elsewhere. */
const open = { additionalProperties: true } as const
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

const VerifyProof = Type.Object({
  holds: Type.Boolean(),
  because: Type.Optional(Type.String({ description: 'why it doesn’t' })),
  event: Type.Optional(Type.Object({}, { ...open, description: 'that is proven, as what follows' })),
  checkpoint: Type.Optional(Type.Integer({ description: 'the number of the one that signed it' })),
  at: Type.Optional(Time),
  size: Type.Optional(Type.Integer({ description: 'of its stream in the checkpoint, in events' })),
  key: Type.Optional(Text),
  trust: Type.Optional(Type.Enum(['pinned', 'first-use'])),
})

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

const Problem = Type.Object({ line: Type.Integer(), column: Type.Integer(), text: Text })
const PolicyCheck = Type.Object({
  file: Text,
  valid: Type.Boolean(),
  problems: Type.Optional(Type.Array(Problem, { description: 'of a document that isn’t valid' })),
  policy: Type.Optional(Type.String({ description: 'SHA-256 of a valid document, as what follows' })),
  roles: Type.Optional(Type.Array(Text)),
  commandRules: Type.Optional(Type.Array(Text)),
  blocked: Type.Optional(Type.Array(Text)),
  warnings: Type.Optional(Type.Array(Text)),
})

const TestedCase = Type.Object({
  file: Text,
  line: Type.Integer(),
  column: Type.Integer(),
  name: Text,
  asks: Type.String({ description: 'the command, or the call' }),
  rack: Text,
  passed: Type.Boolean(),
  expected: Type.Object({}, { ...open, description: 'as the case says it' }),
  effect: Text,
  decisions: Type.Array(Type.Object({ effect: Text, rule: Text }, open)),
  otherwise: Type.Array(Type.String({ description: 'what else is not as the case expects, each a sentence' })),
})
const PolicyTest = Type.Object({
  passed: Type.Integer(),
  failed: Type.Integer(),
  policies: Type.Array(
    Type.Object({
      document: Text,
      policy: Type.String({ description: 'its SHA-256' }),
      cases: Type.Array(TestedCase),
      coverage: Type.Array(Type.Object({ rule: Text, source: Text, exercised: Type.Boolean() }, open)),
    }),
  ),
})

const PolicyDiff = Type.Object({
  old: Text,
  new: Text,
  changes: Type.Array(
    Type.Object({
      effect: Type.Enum(['permits', 'refuses', 'changes']),
      role: Nullable(Type.String({ description: 'null: for everyone' })),
      what: Text,
    }),
  ),
})

const AuditVerify = Type.Object(
  {
    intact: Type.Boolean(),
    findings: Type.Array(Type.Object({ problem: Text }, open), { description: 'the first 100' }),
    found: Type.Integer(),
    streams: Type.Integer(),
    events: Type.Integer(),
    unsigned: Type.Integer({ description: 'events that no checkpoint has signed yet' }),
    keys: Type.Array(Text, { description: 'those that signed' }),
    trust: Type.Enum(['pinned', 'first-use', 'none']),
    anchored: Type.Boolean({ description: 'whether checkpoints were compared with copies' }),
  },
  {
    ...open,
    description:
      'with --archive also archives, alone nothing but them; with --recordings also recordings (intact, found, findings, proven, chunks, open, unproven and more)',
  },
)

const CompletionScript = Type.Object({ shell: Text, script: Type.String({ description: 'what the shell loads' }) })

const CompletionWords = Type.Object({
  words: Type.Array(
    Type.Object({ word: Text, about: Type.String({ description: 'empty where nothing is said of it' }) }),
  ),
  files: Type.Boolean({ description: 'whether a file or directory may stand there, too' }),
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
  'policy check': PolicyCheck,
  'policy test': PolicyTest,
  'policy diff': PolicyDiff,
  'policy impact': Impact,
  'audit search': endpoints.searchAudit.response,
  'audit show': endpoints.getAuditEvent.response,
  'audit tail': LoggedEvent,
  'audit verify': AuditVerify,
  'audit verify-proof': VerifyProof,
  'audit recordings': endpoints.listRecordings.response,
  'audit end': Recording,
  'audit alarms': AlarmList,
  'audit acknowledge': Alarm,
  'completion bash': CompletionScript,
  'completion zsh': CompletionScript,
  'completion fish': CompletionScript,
  'completion powershell': CompletionScript,
  'completion words': CompletionWords,
  doctor: Doctor,
  version: Version,
}
