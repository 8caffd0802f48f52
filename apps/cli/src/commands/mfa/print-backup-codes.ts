import type { Context } from '../../invocation/context.ts'
import { printable } from '../../terminal/terminal.ts'

export function printBackupCodes(context: Context, codes: readonly string[]): void {
  context.note('Store these backup codes in a safe place. Each can be used once. They are not shown again:')
  for (const code of codes) context.print(printable(code))
}
