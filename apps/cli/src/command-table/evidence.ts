import { command } from './definition.ts'
import { formatOf, jsonFlag, whoseGatewayFlag } from './shared-flags.ts'

const key = { about: 'the public key that you know', value: 'KEY' } as const
const archive = {
  about: 'a directory with archived months, as they were put there or copied from a bucket',
  value: 'DIRECTORY',
  names: 'file',
} as const
const database = { about: 'read from this PostgreSQL instead of the gateway', value: 'URL' } as const

/** What proves the audit log, with no trust in the gateway. */
export const evidenceCommands = [
  command({
    name: 'audit verify',
    summary: 'verify chain, trees and checkpoints of the whole log, with no trust in the gateway',
    about:
      "Ends with 0 when the log is what was recorded, with 3 when it isn't, and with 8 when it could not be read to its end.",
    examples: [
      "rack-gateway audit verify --checkpoints /mnt/checkpoints --key 'rack-gateway/audit+1a2b3c4d+AbCd…'",
      'rack-gateway audit verify --database postgres://auditor@db.example.com/gateway --checkpoints /mnt/checkpoints',
      'rack-gateway audit verify --export audit.ndjson --checkpoints /mnt/checkpoints',
      'rack-gateway audit verify --archive /mnt/archive --checkpoints /mnt/checkpoints',
      "rack-gateway audit verify --recordings 's3://records/gateway?region=eu-west-1' --checkpoints /mnt/checkpoints",
    ],
    flags: {
      database,
      export: { about: 'read from this export; - for stdin', value: 'FILE', names: 'file' },
      checkpoints: { about: 'a directory with copies of checkpoints', value: 'DIRECTORY', names: 'file' },
      archive,
      recordings: {
        about: 'verify recordings of sessions too: the directory, or s3://bucket/prefix, that they are kept in',
        value: 'STORE',
      },
      key,
      json: jsonFlag,
      rack: whoseGatewayFlag,
    },
    waits: 'verifying',
    run: async (context, { json, ...given }) =>
      (await import('../commands/audit/verify.ts')).verify(context, {
        database: given.database ?? null,
        export: given.export ?? null,
        checkpoints: given.checkpoints ?? null,
        archive: given.archive ?? null,
        recordings: given.recordings ?? null,
        key: given.key ?? null,
        rack: given.rack ?? null,
        format: json ? 'json' : 'text',
      }),
  }),
  command({
    name: 'audit prove',
    summary: 'prove that one event is in the log',
    about: 'Ends with 8 while no checkpoint has signed the event: one does within a minute.',
    examples: [
      'rack-gateway audit prove 01a21006-6e55-7646-9171-966421143187 > proof.json',
      'rack-gateway audit prove 01a21006-6e55-7646-9171-966421143187 -o proof.json',
    ],
    arguments: { id: { about: 'of the event', takes: 'needed' } },
    flags: {
      output: { about: 'write the proof to this file', value: 'FILE', names: 'file', short: 'o' },
      database,
      archive,
      key,
      rack: whoseGatewayFlag,
    },
    waits: 'asking for the proof',
    run: async (
      context,
      { id, output = null, database: from = null, archive: kept = null, key: known = null, rack = null },
    ) =>
      (await import('../commands/audit/prove.ts')).prove(context, {
        id,
        output,
        database: from,
        archive: kept,
        key: known,
        rack,
      }),
  }),
  command({
    name: 'audit verify-proof',
    summary: 'verify such a proof, with nothing but its file',
    about: "Ends with 0 when the proof holds, and with 3 when it doesn't.",
    examples: ["rack-gateway audit verify-proof proof.json --key 'rack-gateway/audit+1a2b3c4d+AbCd…'"],
    arguments: { file: { about: 'of audit prove', takes: 'needed', names: 'file' } },
    flags: { key, json: jsonFlag },
    run: async (context, { file, key: known = null, json }) =>
      (await import('../commands/audit/prove.ts')).verifyProof(context, { file, key: known, format: formatOf(json) }),
  }),
]
