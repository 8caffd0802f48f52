import type { Argv } from 'yargs'
import type { Context } from '../../context.ts'
import { commandExamples } from '../../help.ts'
import { findLastingTarget } from '../../lasting-target.ts'
import { rackUrlTarget } from '../../rack-url-target.ts'
import type { Target } from '../../target.ts'
import { exportAudit } from './export.ts'
import { filterOptions } from './filters.ts'
import { auditOptions, zoneOf } from './options.ts'
import { recordingCommands } from './recordings/commands.ts'
import { searchAudit } from './search.ts'
import { showEvent } from './show.ts'
import { tailAudit } from './tail.ts'

const { json, utc, rack } = auditOptions

/** `rack-gateway audit …` */
export function auditCommands(own: Argv, context: Context): Argv {
  const events = own
    .usage(commandExamples.audit)
    .command(
      'search [words..]',
      'find events, newest first',
      (one) =>
        filterOptions(
          one.positional('words', { type: 'string', array: true, describe: 'words of commands and reasons' }),
        )
          .option('limit', { type: 'string', requiresArg: true, default: '50', describe: 'so many, up to 200' })
          .option('cursor', { type: 'string', requiresArg: true, describe: 'go on where a page ended' })
          .options({ json, utc, rack }),
      async ({ json: asJson, utc: inUtc, ...given }) =>
        searchAudit(context, await target(context, given.rack), {
          ...given,
          format: asJson ? 'json' : 'table',
          zone: zoneOf(inUtc),
        }),
    )
    .command(
      'show <id>',
      'show all of an event, and its permalink',
      (one) => one.positional('id', { type: 'string', demandOption: true }).options({ json, utc, rack }),
      async ({ id, json: asJson, utc: inUtc, rack: name }) =>
        showEvent(context, await target(context, name), {
          id,
          format: asJson ? 'json' : 'text',
          zone: zoneOf(inUtc),
        }),
    )
    .command(
      'tail [words..]',
      'print events as they happen, until Ctrl-C',
      (one) => filterOptions(one.positional('words', { type: 'string', array: true })).options({ json, utc, rack }),
      async ({ json: asJson, utc: inUtc, ...given }) =>
        tailAudit(context, await target(context, given.rack), {
          ...given,
          format: asJson ? 'json' : 'lines',
          zone: zoneOf(inUtc),
        }),
    )
    .command(
      'export [words..]',
      'write all events that fit to a file',
      (one) =>
        filterOptions(one.positional('words', { type: 'string', array: true }))
          .option('format', { choices: ['ndjson', 'csv', 'ocsf'] as const, default: 'ndjson' as const })
          .option('output', {
            alias: 'o',
            type: 'string',
            requiresArg: true,
            demandOption: true,
            describe: 'the file, or - for standard output',
          })
          .option('force', { type: 'boolean', default: false, describe: 'replace the file if it is there' })
          .options({ utc, rack }),
      async ({ force, utc: inUtc, ...given }) =>
        exportAudit(context, await target(context, given.rack), {
          ...given,
          existing: force ? 'replace' : 'keep',
          zone: zoneOf(inUtc),
        }),
    )
    // These have a parser of their own, since they end with a verdict.
    .command('verify', 'verify the whole log with no trust in the gateway: audit verify --help')
    .command('prove <id>', 'prove that one event is in the log')
    .command('verify-proof <file>', 'verify such a proof')
  return recordingCommands(events, context, (name) => target(context, name)).demandCommand(
    1,
    'say what: search, show, tail, export, verify, prove, verify-proof, recordings, play, watch, transcript or end',
  )
}

async function target(context: Context, name: string | undefined): Promise<Target> {
  return rackUrlTarget(context.env.RACK_URL) ?? (await findLastingTarget(context, name ?? null))
}
