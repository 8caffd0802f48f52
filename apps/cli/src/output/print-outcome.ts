import type { Context } from '../invocation/context.ts'
import { safeJson } from './safe-json.ts'

/** With `--json`, sentences go to standard error, and the result of `run` is printed as JSON. */
export async function printOutcome(
  context: Context,
  { json }: { readonly json: boolean | undefined },
  run: (context: Context) => Promise<object>,
): Promise<void> {
  if (json) context.print(safeJson(await run({ ...context, print: context.note }), 2))
  else await run(context)
}
