import { targetOf } from '../target/gateway-target.ts'
import { command } from './definition.ts'
import { formatOf, jsonFlag, pageFlags, utcFlag, whoseGatewayFlag } from './shared-flags.ts'

/** What is done with alarms of the audit log. */
export const alarmCommands = [
  command({
    name: 'audit alarms',
    summary: 'list alarms, newest first, and who has acknowledged them',
    examples: ['rack-gateway audit alarms'],
    flags: {
      limit: pageFlags.limit,
      json: jsonFlag,
      utc: utcFlag,
      rack: whoseGatewayFlag,
    },
    waits: 'asking the gateway',
    run: async (context, { json, utc, rack = null, limit }) =>
      (await import('../commands/audit/alarms.ts')).listAlarms(context, await targetOf(context, rack), {
        limit,
        format: formatOf(json),
        zone: utc ? 'utc' : 'local',
      }),
  }),
  command({
    name: 'audit acknowledge',
    summary: 'say that an alarm was looked at, and what came of it',
    about: 'Needs the role admin. Readiness no longer speaks of the alarm; the log keeps it.',
    examples: [
      "rack-gateway audit acknowledge 01a21006-6e55-7646-9171-966421143187 --reason 'restored from the backup of Monday'",
    ],
    arguments: { id: { about: 'its id, from rack-gateway audit alarms', takes: 'needed' } },
    flags: {
      reason: { about: 'what it was, and what was done', value: 'TEXT', takes: 'needed' },
      json: jsonFlag,
      rack: whoseGatewayFlag,
    },
    waits: 'asking the gateway',
    run: async (context, { id, reason, json, rack = null }) =>
      (await import('../commands/audit/alarms.ts')).acknowledgeAlarm(context, await targetOf(context, rack), {
        id,
        reason,
        format: formatOf(json),
      }),
  }),
]
