import type { Context } from '../context.ts'
import type { Target } from '../target.ts'
import { askEffective } from './ask-effective.ts'
import { keep } from './kept-answer.ts'
import type { FoundAnswer, SnapshotFile } from './snapshot-file.ts'

/** Asks the gateway whether what is kept still holds, for the next time. Never rejects. @param ended resolves when convox has ended */
export async function refresh(
  { now }: Context,
  target: Target,
  { file, kept }: { readonly file: SnapshotFile; readonly kept: FoundAnswer },
  ended: Promise<void>,
): Promise<void> {
  const leaving = new AbortController()
  void ended.then(() => leaving.abort())
  const whole = kept.isWhole() ? kept : null
  keep({ file, kept: whole }, await askEffective(target, whole?.tag ?? null, leaving.signal), now)
}
