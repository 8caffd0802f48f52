import type { Context } from '../context.ts'
import { printable } from './terminal.ts'

/** Notes the warnings of a response, also with `--json`. */
export function printWarnings(context: Context, { warnings = [] }: { readonly warnings?: readonly string[] }): void {
  for (const warning of warnings) context.note(printable(`Warning: ${warning}`))
}
