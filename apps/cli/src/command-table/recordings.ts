import { targetOf } from '../target/gateway-target.ts'
import { command } from './definition.ts'
import { filterFlags } from './filter-flags.ts'
import { gatewayCommand } from './gateway-command.ts'
import { pageFlags, utcFlag, whoseGatewayFlag, yesFlag, zoneOf } from './shared-flags.ts'

const id = { about: 'the id of the recording, from audit recordings', takes: 'needed' } as const
const anId = '01a21006-6e55-7646-9171-966421143187'

/** What is done with recorded sessions. */
export const recordingCommands = [
  gatewayCommand({
    name: 'audit recordings',
    summary: 'list recorded sessions, newest first',
    examples: ['rack-gateway audit recordings --principal ada@example.com --since 3d'],
    flags: {
      since: { about: 'begun not before: 2h, 3d, 2027-01-31, 2027-01-31T12:00Z', value: 'TIME' },
      until: { about: 'begun before such a time', value: 'TIME' },
      principal: filterFlags.principal,
      inRack: { about: 'the rack that the session was on', value: 'NAME' },
      app: filterFlags.app,
      process: { about: 'the process, or the service', value: 'NAME' },
      state: { about: 'how it is', choices: ['open', 'ended', 'removed'] },
      ...pageFlags,
      utc: utcFlag,
    },
    run: async (context, target, { utc, ...given }) =>
      (await import('../commands/audit/recordings/list.ts')).listRecordings(context, target, {
        ...given,
        zone: zoneOf(utc),
      }),
  }),
  command({
    name: 'audit play',
    summary: 'replay a session in this terminal',
    about: "Ends with 3 when the recording is not what was recorded, and with 8 when it couldn't be read to its end.",
    examples: [`rack-gateway audit play ${anId} --speed 2`],
    arguments: { id },
    flags: {
      speed: { about: 'times as fast', value: 'NUMBER', default: '1' },
      idleLimit: { about: 'seconds that nothing happens, at most', value: 'SECONDS', default: '2' },
      rack: whoseGatewayFlag,
    },
    run: async (context, { rack = null, ...given }) =>
      (await import('../commands/audit/recordings/play.ts')).playRecording(
        context,
        await targetOf(context, rack),
        given,
      ),
  }),
  command({
    name: 'audit watch',
    summary: 'show a session while it runs, until it ends or Ctrl-C',
    examples: [`rack-gateway audit watch ${anId} --from now`],
    arguments: { id },
    flags: {
      from: { about: 'all of it, or what comes from now on', choices: ['start', 'now'], default: 'start' },
      rack: whoseGatewayFlag,
    },
    run: async (context, { rack = null, ...given }) =>
      (await import('../commands/audit/recordings/watch.ts')).watchRecording(
        context,
        await targetOf(context, rack),
        given,
      ),
  }),
  gatewayCommand({
    name: 'audit end',
    summary: 'end a session that is being recorded',
    about: 'Needs the role admin.',
    examples: [`rack-gateway audit end ${anId} --reason 'the change is over'`],
    arguments: { id },
    flags: {
      reason: { about: 'for whoever is in it to read', value: 'TEXT', takes: 'needed' },
      yes: yesFlag,
    },
    run: async (context, target, given) =>
      (await import('../commands/audit/recordings/end.ts')).endSession(context, target, given),
  }),
  command({
    name: 'audit transcript',
    summary: 'print a session as text with times',
    examples: [`rack-gateway audit transcript ${anId} --search 'drop table'`],
    arguments: { id },
    flags: {
      search: { about: 'only lines with this text', value: 'TEXT' },
      utc: utcFlag,
      rack: whoseGatewayFlag,
    },
    run: async (context, { rack = null, utc, ...given }) =>
      (await import('../commands/audit/recordings/transcript.ts')).printTranscript(
        context,
        await targetOf(context, rack),
        { ...given, zone: zoneOf(utc) },
      ),
  }),
]
