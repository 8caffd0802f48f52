import { Impact, Suggestion, WouldBe } from '@rack-gateway/gateway-api'
import { Type } from 'typebox'
import { Nullable } from '../../output/output-schemas.ts'

/** For objects with further fields, which are described elsewhere. */
const withOtherFields = { additionalProperties: true } as const
const Text = Type.String()

const Problem = Type.Object({ line: Type.Integer(), column: Type.Integer(), text: Text })
const PolicyCheck = Type.Object({
  file: Text,
  valid: Type.Boolean(),
  problems: Type.Optional(Type.Array(Problem, { description: 'only if the document is not valid' })),
  policy: Type.Optional(
    Type.String({ description: 'SHA-256 of the document; only a valid document has this field and the next ones' }),
  ),
  roles: Type.Optional(Type.Array(Text)),
  commandRules: Type.Optional(Type.Array(Text)),
  blocked: Type.Optional(Type.Array(Text)),
  requestRules: Type.Optional(Type.Array(Text)),
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
  expected: Type.Object({}, { ...withOtherFields, description: 'as in the case' }),
  effect: Text,
  decisions: Type.Array(Type.Object({ effect: Text, rule: Text }, withOtherFields)),
  otherwise: Type.Array(Text, { description: 'how the visible values and the recording differ from the case' }),
})
const PolicyTest = Type.Object({
  passed: Type.Integer(),
  failed: Type.Integer(),
  policies: Type.Array(
    Type.Object({
      document: Text,
      policy: Type.String({ description: 'SHA-256 of the document' }),
      cases: Type.Array(TestedCase),
      coverage: Type.Array(Type.Object({ rule: Text, source: Text, exercised: Type.Boolean() }, withOtherFields)),
    }),
  ),
})

const PolicyDiff = Type.Object({
  old: Text,
  new: Text,
  changes: Type.Array(
    Type.Object({
      effect: Type.Enum(['allows', 'denies', 'changes']),
      role: Nullable(Type.String({ description: 'null for every role' })),
      what: Type.String({ description: 'the changed permission, or a description of the change' }),
    }),
  ),
})

/** What each `policy` command prints with --json. */
export const policyShapes = {
  'policy check': PolicyCheck,
  'policy test': PolicyTest,
  'policy diff': PolicyDiff,
  'policy impact': Type.Union([Impact, Type.Object(WouldBe.properties, { title: '--would-be' })]),
  'policy suggest': Suggestion,
}
