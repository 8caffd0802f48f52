import type { Context } from '../context.ts'
import { safeJson } from '../output/safe-json.ts'

/** Does what says by itself what came of it; with JSON wanted, that is talk, and its outcome is what the command gives. */
export async function asJson(
  context: Context,
  isWanted: boolean,
  run: (context: Context) => Promise<object>,
): Promise<void> {
  if (!isWanted) {
    await run(context)
    return
  }
  context.print(safeJson(await run({ ...context, print: context.note }), 2))
}
