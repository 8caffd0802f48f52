import { Type } from 'typebox'
import { closed, Nullable, Time } from './schemas.ts'

/** Characters. */
const longestDocument = 256 * 1024

const Hash = Type.String({ description: 'SHA-256 of the document, hex' })
const Count = Type.Integer({ minimum: 0 })

export const ImpactRequest = Type.Object(
  {
    document: Type.String({ maxLength: longestDocument, description: 'the proposed policy document: YAML' }),
    since: Type.String({
      maxLength: 40,
      description:
        'how far back calls are looked at: 30d, 12h or 45m ago, or a time in UTC such as 2027-01-31T12:00:00Z',
    }),
  },
  closed,
)

const Change = Type.Object({
  effect: Type.Union([Type.Literal('permits'), Type.Literal('refuses')]),
  principal: Type.Object({ kind: Type.String(), id: Type.String(), name: Type.String() }),
  route: Type.String(),
  rack: Type.String(),
  app: Nullable(Type.String()),
  command: Nullable(Type.String()),
  rule: Type.String({ description: 'by which the proposed document decides' }),
  reason: Type.String(),
  count: Count,
  last: Type.String({ description: 'the latest of these calls' }),
})

export const Impact = Type.Object({
  policy: Hash,
  proposed: Hash,
  since: Time,
  until: Time,
  calls: Type.Integer({ minimum: 0, description: 'that were looked at' }),
  unclear: Type.Integer({ minimum: 0, description: 'of those, that the record does not say enough about' }),
  packages: Type.Integer({
    minimum: 0,
    description: 'of those, that a policy package refused: packages are not asked',
  }),
  permitted: Type.Integer({ minimum: 0, description: 'calls that were refused and would be permitted' }),
  refused: Type.Integer({ minimum: 0, description: 'calls that were permitted and would be refused' }),
  cut: Nullable(
    Type.Object(
      { by: Type.Union([Type.Literal('time'), Type.Literal('number')]), from: Time },
      { description: 'where not all calls were looked at: why, and from when on they were' },
    ),
  ),
  changes: Type.Array(Change, { description: 'alike calls together, the most frequent first' }),
  more: Type.Integer({ minimum: 0, description: 'changes that are left out' }),
})
