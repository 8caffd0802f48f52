import { targetOf } from '../target/gateway-target.ts'
import { command } from './definition.ts'
import { filterFlags } from './filter-flags.ts'
import { gatewayCommand } from './gateway-command.ts'
import { jsonFlag, pageFlags, utcFlag, whoseGatewayFlag, zoneOf } from './shared-flags.ts'

const words = { about: 'words of commands and reasons', takes: 'any' } as const

export const auditGroup = {
  name: 'audit',
  summary: 'search, show, follow, export, verify or prove the audit log, and what was recorded',
  about: 'Needs the role auditor or admin.',
  examples: [
    'rack-gateway audit search --principal ada@example.com --since 2h',
    'rack-gateway audit tail --kind login.failed',
    'rack-gateway audit export --since 2027-01-01 --until 2027-02-01 --format csv -o january.csv',
    'rack-gateway audit verify --checkpoints /mnt/checkpoints',
    'rack-gateway audit recordings --principal ada@example.com --since 3d',
  ],
}

/** What is read of the audit log. */
export const auditCommands = [
  gatewayCommand({
    name: 'audit search',
    summary: 'find events, newest first',
    examples: [
      'rack-gateway audit search --principal ada@example.com --since 2h',
      'rack-gateway audit search rake db:migrate --effect deny --in-rack production',
    ],
    arguments: { words },
    flags: { ...filterFlags, ...pageFlags, utc: utcFlag },
    run: async (context, target, { utc, ...given }) =>
      (await import('../commands/audit/search.ts')).searchAudit(context, target, { ...given, zone: zoneOf(utc) }),
  }),
  gatewayCommand({
    name: 'audit show',
    summary: 'show all of an event, and its permalink',
    examples: ['rack-gateway audit show 01a21006-6e55-7646-9171-966421143187'],
    arguments: { id: { about: 'the id of the event, from audit search', takes: 'needed' } },
    flags: { utc: utcFlag },
    run: async (context, target, { utc, ...given }) =>
      (await import('../commands/audit/show.ts')).showEvent(context, target, { ...given, zone: zoneOf(utc) }),
  }),
  command({
    name: 'audit tail',
    summary: 'print events as they happen, until Ctrl-C',
    examples: ['rack-gateway audit tail --kind login.failed', 'rack-gateway audit tail --effect deny --json'],
    arguments: { words },
    flags: { ...filterFlags, json: jsonFlag, utc: utcFlag, rack: whoseGatewayFlag },
    run: async (context, { json, utc, rack = null, ...given }) =>
      (await import('../commands/audit/tail.ts')).tailAudit(context, await targetOf(context, rack), {
        ...given,
        format: json ? 'json' : 'lines',
        zone: zoneOf(utc),
      }),
  }),
  command({
    name: 'audit export',
    summary: 'write all events that fit to a file',
    examples: [
      'rack-gateway audit export --since 2027-01-01 --until 2027-02-01 --format csv -o january.csv',
      'rack-gateway audit export --principal ada@example.com -o -',
    ],
    arguments: { words },
    flags: {
      ...filterFlags,
      format: { about: 'of the file', choices: ['ndjson', 'csv', 'ocsf'], default: 'ndjson' },
      output: {
        about: 'the file, or - for standard output',
        value: 'FILE',
        short: 'o',
        takes: 'needed',
        names: 'file',
      },
      force: { about: 'replace the file if it is there' },
      utc: utcFlag,
      rack: whoseGatewayFlag,
    },
    waits: 'the gateway is exporting',
    run: async (context, { force, utc, rack = null, ...given }) =>
      (await import('../commands/audit/export.ts')).exportAudit(context, await targetOf(context, rack), {
        ...given,
        existing: force ? 'replace' : 'keep',
        zone: zoneOf(utc),
      }),
  }),
]
