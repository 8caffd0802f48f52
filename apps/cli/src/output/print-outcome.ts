import type { Context } from '../context.ts'
import { safeJson } from './safe-json.ts'

/** Runs a command that prints sentences. With `--json`, they go to standard error, and the result is printed as JSON. */
export async function printOutcome(
  context: Context,
  { json }: { readonly json: boolean | undefined },
  run: (context: Context) => Promise<object>,
): Promise<void> {
  if (json) context.print(safeJson(await run({ ...context, print: context.note }), 2))
  else await run(context)
}
