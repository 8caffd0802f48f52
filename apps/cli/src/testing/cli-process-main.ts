import { callCli } from './call-cli.ts'
import type { CliRequest } from './cli-process.ts'

process.on('message', ({ words, ...context }: CliRequest) => {
  void callCli(words, context).then((result) => process.send?.(result))
})
