import type { Context } from '../invocation/context.ts'
import { printable } from '../terminal/terminal.ts'

/** Prints the warnings of a response on standard error, with and without `--json`. */
export function printWarnings(context: Context, { warnings = [] }: { readonly warnings?: readonly string[] }): void {
  for (const warning of warnings) context.note(printable(`Warning: ${warning}`))
}
