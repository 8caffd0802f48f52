import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** @returns V8's function that collects garbage at once; `minor`: only young objects */
export function garbageCollector(type: 'major' | 'minor'): () => void {
  // Only contexts that are created with the flag have V8's `gc`.
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  setFlagsFromString('--no-expose-gc')
  return typeof collect === 'function' ? () => void collect({ type }) : () => {}
}
