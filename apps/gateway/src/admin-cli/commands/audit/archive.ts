import type { Arguments, CommandOptions } from '../../command-module.ts'

export const command = 'archive'
export const describe = 'archive the months that are over, verify the archives, and drop what is old enough'
export const examples = [
  ['$0 audit archive --to /var/lib/audit-archive', 'archive, and drop nothing'],
  ['$0 audit archive --to s3://bucket/archive --lock 400d --drop', 'each night'],
] as const
export const builder = {
  to: { type: 'string', demandOption: true, describe: 'a directory, or s3://bucket/prefix' },
  before: { type: 'string', describe: 'only months before this one, like 2026-10' },
  keep: { type: 'number', default: 13, describe: 'months before this one that stay in the database' },
  drop: { type: 'boolean', default: false, describe: 'drop older months once they are archived' },
  lock: { type: 'string', describe: 'how long S3 keeps everybody from changing an archive, like 400d' },
  force: { type: 'boolean', default: false, describe: 'even if a sink has not sent all of a month' },
} as const satisfies CommandOptions

export async function handler(args: Arguments<typeof builder>): Promise<void> {
  const { archiveAudit } = await import('../../archive-audit.ts')
  await archiveAudit(args)
}
