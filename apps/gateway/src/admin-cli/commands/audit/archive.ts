import type { Arguments, CommandOptions } from '../../definitions/command-module.ts'

export const command = 'archive'
export const describe = 'archive the months that are over, verify the archives, and with --drop, drop old months'
export const examples = [
  ['$0 audit archive --to /var/lib/audit-archive', 'archive, and drop nothing'],
  ['$0 audit archive --to s3://bucket/archive --lock 400d --drop', 'archive and drop old months, for a nightly job'],
] as const
export const builder = {
  to: { type: 'string', demandOption: true, describe: 'destination: a directory, or s3://bucket/prefix' },
  before: { type: 'string', describe: 'archive only months before this one, such as 2026-10' },
  keep: { type: 'number', default: 13, describe: 'number of months before the current one that stay in the database' },
  drop: { type: 'boolean', default: false, describe: 'drop older months once they are archived' },
  lock: { type: 'string', describe: 'time for which S3 protects an archive from changes, such as 400d' },
  force: { type: 'boolean', default: false, describe: 'drop a month even if a sink has not sent all of it' },
} as const satisfies CommandOptions

export async function handler(args: Arguments<typeof builder>): Promise<void> {
  const { archiveAudit } = await import('../../actions/archive-audit.ts')
  await archiveAudit(args)
}
