import { callCli } from './call-cli.ts'
import type { Asked } from './cli-process.ts'

process.on('message', ({ words, ...context }: Asked) => {
  void callCli(words, context).then((called) => process.send?.(called))
})
