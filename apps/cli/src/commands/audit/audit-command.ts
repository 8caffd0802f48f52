import yargs, { type Argv } from 'yargs'
import type { Context } from '../../context.ts'
import { Usage } from '../../errors.ts'
import { exitCodes } from '../../exit-codes.ts'
import { commandExamples } from '../../help.ts'
import { printable } from '../../terminal.ts'
import { prove, verifyProof } from './prove.ts'
import { verify } from './verify.ts'

/** Runs `audit …`. @param words what follows `audit` @returns the exit code */
export async function runAuditCommand(
  context: Context,
  words: readonly string[],
  rack: string | null,
): Promise<number> {
  let code: number = exitCodes.ok
  const key = { type: 'string', requiresArg: true, describe: 'the public key that you know' } as const
  const checkpoints = { type: 'string', requiresArg: true, describe: 'a directory with copies of checkpoints' } as const
  const archive = {
    type: 'string',
    requiresArg: true,
    describe: 'a directory with archived months, as they were put there or copied from a bucket',
  } as const
  const database = {
    type: 'string',
    requiresArg: true,
    describe: 'read from this PostgreSQL instead of the gateway',
  } as const
  const rackOption = {
    alias: 'r',
    type: 'string',
    requiresArg: true,
    describe: 'the gateway to ask, by its name here',
  } as const
  const json = { type: 'boolean', default: false, describe: 'print JSON' } as const
  const parser: Argv = yargs([])
    .scriptName('rack-gateway audit')
    .locale('en')
    .parserConfiguration({ 'duplicate-arguments-array': false, 'parse-positional-numbers': false })
    .wrap(null)
    .usage(commandExamples.audit)
    .command(
      'verify',
      'verify chain, trees and checkpoints of the whole log',
      (own) =>
        own
          .option('database', database)
          .option('export', { type: 'string', requiresArg: true, describe: 'read from this export; - for stdin' })
          .option('checkpoints', checkpoints)
          .option('archive', archive)
          .option('key', key)
          .option('rack', rackOption)
          .option('json', json),
      async (given) => {
        const { database = null, checkpoints = null, archive = null, key = null, json, export: file = null } = given
        const named = given.rack ?? rack
        const format = json ? 'json' : 'text'
        code = await verify(context, { database, export: file, checkpoints, archive, key, rack: named, format })
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
    .version(false)
    .help()
    .alias('help', 'h')
    .strict()
    .exitProcess(false)
    .fail((message, error) => {
      throw error === undefined || error.name === 'YError'
        ? new Usage(
            `${printable((message ?? error?.message ?? '').replaceAll('\n', ' '))}: see rack-gateway help audit`,
          )
        : error
    })
  await parser.parseAsync([...words])
  return code
}
