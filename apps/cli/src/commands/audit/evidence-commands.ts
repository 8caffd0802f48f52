import { commandParser, jsonOption, rackOption } from '../../command-parser.ts'
import type { Context } from '../../context.ts'
import { exitCodes } from '../../exit-codes.ts'
import { commandExamples } from '../../help.ts'
import { prove, verifyProof } from './prove.ts'
import { verify } from './verify.ts'

/** Runs `audit verify`, `audit prove` and `audit verify-proof`. @param words what follows `audit` @returns the exit code */
export async function evidence(context: Context, words: readonly string[], rack: string | null): Promise<number> {
  let code: number = exitCodes.ok
  const key = { type: 'string', requiresArg: true, describe: 'the public key that you know' } as const
  const checkpoints = { type: 'string', requiresArg: true, describe: 'a directory with copies of checkpoints' } as const
  const archive = {
    type: 'string',
    requiresArg: true,
    describe: 'a directory with archived months, as they were put there or copied from a bucket',
  } as const
  const recordings = {
    type: 'string',
    requiresArg: true,
    describe: 'verify recordings of sessions too: the directory, or s3://bucket/prefix, that they are kept in',
  } as const
  const database = {
    type: 'string',
    requiresArg: true,
    describe: 'read from this PostgreSQL instead of the gateway',
  } as const
  const parser = commandParser('rack-gateway audit verify --help')
    .scriptName('rack-gateway audit')
    .usage(commandExamples.evidence)
    .command(
      'verify',
      'verify chain, trees and checkpoints of the whole log',
      (own) =>
        own
          .option('database', database)
          .option('export', { type: 'string', requiresArg: true, describe: 'read from this export; - for stdin' })
          .option('checkpoints', checkpoints)
          .option('archive', archive)
          .option('recordings', recordings)
          .option('key', key)
          .option('rack', rackOption)
          .option('json', jsonOption),
      async (given) => {
        const { database = null, checkpoints = null, archive = null, recordings = null, key = null, json } = given
        const file = given.export ?? null
        const named = given.rack ?? rack
        const format = json ? 'json' : 'text'
        code = await verify(context, {
          database,
          export: file,
          checkpoints,
          archive,
          recordings,
          key,
          rack: named,
          format,
        })
      },
    )
    .command(
      'prove <id>',
      'prove that one event is in the log',
      (own) =>
        own
          .positional('id', { type: 'string', demandOption: true, describe: "the event's id" })
          .option('output', { alias: 'o', type: 'string', requiresArg: true, describe: 'write the proof to this file' })
          .option('database', database)
          .option('archive', archive)
          .option('key', key)
          .option('rack', rackOption),
      async ({ id, output = null, database = null, archive = null, key = null, rack: named = rack }) => {
        code = await prove(context, { id, output, database, archive, key, rack: named ?? null })
      },
    )
    .command(
      'verify-proof <file>',
      'verify such a proof, with nothing but its file',
      (own) => own.positional('file', { type: 'string', demandOption: true }).option('key', key),
      async ({ file, key = null }) => {
        code = await verifyProof(context, { file, key })
      },
    )
    .demandCommand(1, 'say which: verify, prove or verify-proof')
  await parser.parseAsync([...words])
  return code
}
