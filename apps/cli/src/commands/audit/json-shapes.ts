import { Alarm, AlarmList, endpoints, LoggedEvent, Recording } from '@rack-gateway/gateway-api'
import { Type } from 'typebox'

/** For objects with further fields, which are described elsewhere. */
const withOtherFields = { additionalProperties: true } as const
const Text = Type.String()

const VerifyProof = Type.Object({
  holds: Type.Boolean({ description: 'whether the proof is valid' }),
  because: Type.Optional(Type.String({ description: 'why the proof is not valid' })),
  event: Type.Optional(
    Type.Object(
      {},
      { ...withOtherFields, description: 'the event; only a valid proof has this field and the next ones' },
    ),
  ),
  checkpoint: Type.Optional(Type.Integer({ description: 'the number of the checkpoint that signs the event' })),
  at: Type.Optional(Type.String({ description: 'RFC 3339' })),
  size: Type.Optional(Type.Integer({ description: 'how many events of the stream the checkpoint signs' })),
  key: Type.Optional(Type.String({ description: 'the public key that signed the checkpoint' })),
  trust: Type.Optional(
    Type.Enum(['pinned', 'first-use'], { description: 'first-use: the key comes from the proof, not from --key' }),
  ),
})

const AuditVerify = Type.Object(
  {
    intact: Type.Boolean(),
    findings: Type.Array(Type.Object({ problem: Text }, withOtherFields), { description: 'the first 100' }),
    found: Type.Integer({ description: 'the number of findings' }),
    streams: Type.Integer(),
    events: Type.Integer(),
    unsigned: Type.Integer({ description: 'events that no checkpoint has signed yet' }),
    unsignedStreams: Type.Array(Text, {
      description: 'the first 100 streams that no checkpoint has signed yet; a gateway that just started has one',
    }),
    keys: Type.Array(Text, { description: 'the public keys of the signatures' }),
    trust: Type.Enum(['pinned', 'first-use', 'none'], {
      description: 'first-use: the keys come from the checkpoints, not from --key; none: there are no checkpoints',
    }),
    anchored: Type.Boolean({ description: 'whether checkpoints were compared with copies' }),
  },
  {
    ...withOtherFields,
    description:
      'with --archive: also the field archives; if --archive is the only source: none of the fields below; with --recordings: also the field recordings (intact, found, findings, proven, chunks, open, unproven, and more)',
  },
)

/** What each `audit` command prints with --json. */
export const auditShapes = {
  'audit search': endpoints.searchAudit.response,
  'audit histogram': endpoints.countAuditEvents.response,
  'audit show': endpoints.getAuditEvent.response,
  'audit tail': LoggedEvent,
  'audit verify': AuditVerify,
  'audit verify-proof': VerifyProof,
  'audit recordings': endpoints.listRecordings.response,
  'audit end': Recording,
  'audit alarms': AlarmList,
  'audit acknowledge': Alarm,
}
