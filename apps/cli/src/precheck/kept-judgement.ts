import type * as judgement from './judgement.ts'

/** Named by the build, after the script's content. */
declare const judgementScript: string
/** Given by `start.ts`. */
declare const runKept: (script: string) => unknown
declare const keepCode: () => void

/** What is shipped in the place of `judgement.ts`: the same, compiled already where it has run before. */
export const judge: typeof judgement.judge = (asked, kept) => {
  const { judge } = runKept(judgementScript) as typeof judgement
  // By then it is known what of the program is used, and nobody waits for it but who ends.
  process.once('exit', keepCode)
  return judge(asked, kept)
}
