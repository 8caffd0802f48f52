import type { Argv } from 'yargs'
import type { Context } from '../../../context.ts'
import type { Target } from '../../../target.ts'
import { auditOptions, zoneOf } from '../options.ts'
import { endSession } from './end.ts'
import { listRecordings } from './list.ts'
import { playRecording } from './play.ts'
import { printTranscript } from './transcript.ts'
import { watchRecording } from './watch.ts'

const { json, utc, rack } = auditOptions
const text = (describe: string) => ({ type: 'string', requiresArg: true, describe }) as const
const id = { type: 'string', demandOption: true, describe: 'of the recording' } as const

/** `rack-gateway audit recordings`, `play`, `watch`, `transcript` and `end` */
export function recordingCommands(
  own: Argv,
  context: Context,
  target: (name: string | undefined) => Promise<Target>,
): Argv {
  return own
    .command(
      'recordings',
      'list recorded sessions, newest first',
      (one) =>
        one
          .option('since', text('begun not before: 2h, 3d, 2027-01-31, 2027-01-31T12:00Z'))
          .option('until', text('begun before such a time'))
          .option('principal', text('who: an e-mail address, the name of a token, or an id'))
          .option('in-rack', text('the rack that the session was on'))
          .option('app', { ...text('the app'), alias: 'a' })
          .option('process', text('the process, or the service'))
          .option('state', { ...text('how it is'), choices: ['open', 'ended', 'removed'] as const })
          .option('limit', { type: 'string', requiresArg: true, default: '50', describe: 'so many, up to 200' })
          .option('cursor', text('go on where a page ended'))
          .options({ json, utc, rack }),
      async ({ json: asJson, utc: inUtc, ...given }) =>
        listRecordings(context, await target(given.rack), {
          ...given,
          format: asJson ? 'json' : 'table',
          zone: zoneOf(inUtc),
        }),
    )
    .command(
      'play <id>',
      'replay a session in this terminal',
      (one) =>
        one
          .positional('id', id)
          .option('speed', { ...text('times as fast'), default: '1' })
          .option('idle-limit', { ...text('seconds that nothing happens, at most'), default: '2' })
          .options({ rack }),
      async (given) => playRecording(context, await target(given.rack), given),
    )
    .command(
      'watch <id>',
      'show a session while it runs, until it ends or Ctrl-C',
      (one) =>
        one
          .positional('id', id)
          .option('from', { ...text('all of it, or what comes from now on'), choices: ['start', 'now'] as const })
          .options({ rack }),
      async ({ from = 'start', ...given }) => watchRecording(context, await target(given.rack), { ...given, from }),
    )
    .command(
      'end <id>',
      'end a session that is being recorded (needs the role admin)',
      (one) =>
        one
          .positional('id', id)
          .option('reason', { ...text('for whoever is in it to read'), demandOption: true })
          .options({ rack }),
      async (given) => endSession(context, await target(given.rack), given),
    )
    .command(
      'transcript <id>',
      'print a session as text with times',
      (one) => one.positional('id', id).option('search', text('only lines with this text')).options({ utc, rack }),
      async ({ utc: inUtc, ...given }) =>
        printTranscript(context, await target(given.rack), { ...given, zone: zoneOf(inUtc) }),
    )
}
