import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { loadKept, scriptAt } from '../kept-code.ts'
import type * as judgement from './judgement.ts'

/** Named by the build, after the script's content. */
declare const judgementScript: string
/** Keeps the script that this one is a part of: who has run it gives it. */
declare const keepMain: () => void

/** What is shipped in the place of `judgement.ts`: the same, compiled already where it has run before. */
export const judge: typeof judgement.judge = (asked, kept) => {
  const directory = join(dirname(asked.context.configPath), 'code')
  const script = new URL(judgementScript, import.meta.url)
  const { exports, keep } = loadKept(scriptAt(script), directory, createRequire(script), script.href)
  // By then it is known what of both is used, and nobody waits for it but who ends.
  process.once('exit', () => {
    keep()
    keepMain()
  })
  return (exports as typeof judgement).judge(asked, kept)
}
