import type { Arguments, CommandOptions } from '../../definitions/command-module.ts'

export const command = 'restored'
export const describe = 'continue the audit log after a restore from a backup; run it before the gateway starts'
export const examples = [
  ["$0 audit restored --reason 'disk failure, backup of Monday'", 'with the copies in AUDIT_CHECKPOINT_DIR'],
  ["$0 audit restored --reason 'disk failure' --checkpoints /mnt/checkpoints", 'with copies from elsewhere'],
] as const
export const builder = {
  reason: { type: 'string', demandOption: true, describe: 'why the log was restored, for auditors' },
  by: { type: 'string', describe: 'who restored it; default: your login name on this computer' },
  checkpoints: {
    type: 'string',
    describe: 'directory with all external copies of checkpoints; default: AUDIT_CHECKPOINT_DIR',
  },
} as const satisfies CommandOptions

export async function handler(args: Arguments<typeof builder>): Promise<void> {
  const { continueRestoredLog } = await import('../../actions/continue-restored-log.ts')
  await continueRestoredLog(args)
}
